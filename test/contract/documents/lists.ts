import { expect } from 'vitest';
import { BadLimit, type Documents } from '../../../src/documents/port.ts';
import type { Promised } from '../promises.ts';
import type { DocumentsSetting } from './setting.ts';

/** What those may rely on who read page by page. */
export function listPromises(promise: Promised<DocumentsSetting>): void {
  promise('pages of a list follow each other by partition and id', async ({ documents, collection, key }) => {
    const keys = ['q/a', 'p/b', 'p/c', 'o/z', 'q/b', 'p/a'].map(name => name.split('/'));
    for (const [partition = '', id = ''] of keys) await documents.put(key(id, partition), {}, 'always');
    const found = await listed(documents, { collection }, 2);
    expect(found.map(d => `${d.partition}/${d.id}`)).toEqual(['o/z', 'p/a', 'p/b', 'p/c', 'q/a', 'q/b']);
    const inside = await listed(documents, { collection, partition: 'p' }, 2);
    expect(inside.map(d => d.id)).toEqual(['a', 'b', 'c']);
  });

  promise(
    'an id that another one begins with comes first, and each page begins after the one before',
    async ({ documents, collection, key }) => {
      for (const id of ['aa', 'a', 'a b', 'ab']) await documents.put(key(id), {}, 'always');
      expect((await listed(documents, { collection }, 1)).map(d => d.id)).toEqual(['a', 'a b', 'aa', 'ab']);
      expect((await listed(documents, { collection, partition: 'p' }, 1)).map(d => d.id)).toHaveLength(4);
    },
  );

  promise('a page without room is refused', async ({ documents, collection }) => {
    for (const limit of [0, -1, 1.5, Number.NaN]) {
      await expect(documents.list({ collection, limit })).rejects.toThrow(BadLimit);
      await expect(documents.changes(collection, undefined, limit)).rejects.toThrow(BadLimit);
    }
  });
}

/** All pages; no list here has more than twenty documents, so a page that comes again is noticed. */
async function listed(documents: Documents, where: { collection: string; partition?: string }, limit: number) {
  const found = [];
  for (let page = await documents.list({ ...where, limit }); page.length > 0;) {
    found.push(...page);
    expect(found.length).toBeLessThanOrEqual(20);
    page = await documents.list({ ...where, limit, after: page.at(-1) });
  }
  return found;
}
