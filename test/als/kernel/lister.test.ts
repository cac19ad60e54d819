import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kernel, TopN } from '../../../src/als/kernel/kernel.ts';
import { kernels } from './kernels.ts';
import { Random, randomMatrix } from './random.ts';

type Case = {
  readonly seed: number;
  readonly width: number;
  readonly items: number;
  readonly n: number;
  readonly greatest: number;
};

const cases: Case[] = [
  ...[1, 7, 8, 31, 32, 64, 128].map((width, seed) => ({ seed, width, items: 333, n: 10, greatest: 1000 })),
  { seed: 20, width: 64, items: 1500, n: 1000, greatest: 900 },
  { seed: 21, width: 2, items: 1000, n: 50, greatest: 2 },
  { seed: 22, width: 16, items: 5, n: 10, greatest: 3 },
  { seed: 23, width: 16, items: 64, n: 1, greatest: 8000 },
];

/** Users, items and what they have seen; lengths of items differ, as popular and unpopular ones do. */
function caseOf(kernel: Kernel, { seed, width, items: count, n, greatest }: Case) {
  const random = new Random(seed);
  const users = randomMatrix(kernel, random, 23, { width, greatest });
  const items = randomMatrix(kernel, random, count, { width, greatest });
  for (let item = 0; item < count; item++)
    items.set(
      item,
      items.row(item).map((value, f) => Math.trunc(value / (1 + (item % 9)) / (1 + f / 4))),
    );
  const rows = Int32Array.from({ length: 19 }, () => random.integer(0, 22));
  const seen = [...rows].map(() =>
    Array.from({ length: random.integer(0, count) }, () => random.integer(0, count - 1)),
  );
  const starts = Int32Array.of(0, ...seen.map(list => list.length));
  for (let list = 1; list < starts.length; list++) starts[list] = (starts[list] ?? 0) + (starts[list - 1] ?? 0);
  const ranks = Int32Array.from({ length: count }, (_, item) => item);
  for (let item = count - 1; item > 0; item--) {
    const other = random.integer(0, item);
    [ranks[item], ranks[other]] = [ranks[other] ?? 0, ranks[item] ?? 0];
  }
  const request: TopN = { users, rows, seen: { starts, items: Int32Array.from(seen.flat()) }, n };
  return { users, items, ranks, rows, seen, request };
}

/** All scores, sorted. */
function expectedLists({ users, items, ranks, rows, seen, request }: ReturnType<typeof caseOf>) {
  return [...rows].map((row, list) => {
    const x = users.row(row);
    const scored = [...ranks].map((rank, item) => ({
      item,
      rank,
      score: items.row(item).reduce((sum, y, f) => sum + y * (x[f] ?? 0), 0),
    }));
    const left = scored.filter(({ item }) => !seen[list]?.includes(item));
    return left.sort((a, b) => b.score - a.score || a.rank - b.rank).slice(0, request.n);
  });
}

describe.each(kernels)('lists, %s', (_, open) => {
  test.for(cases)('are those of the naive sort: $items items, n $n, width $width, seed $seed', one => {
    using kernel = open();
    const given = caseOf(kernel, one);
    using lister = kernel.lister(given);
    const lists = lister.topN(given.request);
    const expected = expectedLists(given);
    for (const [list, places] of expected.entries()) {
      const empty = new Array<number>(one.n - places.length);
      const part = (values: Int32Array): number[] => [...values.subarray(list * one.n, (list + 1) * one.n)];
      expect(part(lists.items)).toEqual([...places.map(({ item }) => item), ...empty.fill(-1)]);
      expect(part(lists.scores)).toEqual([...places.map(({ score }) => score + 0), ...empty.fill(0)]);
    }
  });

  test('any users, items and shelves', () => {
    using kernel = open();
    const vector = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(vector, { minLength: 1, maxLength: 40 }),
        fc.array(fc.tuple(vector, fc.array(fc.nat(39))), { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 1, max: 12 }),
        (itemVectors, people, n) => {
          using items = kernel.matrix(3, itemVectors.length);
          using users = kernel.matrix(3, people.length);
          for (const [item, values] of itemVectors.entries()) items.set(item, values);
          for (const [user, [values]] of people.entries()) users.set(user, values);
          const seen = people.map(([, shelf]) => shelf.filter(item => item < items.rows));
          const starts = new Int32Array(people.length + 1);
          for (const [list, shelf] of seen.entries()) starts[list + 1] = (starts[list] ?? 0) + shelf.length;
          const ranks = Int32Array.from(itemVectors, (_values, item) => items.rows - 1 - item);
          const rows = Int32Array.from(people.keys());
          const request = { users, rows, seen: { starts, items: Int32Array.from(seen.flat()) }, n };
          using lister = kernel.lister({ items, ranks });
          const expected = expectedLists({ users, items, ranks, rows, seen, request });
          expect([...lister.topN(request).items]).toEqual(
            expected.flatMap(list => Array.from({ length: n }, (_place, at) => list[at]?.item ?? -1)),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  test('later changes of the items do not show', () => {
    using kernel = open();
    const [users, items] = [kernel.matrix(2, 1), kernel.matrix(2, 2)];
    users.set(0, [1, 1]);
    items.set(0, [5, 5]);
    items.set(1, [1, 1]);
    using lister = kernel.lister({ items, ranks: Int32Array.of(0, 1) });
    items.set(1, [100, 100]);
    const seen = { starts: Int32Array.of(0, 0), items: new Int32Array() };
    expect([...lister.topN({ users, rows: Int32Array.of(0), seen, n: 2 }).scores]).toEqual([10, 2]);
  });

  test('without items, or without users, there is nothing to list', () => {
    using kernel = open();
    const [users, items] = [kernel.matrix(2, 1), kernel.matrix(2)];
    using lister = kernel.lister({ items, ranks: new Int32Array() });
    const seen = { starts: Int32Array.of(0, 0), items: new Int32Array() };
    expect([...lister.topN({ users, rows: Int32Array.of(0), seen, n: 2 }).items]).toEqual([-1, -1]);
    const nobody = { users, rows: new Int32Array(), seen: { starts: Int32Array.of(0), items: new Int32Array() }, n: 1 };
    expect(lister.topN(nobody).items.length).toBe(0);
  });

  test('what does not fit is refused', () => {
    using kernel = open();
    const given = caseOf(kernel, { seed: 1, width: 4, items: 20, n: 5, greatest: 10 });
    expect(() => kernel.lister({ items: given.items, ranks: new Int32Array(20) })).toThrow(RangeError);
    expect(() => kernel.lister({ items: given.items, ranks: Int32Array.of(0) })).toThrow(RangeError);
    using lister = kernel.lister(given);
    const refused: Partial<TopN>[] = [
      { n: 0 },
      { n: 1001 },
      { users: kernel.matrix(5, 30) },
      { rows: given.rows.map(() => 99) },
      { seen: { starts: given.request.seen.starts, items: given.request.seen.items.map(() => 20) } },
      { seen: { starts: Int32Array.of(0), items: new Int32Array() } },
    ];
    for (const wrong of refused) expect(() => lister.topN({ ...given.request, ...wrong })).toThrow(RangeError);
  });
});
