import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entries, SparseRows } from '../../../src/als/kernel/entries.ts';
import type { BiasColumn, Kernel, SolveRows } from '../../../src/als/kernel/kernel.ts';
import { ReferenceKernel } from '../../../src/als/kernel/reference/kernel.ts';
import { kernels } from './kernels.ts';
import { Random, randomMatrix, randomRows, rowsOf, type Drawn } from './random.ts';

type Case = {
  readonly seed: number;
  readonly width: number;
  readonly greatest: number;
  readonly drawn: Drawn;
  readonly bias?: boolean;
};

const stars = Array.from({ length: 10 }, (_, n) => (n + 1) * 512);
const few = { others: 50, weights: [1, 16, 24, 48], targets: [0, 1] };

const cases: Case[] = [
  ...[1, 7, 8, 9, 32, 64, 127, 128].map((width, seed) => ({
    seed,
    width,
    greatest: 900,
    drawn: { ...few, lengths: [0, 1, 2, 3, 40, 0, 7] },
  })),
  { seed: 20, width: 8, greatest: 32767, drawn: { ...few, lengths: [10_000, 1, 511, 512, 513] } },
  { seed: 21, width: 32, greatest: 32767, drawn: { ...few, weights: [0, 1, 4095, 4096], lengths: [300, 0, 5] } },
  { seed: 22, width: 16, greatest: 2000, drawn: { ...few, targets: [-3, 0, 2, 700], lengths: [30, 2] } },
  {
    seed: 23,
    width: 17,
    greatest: 2500,
    bias: true,
    drawn: { ...few, weights: [1], targets: stars, lengths: [60, 0, 1, 300] },
  },
  { seed: 24, width: 1, greatest: 3000, bias: true, drawn: { ...few, weights: [1], targets: stars, lengths: [5, 2] } },
];

const titleOf = ({ seed, width, greatest, drawn, bias }: Case): string =>
  `width ${width}, factors to ${greatest}, rows of ${drawn.lengths.join(', ')}, ${bias === true ? 'bias, ' : ''}seed ${seed}`;

type Batch = SolveRows & { readonly sparse: SparseRows; readonly entries: Entries; readonly gram: Float64Array };

/** The whole of a case in one kernel's memory. */
function batchOf(kernel: Kernel, { seed, width, greatest, drawn, bias }: Case): Batch {
  const random = new Random(seed);
  const from = randomMatrix(kernel, random, drawn.others, { width, greatest });
  const sparse = randomRows(random, drawn);
  const count = drawn.lengths.length;
  const gram = kernel.gram(from);
  const diagonal = Float64Array.from(drawn.lengths, length => (length + 2) * 1024 * 1024 * 0.3);
  const column: BiasColumn = { unit: 1024, mean: 3600, diagonal: diagonal.map(value => value / 3) };
  return {
    sparse,
    entries: kernel.entries(sparse),
    from,
    ...(bias === true ? { bias: column } : {}),
    gram,
    shared: 8,
    diagonal,
    scale: 1024,
    grid: 512,
    into: kernel.matrix(width, count + 2),
    rows: Int32Array.from({ length: count }, (_, row) => count - row),
  };
}

/** Sums in integers without bounds: what no implementation may differ from. */
function sumsInBigInt(batch: ReturnType<typeof batchOf>, row: number): bigint[][] {
  const { starts, weights } = batch.sparse;
  const { width } = batch.from;
  const entries = [...weights.keys()].slice(starts[row], starts[row + 1]);
  const rows = entries.map(entry => ({ weight: BigInt(weights[entry] ?? 0), design: designOf(batch, entry) }));
  const sumAt = (a: number, b: number): bigint =>
    rows.reduce((sum, { weight, design }) => sum + weight * (design[a] ?? 0n) * (design[b] ?? 0n), 0n);
  return Array.from({ length: width }, (_row, a) =>
    Array.from({ length: width + 1 }, (_column, b) => (b >= a ? sumAt(a, b) : 0n)),
  );
}

/** The neighbour's row as the system sees it, and the target. */
function designOf({ sparse, from, bias }: ReturnType<typeof batchOf>, entry: number): bigint[] {
  const y = [...from.row(sparse.neighbours[entry] ?? 0)].map(BigInt);
  const target = BigInt(sparse.targets[entry] ?? 0);
  if (bias === undefined) return [...y, target];
  const [first = 0n, ...rest] = y;
  return [BigInt(bias.unit), ...rest, target - BigInt(bias.mean) - first];
}

/** The textbook's loop, element by element: U'U = A, t ascending; back substitution, t descending. */
function textbook(system: readonly (readonly number[])[]): number[] {
  const k = system.length;
  const a = system.map(row => [...row]);
  const at = (row: number, column: number): number => a[row]?.[column] ?? NaN;
  for (let j = 0; j < k; j++)
    for (let i = j; i <= k; i++) {
      let s = at(j, i);
      for (let t = 0; t < j; t++) s -= at(t, j) * at(t, i);
      a[j]?.splice(i, 1, i === j ? 1 / Math.sqrt(s) : s * at(j, j));
    }
  const x = new Array<number>(k).fill(NaN);
  for (let i = k - 1; i >= 0; i--) {
    let s = at(i, k);
    for (let t = k - 1; t > i; t--) s -= at(i, t) * (x[t] ?? NaN);
    x[i] = s * at(i, i);
  }
  return x;
}

function nearestEven(value: number): number {
  const below = Math.floor(value);
  const up = value - below > 0.5 || (value - below === 0.5 && below % 2 !== 0);
  return Math.max(-32767, Math.min(32767, up ? below + 1 : below)) + 0;
}

/** What a row has to be, by the formula of `SolveRows` alone. */
function expectedRow(batch: ReturnType<typeof batchOf>, row: number): number[] {
  const { width } = batch.from;
  const [start, end] = [batch.sparse.starts[row] ?? 0, batch.sparse.starts[row + 1] ?? 0];
  if (batch.sparse.weights.subarray(start, end).every(weight => weight === 0)) return new Array<number>(width).fill(0);
  const system = sumsInBigInt(batch, row).map((sums, a) =>
    sums.map((sum, b) => {
      if (b === width) return Number(sum) * batch.scale;
      const shared = Number(sum) + batch.shared * (batch.gram[a * width + b] ?? NaN);
      if (a !== b) return shared;
      return shared + ((a === 0 ? batch.bias?.diagonal[row] : undefined) ?? batch.diagonal[row] ?? NaN);
    }),
  );
  return textbook(system).map(value => nearestEven(value * batch.grid));
}

describe.each(kernels)('solving rows, %s', (_, open) => {
  test.for(cases.map(one => [titleOf(one), one] as const))('follows the formula to the bit: %s', ([, one]) => {
    using kernel = open();
    const batch = batchOf(kernel, one);
    const saturations = kernel.solveRows(batch);
    const results = one.drawn.lengths.map((_length, row) => [...batch.into.row(batch.rows?.[row] ?? 0)]);
    expect(results).toEqual(one.drawn.lengths.map((_length, row) => expectedRow(batch, row)));
    expect(saturations).toBe(results.flat().filter(value => Math.abs(value) === 32767).length);
    expect([...batch.into.row(0), ...batch.into.row(batch.into.rows - 1)].every(value => value === 0)).toBe(true);
  });

  test.for(cases.map(one => [titleOf(one), one] as const))('sums are exact: %s', ([, one]) => {
    using kernel = open();
    const batch = batchOf(kernel, one);
    const { width } = batch.from;
    const sums = kernel.sumRows(batch);
    const expected = one.drawn.lengths.flatMap((_length, row) => sumsInBigInt(batch, row).flat().map(Number));
    expect(sums.length).toBe(expected.length);
    const upper = [...sums.keys()].filter(at => at % (width + 1) >= Math.floor(at / (width + 1)) % width);
    expect(upper.map(at => (sums[at] ?? NaN) + 0)).toEqual(upper.map(at => expected[at]));
  });

  test.for(cases.map(one => [titleOf(one), one] as const))('sums and rows are solved alike: %s', ([, one]) => {
    using kernel = open();
    const batch = batchOf(kernel, one);
    const ofRows = kernel.solveRows(batch);
    const direct = rowsOf(batch.into);
    const { gram, shared, scale, grid, diagonal, bias, rows, from } = batch;
    const into = kernel.matrix(from.width, batch.into.rows);
    const given = {
      diagonal,
      scale,
      grid,
      shared,
      into,
      gram,
      ...(bias && { bias }),
      ...(rows && { rows }),
    };
    expect(kernel.solveSums({ sums: kernel.sumRows(batch), ...given })).toBe(ofRows);
    expect(rowsOf(into)).toEqual(direct);
  });

  test('any shape, weights and targets are solved like the reference', () => {
    using kernel = open();
    using reference = new ReferenceKernel();
    const anyCase = fc.record({
      seed: fc.nat(1_000_000),
      width: fc.integer({ min: 1, max: 20 }),
      greatest: fc.integer({ min: 1, max: 32767 }),
      bias: fc.boolean(),
      drawn: fc.record({
        lengths: fc.array(fc.nat(40), { minLength: 1, maxLength: 20 }),
        others: fc.integer({ min: 1, max: 60 }),
        weights: fc.array(fc.nat(4096), { minLength: 1, maxLength: 5 }),
        targets: fc.array(fc.integer({ min: -32768, max: 32767 }), { minLength: 1, maxLength: 5 }),
      }),
    });
    fc.assert(
      fc.property(anyCase, one => {
        const [batch, expected] = [batchOf(kernel, one), batchOf(reference, one)];
        expect(kernel.solveRows(batch)).toBe(reference.solveRows(expected));
        expect(rowsOf(batch.into)).toEqual(rowsOf(expected.into));
        for (const { entries, from, into } of [batch, expected])
          for (const held of [entries, from, into]) held[Symbol.dispose]();
      }),
      { numRuns: 60 },
    );
  });

  test('a whole side is solved as its rows are one by one', () => {
    using kernel = open();
    const lengths = Array.from({ length: 200 }, (_length, row) => (row * 7) % 40);
    const batch = batchOf(kernel, { seed: 3, width: 24, greatest: 1500, drawn: { ...few, lengths } });
    kernel.solveRows(batch);
    using reference = new ReferenceKernel();
    const single = batchOf(reference, { seed: 3, width: 24, greatest: 1500, drawn: { ...few, lengths } });
    reference.solveRows(single);
    expect(rowsOf(batch.into)).toEqual(rowsOf(single.into));
  });

  test('shapes that do not fit are refused', () => {
    using kernel = open();
    const one = cases[0];
    if (one === undefined) throw new Error('There is a first case');
    const batch = batchOf(kernel, one);
    const refused: Partial<SolveRows>[] = [
      { into: kernel.matrix(5, 10) },
      { into: kernel.matrix(1, 2) },
      { diagonal: new Float64Array(3) },
      { gram: new Float64Array(3) },
      { from: kernel.matrix(1, 3) },
      { rows: Int32Array.of(1) },
      { bias: { unit: 0, mean: 0, diagonal: new Float64Array(7) } },
    ];
    for (const wrong of refused) expect(() => kernel.solveRows({ ...batch, ...wrong })).toThrow(RangeError);
  });
});
