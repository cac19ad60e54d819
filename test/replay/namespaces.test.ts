/** The records of namespaces, and which of them is served. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Documents } from '../../src/documents/port.ts';
import { openSqliteDocuments } from '../../src/documents/sqlite/documents.ts';
import { type Namespace, namespaceName } from '../../src/replay/namespace.ts';
import { Namespaces } from '../../src/replay/namespaces.ts';
import { namespaceOf } from '../support/namespace.ts';

let documents: Documents;
let namespaces: Namespaces;
beforeEach(() => {
  documents = openSqliteDocuments({ path: ':memory:', clock: () => 0 });
  namespaces = new Namespaces(documents);
});
afterEach(() => documents.close());

const namespace = (name: string, more: Partial<Namespace> = {}): Namespace =>
  namespaceOf({
    name,
    topologies: ['trends'],
    topics: [{ topic: 'item-trends', partitions: 2 }],
    sources: [{ topic: 'ratings', partition: 0, from: 3, to: 9, captured: null }],
    ...more,
  });

test('a namespace is found as it was written down, and its name is given once', async () => {
  await namespaces.create(namespace('b'));
  expect(await namespaces.get('b')).toEqual(namespace('b'));
  await expect(namespaces.create(namespace('b'))).rejects.toThrow('already');
  await namespaces.change('b', known => ({ ...known, dropped: true }));
  expect(await namespaces.all()).toEqual([]);
  await expect(namespaces.get('b')).rejects.toThrow('was dropped');
  await expect(namespaces.create(namespace('b'))).rejects.toThrow('or was one');
});

test('the one that is served is the last that was switched in; switches are taken back one by one', async () => {
  expect(await namespaces.active()).toBe('main');
  for (const name of ['b', 'c']) await namespaces.create(namespace(name));
  expect(await namespaces.switchTo('b', 1)).toBe('main');
  expect(await namespaces.switchTo('c', 2)).toBe('b');
  expect(await namespaces.active()).toBe('c');
  await expect(namespaces.switchTo('c', 3)).rejects.toThrow('already');
  await expect(namespaces.switchTo('nope', 3)).rejects.toThrow("There is no namespace 'nope'");
  expect(await namespaces.switchBack(4)).toBe('b');
  expect(await namespaces.switchBack(5)).toBe('main');
  await expect(namespaces.switchBack(6)).rejects.toThrow('Nothing was switched in');
});

test('of two who switch at once one is told that it was too late', async () => {
  for (const name of ['b', 'c']) await namespaces.create(namespace(name));
  const outcomes = await Promise.allSettled([namespaces.switchTo('b', 1), namespaces.switchTo('c', 1)]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const [won] = outcomes.flatMap(({ status }, at) => (status === 'fulfilled' ? [['b', 'c'][at]] : []));
  expect(await namespaces.active()).toBe(won);
});

test('a namespace stands on others, the lowest first', async () => {
  await namespaces.create(namespace('b'));
  await namespaces.create(namespace('c', { base: 'b' }));
  expect((await namespaces.chain('c')).map(({ name }) => name)).toEqual(['b', 'c']);
  expect(await namespaces.chain('main')).toEqual([]);
});

test.each(['', 'main', 'B', 'b.c', '1b', 'b'.repeat(41), '-b'])("'%s' names no namespace", name => {
  expect(() => namespaceName(name)).toThrow('cannot name a namespace');
});
