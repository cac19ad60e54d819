import { expect } from 'vitest';
import { BadContinuation } from '../../../src/documents/port.ts';
import type { Promised } from '../promises.ts';
import { at, drained, type DocumentsSetting } from './setting.ts';

/** What those may rely on who follow the changes of a collection. */
export function feedPromises(promise: Promised<DocumentsSetting>): void {
  promise(
    'the feed of an empty collection is caught up, and goes on from there',
    async ({ documents, collection, key }) => {
      const empty = await documents.changes(collection, undefined, 10);
      expect(empty).toMatchObject({ documents: [], caughtUp: true });
      await documents.put(key('a'), { n: 1 }, 'always');
      const next = await documents.changes(collection, empty.continuation, 10);
      expect(next.documents.map(d => d.body)).toEqual([{ n: 1 }]);
    },
  );

  promise(
    'the feed shows each changed document once, at its newest, oldest change first',
    async ({ documents, collection, write }) => {
      await documents.write([write('a', at(0, 1, 0), { n: 1 }), write('b', at(0, 1, 1), { n: 2 })]);
      const page = await documents.changes(collection, undefined, 10);
      expect(page.documents.map(d => d.id)).toEqual(['a', 'b']);
      await documents.write([write('b', at(0, 2, 0), { n: 3 }), write('c', at(0, 2, 1), { n: 4 })]);
      await documents.write([write('a', at(0, 2, 2), { n: 5 }), write('b', at(0, 1, 9), { n: 6 })]);
      const next = await drained(documents, collection, 10, page.continuation);
      expect(next.documents.map(d => d.body)).toEqual([{ n: 3 }, { n: 4 }, { n: 5 }]);
      const last = await documents.changes(collection, next.continuation, 10);
      expect(last).toEqual({ documents: [], continuation: next.continuation, caughtUp: true });
    },
  );

  promise('the feed leaves removed documents out and moves past them', async ({ documents, collection, write }) => {
    await documents.write(['a', 'b', 'c'].map((id, n) => write(id, at(0, 1, n), { n })));
    await documents.write([write('a', at(0, 2, 0), null), write('b', at(0, 2, 1), null)]);
    const { documents: found, continuation } = await drained(documents, collection, 1);
    expect(found.map(d => d.id)).toEqual(['c']);
    expect(await documents.changes(collection, continuation, 1)).toMatchObject({ documents: [], caughtUp: true });
  });

  promise(
    'a page of the feed holds no more than it may, and says when more follow',
    async ({ documents, collection, write }) => {
      await documents.write(['a', 'b', 'c'].map((id, n) => write(id, at(0, 1, n), { n })));
      const first = await documents.changes(collection, undefined, 2);
      expect(first).toMatchObject({ documents: [{ id: 'a' }, { id: 'b' }], caughtUp: false });
      const second = await documents.changes(collection, first.continuation, 2);
      expect(second.documents.map(d => d.id)).toEqual(['c']);
    },
  );

  promise(
    'a continuation that no page ended with is refused',
    async ({ documents, collection, key, emptyCollection }) => {
      const other = await emptyCollection();
      await documents.put(key('a'), {}, 'always');
      const { continuation } = await documents.changes(collection, undefined, 10);
      for (const bad of ['', 'garbage', '-1', '9'.repeat(40), `${continuation}x`])
        await expect(documents.changes(collection, bad, 10)).rejects.toThrow(BadContinuation);
      await expect(documents.changes(other, continuation, 10)).rejects.toThrow(BadContinuation);
    },
  );

  promise(
    'from its end a feed goes on with what is changed from then on, in whichever range, and with nothing else',
    async ({ documents, collection, key, write, emptyCollection }) => {
      // More than anybody reads at once.
      await documents.write(Array.from({ length: 300 }, (_, n) => write(`past ${n}`, at(0, 1, n), {})));
      const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(id => key(id, `partition ${id}`));
      const first = await documents.feedEnd(collection);
      for (const each of keys) await documents.put(each, { n: 1 }, 'always');
      const end = await documents.feedEnd(collection);
      expect(await documents.changes(collection, end, 10)).toMatchObject({ documents: [], caughtUp: true });
      for (const each of keys.slice(2)) await documents.put(each, { n: 2 }, 'always');
      const ids = async (from: string) =>
        (await drained(documents, collection, 3, from)).documents.map(d => d.id).sort();
      expect(await ids(end)).toEqual(['c', 'd', 'e', 'f', 'g', 'h']);
      expect(await ids(first)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
      await expect(documents.changes(await emptyCollection(), end, 10)).rejects.toThrow(BadContinuation);
    },
  );

  promise('documents, tombstones and feed positions last', async ({ documents, collection, key, write, reconnect }) => {
    await documents.write([write('a', at(0, 1, 0), { n: 1 }), write('b', at(0, 2, 0), null)]);
    const before = await documents.get(key('a'));
    const { continuation } = await documents.changes(collection, undefined, 10);
    const again = await reconnect();
    expect(await again.get(key('a'))).toEqual(before);
    await again.write([write('b', at(0, 1, 0), { n: 2 })]);
    expect(await again.get(key('b'))).toBeUndefined();
    await again.write([write('c', at(0, 1, 0), { n: 3 })]);
    expect((await again.changes(collection, continuation, 10)).documents.map(d => d.id)).toEqual(['c']);
  });
}
