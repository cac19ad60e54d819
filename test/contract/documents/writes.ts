import { expect } from 'vitest';
import type { Promised } from '../promises.ts';
import { at, type DocumentsSetting } from './setting.ts';

/** What tasks may rely on when they write. */
export function writePromises(promise: Promised<DocumentsSetting>): void {
  promise('a document that nobody wrote is undefined', async ({ documents, key }) => {
    expect(await documents.get(key('a'))).toBeUndefined();
  });

  promise('a written document is read back with its body, key and version', async ({ documents, key, write }) => {
    const body = { title: 'Heat', year: 1995, tags: ['crime', null], nested: { yes: true }, text: '"\n✓ 😀 </b>' };
    await documents.write([write('a', at(1, 2, 3), body)]);
    const found = await documents.get(key('a'));
    expect(found).toMatchObject({ ...key('a'), body, version: at(1, 2, 3) });
    expect(found?.etag).not.toBe('');
  });

  promise(
    'a document belongs to its collection, partition and id',
    async ({ documents, key, write, emptyCollection }) => {
      const other = await emptyCollection();
      await documents.write([write('a', at(0, 1, 0), { n: 1 })]);
      expect(await documents.get(key('a', 'q'))).toBeUndefined();
      expect(await documents.get(key('A'))).toBeUndefined();
      expect(await documents.get({ ...key('a'), collection: other })).toBeUndefined();
    },
  );

  promise('ids may hold slashes, quotes, percent signs, spaces and any script', async ({ documents, key, write }) => {
    const ids = ['a/b', 'a\\b', "o'clock", '100%', 'a b', '#?', 'ключ', '映画', '😀'];
    await documents.write(ids.map((id, n) => write(id, at(0, 1, n), { n })));
    for (const [n, id] of ids.entries()) expect((await documents.get(key(id)))?.body).toEqual({ n });
  });

  promise('writing nothing does nothing', async ({ documents, collection }) => {
    await documents.write([]);
    expect(await documents.list({ collection, limit: 10 })).toEqual([]);
  });

  promise('a thousand documents are written in one call', async ({ documents, collection, key, write }) => {
    const writes = Array.from({ length: 1_000 }, (_, n) => write(`id-${n}`, at(0, 1, n), { n }));
    await documents.write(writes);
    expect(await documents.list({ collection, limit: 2_000 })).toHaveLength(1_000);
    expect((await documents.get(key('id-999')))?.body).toEqual({ n: 999 });
  });

  const ordered = [at(0, 9, 9), at(1, 1, 9), at(1, 2, 1), at(1, 2, 10), at(1, 10, 0), at(2, 0, 0), at(10, 0, 0)];
  promise('lineage counts before epoch and epoch before sequence, as numbers', async ({ documents, key, write }) => {
    for (const [n, version] of ordered.entries()) {
      await documents.write([write('a', version, { n })]);
      expect((await documents.get(key('a')))?.body).toEqual({ n });
    }
  });

  promise('a write of an equal or lower version is dropped and changes no etag', async ({ documents, key, write }) => {
    await documents.write([write('a', at(1, 5, 5), { n: 1 })]);
    const before = await documents.get(key('a'));
    await documents.write([at(1, 5, 5), at(1, 5, 4), at(1, 4, 9), at(0, 9, 9)].map(v => write('a', v, { n: 2 })));
    expect(await documents.get(key('a'))).toEqual(before);
  });

  promise('of several versions in one call the greatest stays', async ({ documents, key, write }) => {
    await documents.write([1, 3, 2].map(n => write('a', at(0, 1, n), { n })));
    expect((await documents.get(key('a')))?.body).toEqual({ n: 3 });
  });

  promise(
    'a removed document is gone, and an older write does not bring it back',
    async ({ documents, collection, key, write }) => {
      await documents.write([write('a', at(0, 1, 0), { n: 1 })]);
      await documents.write([write('a', at(0, 3, 0), null)]);
      await documents.write([write('a', at(0, 2, 0), { n: 2 })]);
      expect(await documents.get(key('a'))).toBeUndefined();
      expect(await documents.list({ collection, limit: 10 })).toEqual([]);
      await documents.write([write('a', at(0, 4, 0), { n: 4 })]);
      expect((await documents.get(key('a')))?.body).toEqual({ n: 4 });
    },
  );

  promise('removing a document that never was refuses older writes as well', async ({ documents, key, write }) => {
    await documents.write([write('a', at(0, 2, 0), null), write('a', at(0, 1, 0), { n: 1 })]);
    expect(await documents.get(key('a'))).toBeUndefined();
  });
}
