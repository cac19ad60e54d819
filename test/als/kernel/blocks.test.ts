import { describe, expect, test } from 'vitest';
import type { SparseRows } from '../../../src/als/kernel/entries.ts';
import type { Blocks, Kernel } from '../../../src/als/kernel/kernel.ts';
import { residual } from '../../../src/als/kernel/reference/blocks.ts';
import { ReferenceKernel } from '../../../src/als/kernel/reference/kernel.ts';
import { kernels } from './kernels.ts';
import { Random, randomMatrix, randomRows, rowsOf } from './random.ts';

type Case = {
  readonly seed: number;
  readonly width: number;
  readonly greatest: number;
  readonly lengths: readonly number[];
  readonly exponent?: number;
  readonly weights?: readonly number[];
};

const lengths = [0, 1, 2, 3, 40, 0, 7, 100];
const cases: Case[] = [
  ...[1, 7, 8, 9, 32, 64, 127, 128].map((width, seed) => ({ seed, width, greatest: 700, lengths })),
  { seed: 30, width: 16, greatest: 700, lengths: [9000, 4096, 4098, 1] },
  { seed: 31, width: 8, greatest: 15_000, lengths: [500, 3], exponent: 27 },
  { seed: 32, width: 12, greatest: 60, lengths, exponent: 9 },
  { seed: 33, width: 12, greatest: 60, lengths, exponent: 12 },
  { seed: 34, width: 24, greatest: 700, lengths: [600, 5], weights: [0, 1, 2, 3, 4095, 4096] },
];
const titleOf = ({ seed, width, greatest, lengths: rows, exponent = 20 }: Case): string =>
  `width ${width}, factors to ${greatest}, exponent ${exponent}, rows of ${rows.join(', ')}, seed ${seed}`;

function batchOf(kernel: Kernel, one: Case): Blocks & { readonly sparse: SparseRows } {
  const { seed, width, greatest, exponent = 20, weights = [16, 24, 48] } = one;
  const random = new Random(seed);
  const [from, into] = [
    randomMatrix(kernel, random, 300, { width, greatest }),
    randomMatrix(kernel, random, one.lengths.length + 2, { width, greatest: Math.floor(greatest / 2) }),
  ];
  const sparse = randomRows(random, { lengths: one.lengths, others: from.rows, weights, targets: [0, 1, 1] });
  return {
    sparse,
    entries: kernel.entries(sparse),
    from,
    into,
    rows: Int32Array.from(one.lengths, (_length, row) => one.lengths.length - row),
    gram: kernel.gram(from),
    shared: 8,
    diagonal: Float64Array.from(one.lengths, length => (length + 2) * 4.8 * 2 ** exponent),
    exponent,
  };
}

describe.each(kernels)('blocks, %s', (_, open) => {
  test.for(cases.map(one => [titleOf(one), one] as const))('are swept like the reference: %s', ([, one]) => {
    using kernel = open();
    using reference = new ReferenceKernel();
    const [batch, expected] = [batchOf(kernel, one), batchOf(reference, one)];
    for (let sweep = 0; sweep < 2; sweep++) expect(kernel.blocks(batch)).toBe(reference.blocks(expected));
    expect(rowsOf(batch.into)).toEqual(rowsOf(expected.into));
    expect(rowsOf(expected.into)).not.toEqual(rowsOf(batchOf(reference, one).into));
  });

  test('lead to where Cholesky leads, and the loss falls in every sweep on the way', () => {
    using kernel = open();
    const one = { seed: 40, width: 24, greatest: 300, lengths: [30, 80, 200, 5] };
    const batch = batchOf(kernel, one);
    const losses = Array.from({ length: 12 }, () => {
      const loss = lossOf(batch);
      kernel.blocks(batch);
      return loss;
    });
    const solved = kernel.matrix(one.width, batch.into.rows);
    kernel.solveRows({ ...batch, scale: 1024, grid: 1024, into: solved });
    const least = lossOf({ ...batch, into: solved });
    expect(losses.every((loss, sweep) => sweep === 0 || loss <= (losses[sweep - 1] ?? 0) * (1 + 1e-6))).toBe(true);
    expect(lossOf(batch) / least).toBeLessThan(1.0005);
    expect(lossOf(batch) / least).toBeGreaterThan(0.9999);
  });
});

/** The loss of the rows, by its definition: weighted squares, those of all pairs, and the regularisation. */
function lossOf({ sparse, from, into, rows, gram, shared, diagonal, exponent }: ReturnType<typeof batchOf>): number {
  const unit = 2 ** (exponent / 2);
  const real = (x: Int16Array): number[] => [...x].map(value => value / unit);
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, v, f) => sum + v * (b[f] ?? 0), 0);
  let loss = 0;
  for (const [row, number] of [...(rows ?? [])].entries()) {
    const x = real(into.row(number));
    for (let entry = sparse.starts[row] ?? 0; entry < (sparse.starts[row + 1] ?? 0); entry++) {
      const left = (sparse.targets[entry] ?? 0) - dot(x, real(from.row(sparse.neighbours[entry] ?? 0)));
      loss += (sparse.weights[entry] ?? 0) * left * left;
    }
    const pull = x.map((_value, a) => dot(x, [...gram.subarray(a * from.width, (a + 1) * from.width)]) / unit ** 2);
    loss += shared * dot(x, pull) + ((diagonal[row] ?? 0) / unit ** 2) * dot(x, x);
  }
  return loss;
}

describe('a residual', () => {
  test.for([
    [0, 1, 20, 4096],
    [1 << 20, 1, 20, 0],
    [128, 0, 20, -1],
    [127, 0, 20, 0],
    [-128, 0, 20, 0],
    [-129, 0, 20, 1],
    [5, 1, 9, 507],
    [-(2 ** 31 - 1), 1, 20, 32767],
    [2 ** 31 - 1, 0, 20, -32767],
    [2 ** 31 - 1, 1, 8, 256 - 32767],
  ] as const)('of prediction %d and target %d at exponent %d is %d', ([prediction, target, exponent, expected]) => {
    expect(residual(prediction, target, exponent) + 0).toBe(expected);
  });
});
