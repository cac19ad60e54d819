import { expect, test, vi } from 'vitest';
import { SearchCounts } from '../../../src/als/index.ts';
import type { Documents } from '../../../src/documents/port.ts';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { ItemVectors } from '../../../src/recommender/api/item-vectors.ts';
import type { UserVectorDocument } from '../../../src/recommender/api/stored.ts';
import { toBytes } from '../../../src/recommender/domain/vectors.ts';
import { shop } from './shop.ts';

/** Vectors that are scanned however few there are. */
function scannedVectors() {
  const documents = openSqliteDocuments({ path: ':memory:', clock: () => 0 });
  const counts = new SearchCounts();
  const vectors = new ItemVectors(documents, { leastScanned: 1, scannedPerTurn: 1, counts });
  const put = (id: string, generation: number, factors: readonly number[], events = 1) => {
    const body = {
      id,
      generation,
      events,
      factors: toBytes(Int16Array.from(factors)).toString('base64'),
      exponent: 1,
      candidate: null,
    };
    return documents.put({ collection: 'itemVectors', partition: id, id }, body, 'always');
  };
  return { vectors, put, counts };
}

test('baskets, users and neighbours are searched for by one scan, in the units of each', async () => {
  const { vectors, put, counts } = scannedVectors();
  await put('a', 1, [4, 0]);
  await put('b', 1, [3, 4]);
  await put('c', 1, [0, -2]);
  await vectors.refresh();
  expect(await vectors.fittingFolded(1, Float64Array.of(0.5, 0.25), 2)).toEqual([
    { itemId: 'b', score: 2.5 },
    { itemId: 'a', score: 2 },
  ]);
  const factors = toBytes(Int16Array.of(2, -3)).toString('base64');
  const user: UserVectorDocument = { id: 'u', number: 1, generation: 1, factors, exponent: 2 };
  expect(await vectors.fitting(user, 2)).toEqual([
    { itemId: 'a', score: 1 },
    { itemId: 'c', score: 0.75 },
  ]);
  expect([vectors.fitOf(user, 'b'), vectors.fitOf(user, 'none')]).toEqual([-0.75, undefined]);
  expect(await vectors.like('a', 1)).toEqual([{ itemId: 'b', score: 0.6 }]);
  expect(counts.of('scanned')).toBe(3);
});

test('a search goes on in the generation that it was begun in, while another is switched in', async () => {
  const { vectors, put } = scannedVectors();
  // Four rows a turn: two turns are the others'.
  const nine = Array.from('abcdefghi');
  for (const [n, id] of nine.entries()) await put(id, 1, [1, n]);
  await vectors.refresh();
  const searched = vectors.fittingFolded(1, Float64Array.of(0, 1), 2);
  for (const [n, id] of nine.entries()) await put(id, 2, [1, 1, -n]);
  await vectors.refresh();
  expect(await searched).toEqual([
    { itemId: 'i', score: 8 },
    { itemId: 'h', score: 7 },
  ]);
  expect(await vectors.fittingFolded(1, Float64Array.of(0, 1), 9)).toBeUndefined();
  expect(await vectors.fittingFolded(2, Float64Array.of(0, 0, 1), 1)).toEqual([{ itemId: 'a', score: 0 }]);
});

test('the Gram matrix is that of the learnt items as they are, whatever they were before', async () => {
  const { vectors, put } = scannedVectors();
  await put('a', 1, [9, 9]);
  await put('b', 1, [7, 7], 0);
  await vectors.refresh();
  await put('a', 1, [1, 2]);
  await put('b', 1, [3, -1]);
  await put('c', 1, [5, 5], 0);
  await vectors.refresh();
  const { gram, learnt } = vectors.grammed(1) ?? {};
  expect([gram?.[0], gram?.[1], gram?.[3], learnt]).toEqual([10, -1, 5, 2]);
});

test('a server that listens reads all vectors before anybody asks, and tells why it cannot', async () => {
  const stored = openSqliteDocuments({ path: ':memory:', clock: () => 0 });
  const gone = new Error('The feed is away');
  const pages: (string | undefined)[] = [];
  const changes: Documents['changes'] = async (collection, continuation) => {
    if (collection !== 'itemVectors') return { documents: [], continuation: '', caughtUp: true };
    pages.push(continuation);
    if (continuation === 'second') throw gone;
    return { documents: [], continuation: 'second', caughtUp: false };
  };
  const documents = new Proxy(stored, {
    get: (target, name) => {
      const found: unknown = name === 'changes' ? changes : Reflect.get(target, name);
      const bound: unknown = typeof found === 'function' ? found.bind(target) : found;
      return bound;
    },
  });
  const { server, reported } = await shop({ documents });
  await server.listen({ port: 0 });
  await vi.waitFor(() => expect(reported).toEqual([gone]), 10_000);
  expect(pages).toEqual([undefined, 'second']);
  await server.close();
  await stored.close();
});
