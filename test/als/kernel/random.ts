import type { SparseRows } from '../../../src/als/kernel/entries.ts';
import type { FactorMatrix } from '../../../src/als/kernel/factor-matrix.ts';
import type { Kernel } from '../../../src/als/kernel/kernel.ts';

/** Integers from a seed (xorshift32 by G. Marsaglia, 2003): a failure names the seed, and the seed repeats it. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761) | 1;
    for (let n = 0; n < 8; n++) this.integer(0, 1);
  }

  /** From least to most, both included. */
  integer(least: number, most: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return least + ((x >>> 0) % (most - least + 1));
  }

  one<T>(choices: readonly T[]): T | undefined {
    return choices[this.integer(0, choices.length - 1)];
  }
}

/** A matrix of random factors within ±greatest. */
export function randomMatrix(kernel: Kernel, random: Random, rows: number, shape: MatrixShape): FactorMatrix {
  const matrix = kernel.matrix(shape.width, rows);
  for (let row = 0; row < rows; row++)
    matrix.set(
      row,
      Array.from({ length: shape.width }, () => random.integer(-shape.greatest, shape.greatest)),
    );
  return matrix;
}

export type MatrixShape = { readonly width: number; readonly greatest: number };

export type Drawn = {
  /** Entries of each row. */
  readonly lengths: readonly number[];
  /** Rows of the other side. */
  readonly others: number;
  readonly weights: readonly number[];
  readonly targets: readonly number[];
};

/** Rows of so many entries each, with random neighbours and with weights and targets from among those given. */
export function randomRows(random: Random, { lengths, others, weights, targets }: Drawn): SparseRows {
  const starts = Int32Array.of(0, ...lengths);
  for (let row = 1; row < starts.length; row++) starts[row] = (starts[row] ?? 0) + (starts[row - 1] ?? 0);
  const length = starts.at(-1) ?? 0;
  const draw = (next: () => number): number[] => Array.from({ length }, next);
  return {
    starts,
    neighbours: Int32Array.from(draw(() => random.integer(0, others - 1))),
    weights: Uint16Array.from(draw(() => random.one(weights) ?? 0)),
    targets: Int16Array.from(draw(() => random.one(targets) ?? 0)),
  };
}

/** The bytes of all rows, for comparisons that name the first difference. */
export function rowsOf(matrix: FactorMatrix): number[][] {
  return Array.from({ length: matrix.rows }, (_, row) => [...matrix.row(row)]);
}
