import { describe, expect, test } from 'vitest';
import { BoundExceeded } from '../../../src/als/index.ts';
import { kernels } from './kernels.ts';
import { Random, randomMatrix, randomRows, rowsOf } from './random.ts';

/** The upper triangle, which alone counts. */
const upper = (gram: Float64Array, width: number): number[] =>
  [...gram].filter((_, at) => at % width >= Math.floor(at / width));

describe.each(kernels)('a Gram matrix that is kept up, %s', (_, open) => {
  test.for([1, 7, 8, 9, 32, 64, 127, 128])(
    'is that of the rows there are, after they came, moved and went: width %d',
    width => {
      using kernel = open();
      const random = new Random(width + 300);
      const shape = { width, greatest: 32767 };
      const [before, after] = [randomMatrix(kernel, random, 40, shape), randomMatrix(kernel, random, 40, shape)];
      const extremes = Array.from({ length: width }, (_value, f) => (f % 3 === 0 ? -32767 : 32767));
      before.set(0, extremes);
      after.set(1, extremes);
      using sum = kernel.gramSum(width);
      for (let row = 0; row < 40; row++) sum.replace(undefined, before.row(row));
      for (let row = 0; row < 30; row++) sum.replace(before.row(row), after.row(row));
      for (let row = 30; row < 40; row++) sum.replace(before.row(row), undefined);
      after.resize(30);
      expect(upper(sum.values(), width)).toEqual(upper(kernel.gram(after), width));
    },
  );

  test('rows are solved against it as against its values', () => {
    using kernel = open();
    const random = new Random(7);
    const from = randomMatrix(kernel, random, 50, { width: 20, greatest: 900 });
    const drawn = { lengths: [3, 0, 40], others: 50, weights: [16, 24], targets: [0, 1] };
    const entries = kernel.entries(randomRows(random, drawn));
    using gram = kernel.gramSum(20);
    gram.set(kernel.gram(from));
    const solved = [gram, gram.values()].map(given => {
      const into = kernel.matrix(20, 3);
      const diagonal = new Float64Array(3).fill(1e7);
      kernel.solveRows({ entries, from, gram: given, shared: 8, diagonal, scale: 1024, grid: 1024, into });
      return rowsOf(into);
    });
    expect(solved[0]).toEqual(solved[1]);
    expect(solved[0]?.[2]?.some(value => value !== 0)).toBe(true);
  });

  test('a sum of squares of 2^53 - 1 is kept, one more is refused', () => {
    using kernel = open();
    const rows = kernel.matrix(2, 1);
    rows.set(0, [1, 1]);
    using sum = kernel.gramSum(2);
    sum.set(Float64Array.of(0, 0, 0, 2 ** 53 - 2));
    sum.replace(undefined, rows.row(0));
    expect(sum.values()[3]).toBe(2 ** 53 - 1);
    expect(() => sum.replace(undefined, rows.row(0))).toThrow(BoundExceeded);
  });

  test('one of another width is refused where rows are solved', () => {
    using kernel = open();
    const from = kernel.matrix(2, 1);
    const entries = kernel.entries({
      starts: Int32Array.of(0, 1),
      neighbours: Int32Array.of(0),
      weights: Uint16Array.of(1),
      targets: Int16Array.of(1),
    });
    const into = kernel.matrix(2, 1);
    const batch = { entries, from, shared: 1, diagonal: Float64Array.of(1), scale: 1, grid: 1, into };
    expect(() => kernel.solveRows({ ...batch, gram: kernel.gramSum(3) })).toThrow(RangeError);
  });
});
