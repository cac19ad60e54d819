import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kernels } from './kernels.ts';
import { Random, randomMatrix, randomRows, rowsOf } from './random.ts';

const widths = [1, 7, 8, 9, 32, 64, 127, 128];

/** Halves to the even integer, within ±32767. */
function nearestEven(value: number): number {
  const below = Math.floor(value);
  const up = value - below > 0.5 || (value - below === 0.5 && below % 2 !== 0);
  return Math.max(-32767, Math.min(32767, up ? below + 1 : below)) + 0;
}

describe.each(kernels)('matrices, %s', (_, open) => {
  test.for(widths)('the Gram matrix of extreme factors is exact and symmetric, width %d', width => {
    using kernel = open();
    const random = new Random(width);
    const matrix = randomMatrix(kernel, random, 700, { width, greatest: 32767 });
    for (let row = 0; row < 300; row++) matrix.set(row, new Int16Array(width).fill(row % 2 === 0 ? 32767 : -32767));
    const gram = kernel.gram(matrix);
    const rows = rowsOf(matrix);
    const sumOf = (a: number, b: number): bigint =>
      rows.reduce((sum, y) => sum + BigInt((y[a] ?? 0) * (y[b] ?? 0)), 0n);
    for (const [a, b] of [
      [0, 0],
      [0, width - 1],
      [width - 1, 0],
      [width >> 1, width - 1],
      [width - 1, width - 1],
    ] as const)
      expect(BigInt(gram[a * width + b] ?? NaN)).toBe(sumOf(a, b));
    expect(gram.length).toBe(width * width);
  });

  test('a matrix without rows has a Gram matrix of zeros', () => {
    using kernel = open();
    expect([...kernel.gram(kernel.matrix(3))]).toEqual(new Array<number>(9).fill(0));
  });

  test.for(widths)('a product is exact up to the power of two that it tells, width %d', width => {
    using kernel = open();
    const random = new Random(width + 100);
    const from = randomMatrix(kernel, random, 90, { width, greatest: 32767 });
    const drawn = {
      lengths: [0, 1, 2, 515, 1100, 40],
      others: 90,
      weights: [0, 1, 7, 4096],
      targets: [-3, 0, 1, 1000],
    };
    const sparse = randomRows(random, drawn);
    const into = kernel.matrix(width);
    const exponent = kernel.product({ entries: kernel.entries(sparse), from, into });
    const sums = drawn.lengths.map((_length, row) => {
      const entries = [...sparse.neighbours.keys()].slice(sparse.starts[row], sparse.starts[row + 1]);
      return Array.from({ length: width }, (_value, f) =>
        entries.reduce((sum, entry) => {
          const factor = BigInt(from.row(sparse.neighbours[entry] ?? 0)[f] ?? 0);
          return sum + BigInt((sparse.weights[entry] ?? 0) * (sparse.targets[entry] ?? 0)) * factor;
        }, 0n),
      );
    });
    expect(rowsOf(into)).toEqual(sums.map(sum => sum.map(value => nearestEven(Number(value) / 2 ** exponent))));
    const greatest = Math.max(...sums.flat().map(value => Math.abs(Number(value))));
    expect([Math.round(greatest / 2 ** exponent) <= 32767, Math.round(greatest / 2 ** (exponent - 1)) > 32767]).toEqual(
      [true, true],
    );
  });

  test('a product that fits the grid is not scaled', () => {
    using kernel = open();
    const from = kernel.matrix(2, 1);
    from.set(0, [3, -32767]);
    const sparse = {
      starts: Int32Array.of(0, 1),
      neighbours: Int32Array.of(0),
      weights: Uint16Array.of(1),
      targets: Int16Array.of(1),
    };
    const into = kernel.matrix(2);
    expect(kernel.product({ entries: kernel.entries(sparse), from, into })).toBe(0);
    expect(rowsOf(into)).toEqual([[3, -32767]]);
  });

  test.for([
    [1, 1],
    [7, 9],
    [64, 64],
    [64, 16],
    [128, 127],
  ] as const)('a transformation from %d to %d columns sums in ascending order', ([width, to]) => {
    using kernel = open();
    const random = new Random(width * 1000 + to);
    const from = randomMatrix(kernel, random, 70, { width, greatest: 32767 });
    const by = Float64Array.from({ length: width * to }, () => random.integer(-1_000_000, 1_000_000) / 777_777);
    const into = kernel.matrix(to);
    const expected = rowsOf(from).map(x =>
      Array.from(
        { length: to },
        (_value, b) => x.reduce((sum, value, f) => sum + value * (by[f * to + b] ?? 0), 0) * 0.25,
      ),
    );
    const saturations = kernel.transform({ from, by, scale: 0.25, into });
    expect(rowsOf(into)).toEqual(expected.map(row => row.map(nearestEven)));
    expect(saturations).toBe(expected.flat().filter(value => Math.abs(nearestEven(value / 2) * 2) > 32768).length);
  });

  test('a matrix is transformed in place', () => {
    using kernel = open();
    const matrix = randomMatrix(kernel, new Random(5), 40, { width: 3, greatest: 1000 });
    const swapped = rowsOf(matrix).map(([a = 0, b = 0, c = 0]) => [c, a, b]);
    kernel.transform({ from: matrix, by: Float64Array.of(0, 1, 0, 0, 0, 1, 1, 0, 0), scale: 1, into: matrix });
    expect(rowsOf(matrix)).toEqual(swapped);
  });

  test('what is added to a row and taken away again leaves no trace in a Gram matrix', () => {
    using kernel = open();
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: -32767, max: 32767 }), fc.nat(3)), { maxLength: 30 }), values => {
        using matrix = kernel.matrix(2, 4);
        const before = kernel.gram(matrix);
        for (const [value, row] of values) matrix.set(row, [value, -value]);
        for (let row = 0; row < 4; row++) matrix.set(row, [0, 0]);
        expect(kernel.gram(matrix)).toEqual(before);
      }),
      { numRuns: 20 },
    );
  });
});
