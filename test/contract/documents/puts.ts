import { expect } from 'vitest';
import { ConditionFailed, type StoredDocument } from '../../../src/documents/port.ts';
import type { Promised } from '../promises.ts';
import { at, type DocumentsSetting } from './setting.ts';

/** What those may rely on who are no task. */
export function putPromises(promise: Promised<DocumentsSetting>): void {
  promise('a put document has no version', async ({ documents, key }) => {
    const etag = await documents.put(key('a'), { n: 1 }, 'always');
    expect(await documents.get(key('a'))).toEqual({ ...key('a'), body: { n: 1 }, etag, version: null });
  });

  promise('a put on absence succeeds once', async ({ documents, key }) => {
    await documents.put(key('a'), { n: 1 }, 'absent');
    await expect(documents.put(key('a'), { n: 2 }, 'absent')).rejects.toThrow(ConditionFailed);
    expect((await documents.get(key('a')))?.body).toEqual({ n: 1 });
  });

  promise('a put on an etag succeeds while the document is that very one', async ({ documents, key }) => {
    const first = await documents.put(key('a'), { n: 1 }, 'always');
    const second = await documents.put(key('a'), { n: 2 }, { etag: first });
    expect(second).not.toBe(first);
    await expect(documents.put(key('a'), { n: 3 }, { etag: first })).rejects.toThrow(ConditionFailed);
    await expect(documents.put(key('b'), { n: 3 }, { etag: second })).rejects.toThrow(ConditionFailed);
    expect((await documents.get(key('a')))?.body).toEqual({ n: 2 });
  });

  promise("a task's write changes the etag under a put", async ({ documents, key, write }) => {
    const etag = await documents.put(key('a'), { n: 1 }, 'always');
    await documents.write([write('a', at(0, 1, 0), { n: 2 })]);
    await expect(documents.put(key('a'), { n: 3 }, { etag })).rejects.toThrow(ConditionFailed);
  });

  promise(
    'what was read is current until the document is written again or removed',
    async ({ documents, key, write }) => {
      await documents.write([write('a', at(0, 1, 0), { n: 1 })]);
      const first = (await documents.get(key('a')))?.etag ?? '';
      expect(await documents.isCurrent(key('a'), first)).toBe(true);
      expect(await documents.isCurrent(key('a', 'other'), first)).toBe(false);
      const second = await documents.put(key('a'), { n: 2 }, 'always');
      expect(await documents.isCurrent(key('a'), first)).toBe(false);
      expect(await documents.isCurrent(key('a'), second)).toBe(true);
      await documents.write([write('a', at(0, 2, 0), null)]);
      expect(await documents.isCurrent(key('a'), second)).toBe(false);
      expect(await documents.isCurrent(key('never'), second)).toBe(false);
    },
  );

  promise('a document as text, where the store has it, is what is read', async ({ documents, key, write }) => {
    // A store that holds no text reads whole documents: there is nothing else to promise then.
    const text = documents.text ?? (async k => asText(await documents.get(k)));
    expect(await text(key('a'))).toBeUndefined();
    await documents.write([write('a', at(0, 1, 0), { text: '"},{é', list: [{ n: 0.1 }, null] })]);
    const read = await text(key('a'));
    const known = await documents.get(key('a'));
    expect([JSON.parse(read?.text ?? ''), read?.etag]).toEqual([known?.body, known?.etag]);
    await documents.write([write('a', at(0, 2, 0), null)]);
    expect(await text(key('a'))).toBeUndefined();
  });

  promise('a removed document counts as absent for a put', async ({ documents, key, write }) => {
    await documents.write([write('a', at(0, 1, 0), { n: 1 })]);
    const etag = (await documents.get(key('a')))?.etag ?? '';
    await documents.write([write('a', at(0, 2, 0), null)]);
    await expect(documents.put(key('a'), { n: 2 }, { etag })).rejects.toThrow(ConditionFailed);
    await documents.put(key('a'), { n: 3 }, 'absent');
    expect((await documents.get(key('a')))?.body).toEqual({ n: 3 });
  });

  promise(
    'a put keeps the floor under versions: a redelivered older write stays dropped',
    async ({ documents, key, write }) => {
      await documents.write([write('a', at(0, 5, 0), { n: 5 })]);
      await documents.put(key('a'), { n: 6 }, 'always');
      await documents.write([write('a', at(0, 5, 0), { n: 5 })]);
      expect((await documents.get(key('a')))?.body).toEqual({ n: 6 });
      await documents.write([write('a', at(0, 6, 0), { n: 7 })]);
      expect(await documents.get(key('a'))).toMatchObject({ body: { n: 7 }, version: at(0, 6, 0) });
    },
  );

  promise(
    'of many puts on one etag exactly one succeeds, over any connections',
    async ({ documents, key, connect }) => {
      const other = await connect();
      const etag = await documents.put(key('a'), { n: -1 }, 'always');
      const puts = Array.from({ length: 10 }, (_, n) => (n % 2 ? other : documents).put(key('a'), { n }, { etag }));
      const outcomes = await Promise.allSettled(puts);
      const winner = outcomes.findIndex(outcome => outcome.status === 'fulfilled');
      expect(outcomes.filter(outcome => outcome.status === 'fulfilled')).toHaveLength(1);
      expect((await other.get(key('a')))?.body).toEqual({ n: winner });
    },
  );
}

const asText = (document: StoredDocument | undefined) =>
  document && { text: JSON.stringify(document.body), etag: document.etag };
