import { describe, expect, test } from 'vitest';
import { BoundExceeded, openKernel } from '../../../src/als/index.ts';
import type { Entries, SparseRows } from '../../../src/als/kernel/entries.ts';
import type { FactorMatrix } from '../../../src/als/kernel/factor-matrix.ts';
import type { Kernel, SolveRows } from '../../../src/als/kernel/kernel.ts';
import { kernels } from './kernels.ts';

/** One row with so many entries, all alike, of neighbour 0. */
function alike(count: number, weight: number, target: number): SparseRows {
  return {
    starts: Int32Array.of(0, count),
    neighbours: new Int32Array(count),
    weights: new Uint16Array(count).fill(weight),
    targets: new Int16Array(count).fill(target),
  };
}

function filled(kernel: Kernel, width: number, value: number, rows = 1): FactorMatrix {
  const matrix = kernel.matrix(width, rows);
  for (let row = 0; row < rows; row++) matrix.set(row, new Int16Array(width).fill(value));
  return matrix;
}

/** What `set` refuses, put there behind its back. */
function offGrid(kernel: Kernel): FactorMatrix {
  const matrix = filled(kernel, 3, 100, 4);
  matrix.row(2)[1] = -32768;
  return matrix;
}

type Solving = SolveRows & { readonly entries: Entries; readonly gram: Float64Array };

const solving = (kernel: Kernel, from: FactorMatrix, sparse: SparseRows): Solving => ({
  entries: kernel.entries(sparse),
  from,
  gram: new Float64Array(from.width * from.width),
  shared: 0,
  diagonal: new Float64Array(sparse.starts.length - 1).fill(1e9),
  scale: 1,
  grid: 1,
  into: kernel.matrix(from.width, sparse.starts.length - 1),
});

const blocksOf = (batch: Solving, exponent = 20) => ({ ...batch, exponent });

/** floor((2^53 - 1) / 32767^2) and one more, of weight 1; of weight 4096 correspondingly. */
const mostSquares = Math.floor(Number.MAX_SAFE_INTEGER / (4096 * 32767 * 32767));

describe.each(kernels)('bounds, %s', (_, open) => {
  test('sums widen in time: pairs of extreme factors, at every count about each width', () => {
    using kernel = open();
    for (const greatest of [32767, 23170, 23171, 16383, 16384, 7000, 1447, 1448]) {
      const width = Math.floor((2 ** 31 - 1) / (2 * greatest * greatest));
      const from = filled(kernel, 9, greatest);
      for (const count of [1, 2, 2 * width - 1, 2 * width, 2 * width + 1, 2 * width + 2, 4 * width + 2]) {
        const sums = kernel.sumRows({ entries: kernel.entries(alike(count, 1, 1)), from });
        expect([greatest, count, sums[0], sums[8], sums[9]]).toEqual([
          greatest,
          count,
          count * greatest * greatest,
          count * greatest * greatest,
          count * greatest,
        ]);
      }
    }
  });

  test('right-hand sides widen in time, too: extreme targets, at every count about the width', () => {
    using kernel = open();
    for (const [factor, target] of [
      [32767, 32767],
      [-32767, 32767],
      [1000, -32767],
      [3, 32767],
    ] as const) {
      const width = Math.floor((2 ** 31 - 1) / (2 * Math.abs(factor * target)));
      const from = filled(kernel, 2, factor);
      for (const count of [1, 2 * width, 2 * width + 1, 2 * width + 2].filter(entries => entries < 100_000)) {
        const sums = kernel.sumRows({ entries: kernel.entries(alike(count, 1, target)), from });
        expect([factor, count, sums[2]]).toEqual([factor, count, count * factor * target]);
      }
    }
  });

  test('a Gram matrix of 2^53 - 1 at most is exact, one entry more is refused with its row', () => {
    using kernel = open();
    const from = filled(kernel, 1, 32767);
    const sums = kernel.sumRows({ entries: kernel.entries(alike(mostSquares, 4096, 0)), from });
    expect(BigInt(sums[0] ?? NaN)).toBe(BigInt(mostSquares) * 4096n * 32767n * 32767n);
    const beyond = solving(kernel, from, alike(mostSquares + 1, 4096, 0));
    expect(() => kernel.solveRows(beyond)).toThrow(/Row 0 has a sum of squared factors past 2\^53/);
    expect(() => kernel.sumRows(beyond)).toThrow(BoundExceeded);
    expect(() => kernel.blocks(blocksOf(beyond, 8))).toThrow(/Row 0 has a sum of squared factors/);
  });

  test('given sums are held to the same bound', () => {
    using kernel = open();
    const given = { diagonal: Float64Array.of(1), scale: 1, grid: 1, shared: 0, into: kernel.matrix(1, 1) };
    expect(kernel.solveSums({ ...given, sums: Float64Array.of(2 ** 53 - 1, 0) })).toBe(0);
    expect(() => kernel.solveSums({ ...given, sums: Float64Array.of(2 ** 53, 0) })).toThrow(BoundExceeded);
  });

  test('weighted targets of (2^53 - 1) / 32767 at most are taken, more are refused', () => {
    using kernel = open();
    const most = Math.floor(Number.MAX_SAFE_INTEGER / (32767 * 4096 * 32767));
    const from = filled(kernel, 1, 1);
    const product = (count: number) => ({
      entries: kernel.entries(alike(count, 4096, 32767)),
      from,
      into: kernel.matrix(1),
    });
    expect(kernel.sumRows(product(most))[1]).toBe(most * 4096 * 32767);
    expect(kernel.product(product(most))).toBeGreaterThan(0);
    expect(() => kernel.sumRows(product(most + 1))).toThrow(/Row 0 has a sum of weighted targets past 2\^53/);
    expect(() => kernel.product(product(most + 1))).toThrow(BoundExceeded);
  });

  test('a dot product of 2^31 - 1 at most is predicted and listed, one past it is refused', () => {
    using kernel = open();
    const long = [32767, 32767, 181, 0];
    const [users, items] = [kernel.matrix(4, 2), kernel.matrix(4, 1)];
    users.set(1, long);
    items.set(0, long);
    expect(2 * 32767 ** 2 + 181 ** 2).toBeLessThan(2 ** 31);
    const seen = { starts: Int32Array.of(0, 0), items: new Int32Array() };
    const request = { users, rows: Int32Array.of(1), seen, n: 1 };
    using lister = kernel.lister({ items, ranks: Int32Array.of(0) });
    expect([...lister.topN(request).scores]).toEqual([2 * 32767 ** 2 + 181 ** 2]);
    const sparse = alike(3, 1, 0);
    const into = kernel.matrix(4, 1);
    const batch = { ...solving(kernel, items, sparse), into, diagonal: Float64Array.of(1e30) };
    into.set(0, long);
    expect(kernel.blocks(blocksOf(batch, 28))).toBe(0);

    users.set(1, [32767, 32767, 362, 363]);
    into.set(0, [32767, 32767, 362, 363]);
    items.set(0, [32767, 32767, 362, 363]);
    expect(() => kernel.blocks(blocksOf(batch, 28))).toThrow(/Row 0 can have a dot product past 2\^31/);
    using longer = kernel.lister({ items, ranks: Int32Array.of(0) });
    expect(() => longer.topN(request)).toThrow(/Row 1 can have a dot product past 2\^31/);
  });

  test('-32768 is refused wherever it is met', () => {
    using kernel = open();
    const [from, into] = [offGrid(kernel), kernel.matrix(3, 1)];
    const sparse = { ...alike(2, 1, 1), neighbours: Int32Array.of(0, 2) };
    const batch = { ...solving(kernel, from, sparse), into };
    const calls = [
      () => kernel.gram(from),
      () => kernel.solveRows(batch),
      () => kernel.sumRows(batch),
      () => kernel.blocks(blocksOf(batch)),
      () => kernel.blocks(blocksOf({ ...batch, from: filled(kernel, 3, 1, 4), into: from })),
      () => kernel.product({ entries: batch.entries, from, into }),
      () => kernel.lister({ items: from, ranks: Int32Array.of(0, 1, 2, 3) }),
    ];
    for (const call of calls) expect(call).toThrow(/has a factor outside of -32767 to 32767/);
    using lister = kernel.lister({ items: filled(kernel, 3, 1), ranks: Int32Array.of(0) });
    const seen = { starts: Int32Array.of(0, 0), items: new Int32Array() };
    const of = (row: number) => () => lister.topN({ users: from, rows: Int32Array.of(row), seen, n: 1 });
    expect(of(2)).toThrow(BoundExceeded);
    expect(of(1)).not.toThrow();
    expect(() => kernel.solveRows({ ...batch, entries: kernel.entries(alike(2, 1, 1)) })).not.toThrow();
  });

  test('a residual at the end of 16 bits sums exactly', () => {
    using kernel = open();
    const [from, into] = [filled(kernel, 1, 32767), filled(kernel, 1, -8000)];
    const diagonal = 2 ** 30;
    const batch = { ...solving(kernel, from, alike(5, 3, 1)), into, diagonal: Float64Array.of(diagonal) };
    // 1 - prediction is past 32767 / 4096; five times three of it, held there, against the row's own pull to zero.
    const moved = (5 * 3 * 32767 * 32767 + diagonal * 8000) / (5 * 3 * 32767 * 32767 + diagonal);
    expect(kernel.blocks(blocksOf(batch, 12))).toBe(0);
    expect([...into.row(0)]).toEqual([-8000 + Math.round(moved)]);
  });

  test('blocks take preferences up to 7, and not 8', () => {
    using kernel = open();
    const from = filled(kernel, 8, 3);
    const of = (target: number) => () => kernel.blocks(blocksOf(solving(kernel, from, alike(4, 16, target))));
    expect(of(7)).not.toThrow();
    expect(of(8)).toThrow(RangeError);
    expect(of(-8)).toThrow(RangeError);
  });

  test('the first row whose system is singular is named, wherever it is worked on', () => {
    using kernel = open();
    const from = filled(kernel, 2, 5);
    const rows = 100;
    const sparse = {
      starts: Int32Array.from({ length: rows + 1 }, (_row, at) => at),
      neighbours: new Int32Array(rows),
      weights: new Uint16Array(rows).fill(1),
      targets: new Int16Array(rows).fill(1),
    };
    const batch = solving(kernel, from, sparse);
    for (const row of [37, 38, 90]) batch.diagonal[row] = 0;
    expect(() => kernel.solveRows(batch)).toThrow(/Row 37 has a singular system/);
    expect(() => kernel.blocks(blocksOf(batch))).toThrow(/Row 37 has a singular system/);
  });
});

test('blocks take rows of 2^23 entries, and none longer', () => {
  using kernel = openKernel();
  const of = (count: number) => () => {
    const batch = blocksOf(solving(kernel, filled(kernel, 1, 3), alike(count, 1, 1)));
    return kernel.blocks(batch);
  };
  expect(of(2 ** 23)).not.toThrow();
  expect(of(2 ** 23 + 1)).toThrow(/entries, past the 8388608 whose residuals sum exactly/);
});

/** The reference calls the same check, which has tests of its own: eight million rows are too slow for it. */
test('a whole matrix of squares past 2^53 has no Gram matrix', () => {
  using kernel = openKernel();
  const matrix = kernel.matrix(1, 8_500_000);
  matrix.values.fill(0);
  for (let row = 0; row < matrix.rows; row++) matrix.values[row * matrix.stride] = 32767;
  expect(() => kernel.gram(matrix)).toThrow(BoundExceeded);
  matrix.resize(8_000_000);
  expect(kernel.gram(matrix)[0]).toBe(8_000_000 * 32767 * 32767);
});
