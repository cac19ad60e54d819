import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoundExceeded } from '../../../src/als/index.ts';
import { Entries, type EntryRows, type SparseRows } from '../../../src/als/kernel/entries.ts';
import { GatheredRows } from '../../../src/als/kernel/gathered-rows.ts';
import { KernelMemory } from '../../../src/als/kernel/memory.ts';
import { codeOf, noStars } from '../../../src/als/share-code.ts';

interface Pair {
  readonly neighbour: number;
  readonly weight: number;
  readonly preference: number;
  readonly stars: number;
}

const anyPair = fc.record({
  neighbour: fc.nat(5000),
  weight: fc.oneof(fc.constantFrom(0, 16, 24, 48), fc.nat(4096)),
  preference: fc.constantFrom(0, 1),
  stars: fc.constantFrom(noStars, 512, 2048, -1024, 5120),
});
const anyBatch = fc.array(fc.array(anyPair, { maxLength: 60 }), { minLength: 1, maxLength: 12 });

/** The same rows as a caller of `entries` would give them. */
function sparseOf(rows: readonly (readonly Pair[])[], read: (pair: Pair) => Pair): SparseRows {
  const all = rows.flat().map(read);
  let end = 0;
  return {
    starts: Int32Array.of(0, ...rows.map(({ length }) => (end += length))),
    neighbours: Int32Array.from(all, ({ neighbour }) => neighbour),
    weights: Uint16Array.from(all, ({ weight }) => weight),
    targets: Int16Array.from(all, ({ preference }) => preference),
  };
}

const weighed = (pair: Pair): Pair => pair;
const rated = (pair: Pair): Pair => ({ ...pair, weight: pair.stars === noStars ? 0 : 1, preference: pair.stars });

/** All that a kernel reads of rows. */
function readable({ rows, slots, greatest, ...arrays }: EntryRows): unknown {
  const classes = arrays.rowClasses[rows] ?? 0;
  return {
    rows,
    slots,
    greatest,
    rowSlots: [...arrays.rowSlots.subarray(0, rows + 1)],
    rowClasses: [...arrays.rowClasses.subarray(0, rows + 1)],
    classWeights: [...arrays.classWeights.subarray(0, classes)],
    classEnds: [...arrays.classEnds.subarray(0, classes)],
    neighbours: [...arrays.neighbours.subarray(0, slots)],
    targets: [...arrays.targets.subarray(0, slots)],
  };
}

/** By name: the getters of a class are no properties of its own. */
const viewOf = (rows: GatheredRows): EntryRows => ({
  rows: rows.rows,
  slots: rows.slots,
  greatest: rows.greatest,
  rowSlots: rows.rowSlots,
  rowClasses: rows.rowClasses,
  classWeights: rows.classWeights,
  classEnds: rows.classEnds,
  neighbours: rows.neighbours,
  targets: rows.targets,
});

function gather(into: GatheredRows, batch: readonly (readonly Pair[])[], model: 'weighed' | 'rated'): void {
  for (const row of batch) {
    const neighbours = Int32Array.from(row, ({ neighbour }) => neighbour);
    const codes = Int32Array.from(row, ({ weight, preference, stars }) => codeOf(weight, preference, stars));
    if (model === 'weighed') into.addWeighed(neighbours, codes);
    else into.addRated(neighbours, codes);
  }
}

describe('gathered rows', () => {
  test.each([
    ['weighed', weighed],
    ['rated', rated],
  ] as const)('are those that entries of the same pairs are, batch after batch: %s', (model, read) => {
    const memory = new KernelMemory();
    using gathered = new GatheredRows(memory);
    fc.assert(
      fc.property(anyBatch, batch => {
        gathered.clear();
        gather(gathered, batch, model);
        using entries = new Entries(memory, sparseOf(batch, read));
        expect(readable(viewOf(gathered))).toEqual(readable(entries));
        const counts = batch.map(row => row.map(read).filter(({ weight }) => weight > 0).length);
        expect(counts.map((_, row) => gathered.countOf(row))).toEqual(counts);
      }),
      { numRuns: 200 },
    );
  });

  test('a row of nothing stands between others', () => {
    using gathered = new GatheredRows(new KernelMemory());
    gathered.addEmpty();
    gather(gathered, [[{ neighbour: 3, weight: 16, preference: 1, stars: noStars }]], 'weighed');
    gathered.addEmpty();
    expect([gathered.rows, ...gathered.rowSlots.subarray(0, 4)]).toEqual([3, 0, 0, 2, 2]);
  });

  test('a weight past 4096 is refused, and nothing of it stays', () => {
    using gathered = new GatheredRows(new KernelMemory());
    const row = (weight: number): Pair[] => [{ neighbour: 1, weight, preference: 1, stars: noStars }];
    expect(() => gather(gathered, [row(4097)], 'weighed')).toThrow(BoundExceeded);
    gather(gathered, [row(4096)], 'weighed');
    expect([...gathered.classWeights.subarray(0, 1), gathered.slots]).toEqual([4096, 2]);
  });

  test('all memory comes back', () => {
    const memory = new KernelMemory();
    const gathered = new GatheredRows(memory);
    const many = Array.from({ length: 10_000 }, () => ({ neighbour: 1, weight: 16, preference: 1, stars: 512 }));
    gather(gathered, [many], 'weighed');
    gathered[Symbol.dispose]();
    expect(memory.used).toBe(0);
  });
});
