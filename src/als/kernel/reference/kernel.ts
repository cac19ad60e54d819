import { checkBlocks, checkProduct, checkSolve, checkSolveSums, checkSums, checkTransform } from '../checks.ts';
import { Entries, type SparseRows } from '../entries.ts';
import { FactorMatrix } from '../factor-matrix.ts';
import { GatheredRows } from '../gathered-rows.ts';
import { GramSum } from '../gram-sum.ts';
import type {
  Blocks,
  Kernel,
  ListedItems,
  Lister,
  Product,
  RowSums,
  SolveRows,
  SolveSums,
  Transform,
} from '../kernel.ts';
import { KernelMemory } from '../memory.ts';
import { sweepBlocks } from './blocks.ts';
import { ReferenceLister } from './lister.ts';
import { gram, product, replaceOuter, transform } from './matrices.ts';
import { solveRows, solveSums } from './solve.ts';
import { checkNeighbours, sumRow } from './sums.ts';

/** The specification in plain loops: slow, and what the other implementations are compared with, bit by bit. */
export class ReferenceKernel implements Kernel {
  readonly name = 'reference';
  readonly threads = 1;
  readonly #memory = new KernelMemory();

  matrix(width: number, rows = 0): FactorMatrix {
    return new FactorMatrix(this.#memory, width, rows);
  }

  entries(sparse: SparseRows): Entries {
    return new Entries(this.#memory, sparse);
  }

  gathering(): GatheredRows {
    return new GatheredRows(this.#memory);
  }

  gram(matrix: FactorMatrix): Float64Array {
    return gram(matrix);
  }

  gramSum(width: number): GramSum {
    return new GramSum(this.#memory, width, (...given) => replaceOuter(this.#memory, ...given));
  }

  solveRows(batch: SolveRows): number {
    checkSolve(batch);
    return solveRows(batch);
  }

  sumRows(batch: RowSums): Float64Array {
    checkSums(batch);
    checkNeighbours(batch);
    const { width } = batch.from;
    const size = width * (width + 1);
    const sums = new Float64Array(batch.entries.rows * size);
    for (let row = 0; row < batch.entries.rows; row++) sumRow(batch, row, sums.subarray(row * size, (row + 1) * size));
    return sums;
  }

  solveSums(batch: SolveSums): number {
    checkSolveSums(batch);
    return solveSums(batch);
  }

  blocks(batch: Blocks): number {
    checkBlocks(batch);
    return sweepBlocks(batch);
  }

  product(batch: Product): number {
    checkProduct(batch);
    return product(batch);
  }

  transform(batch: Transform): number {
    checkTransform(batch);
    return transform(batch);
  }

  lister(items: ListedItems): Lister {
    return new ReferenceLister(items);
  }

  [Symbol.dispose](): void {
    // The memory goes with the last reference to it.
  }
}
