/** A kernel with both sides of a training in its memory, and the pieces of work that are measured. */
import type { Entries, SparseRows } from '../../../src/als/kernel/entries.ts';
import type { FactorMatrix } from '../../../src/als/kernel/factor-matrix.ts';
import type { Kernel } from '../../../src/als/kernel/kernel.ts';
import type { Pairs } from './shape.ts';

const exponent = 10;
const unit = 2 ** exponent;
const confidenceSteps = 16;
const unobservedWeight = 0.5;
const strength = 0.3;

interface Side {
  readonly matrix: FactorMatrix;
  readonly entries: Entries;
  readonly sparse: SparseRows;
}

export class Workshop {
  readonly #kernel: Kernel;
  readonly #users: Side;
  readonly #items: Side;
  readonly #pairs: Pairs;

  constructor(kernel: Kernel, pairs: Pairs, factors: number) {
    this.#kernel = kernel;
    this.#pairs = pairs;
    const side = (sparse: SparseRows): Side => {
      const matrix = kernel.matrix(factors, sparse.starts.length - 1);
      for (let row = 0; row < matrix.rows; row++)
        matrix.set(
          row,
          Int16Array.from({ length: factors }, (_, f) => ((row * 31 + f * 17) % 61) - 30),
        );
      return { matrix, sparse, entries: kernel.entries(sparse) };
    };
    this.#users = side(pairs.users);
    this.#items = side(pairs.items);
  }

  /** Items, then users, by blocks. */
  blocks(): void {
    this.#sweep(this.#items, this.#users, batch => this.#kernel.blocks({ ...batch, exponent: 2 * exponent }));
    this.#sweep(this.#users, this.#items, batch => this.#kernel.blocks({ ...batch, exponent: 2 * exponent }));
  }

  /** Items, then users, by Cholesky. */
  cholesky(): void {
    this.#sweep(this.#items, this.#users, batch => this.#kernel.solveRows({ ...batch, scale: unit, grid: unit }));
    this.#sweep(this.#users, this.#items, batch => this.#kernel.solveRows({ ...batch, scale: unit, grid: unit }));
  }

  /** The n best unseen items of each user. */
  lists(n: number): void {
    const ranks = Int32Array.from({ length: this.#items.matrix.rows }, (_, item) => item);
    using lister = this.#kernel.lister({ items: this.#items.matrix, ranks });
    const { starts, neighbours } = this.#pairs.users;
    const rows = Int32Array.from({ length: this.#users.matrix.rows }, (_, user) => user);
    lister.topN({ users: this.#users.matrix, rows, seen: { starts, items: neighbours }, n });
  }

  /** The vectors of another workshop. */
  take(other: Workshop): void {
    this.#users.matrix.values.set(other.#users.matrix.values);
    this.#items.matrix.values.set(other.#items.matrix.values);
  }

  #sweep(side: Side, other: Side, work: (batch: ReturnType<typeof batchOf>) => number): void {
    work(batchOf(side, other, this.#kernel.gram(other.matrix)));
  }
}

function batchOf(side: Side, other: Side, gram: Float64Array) {
  const { starts } = side.sparse;
  const held = strength * confidenceSteps * unit * unit;
  const diagonal = new Float64Array(side.matrix.rows);
  for (let row = 0; row < diagonal.length; row++)
    diagonal[row] =
      held * Math.sqrt((starts[row + 1] ?? 0) - (starts[row] ?? 0) + unobservedWeight * other.matrix.rows);
  return {
    entries: side.entries,
    from: other.matrix,
    into: side.matrix,
    gram,
    shared: unobservedWeight * confidenceSteps,
    diagonal,
  };
}
