import type { Entries, EntryRows, SparseRows } from './entries.ts';
import type { FactorMatrix } from './factor-matrix.ts';
import type { GatheredRows } from './gathered-rows.ts';
import type { GramSum } from './gram-sum.ts';

/**
 * The arithmetic of the model. Every implementation answers the same bits (docs/decisions/0038): sums are of integers
 * and exact, and where an operation rounds, its place in the order is specified. All calls are synchronous. Matrices
 * and entries belong to the kernel that made them, and are freed with it.
 */
export interface Kernel extends Disposable {
  /** Which implementation, for benchmarks and logs: 'reference' or 'wasm'. */
  readonly name: string;
  /** Threads that take part, the caller's included. */
  readonly threads: number;

  /** A matrix of zeros. */
  matrix(width: number, rows?: number): FactorMatrix;

  /** Takes sparse rows into the kernel's memory: once for any number of calls. */
  entries(sparse: SparseRows): Entries;

  /** Rows to be gathered in the kernel's memory, batch after batch: dispose of them in the end. */
  gathering(): GatheredRows;

  /** The sum of y y' over all rows y: width x width, symmetric, exact. @throws {BoundExceeded} past 2^53 */
  gram(matrix: FactorMatrix): Float64Array;

  /** Such a sum that is kept up row by row; of no rows to begin with. */
  gramSum(width: number): GramSum;

  /**
   * Solves each row of `entries` by Cholesky and writes it to `into`: answers how many factors met the end of the grid.
   * A row without entries becomes zero. The rows do not see each other. For a few rows, let `into` be a matrix of the
   * caller's for results; for a whole side, the side itself.
   * @throws {BoundExceeded} where a sum passes 2^53, a factor is -32768, or a system is singular; the first such row is
   * named, the others may be written
   */
  solveRows(batch: SolveRows): number;

  /**
   * The exact sums of `solveRows` without what rows share: for each row `width` rows of `width + 1` numbers, the upper
   * triangle of sum w y y' and, in the last column, sum w target y. What a caller keeps of a heavy row, and changes
   * by exact amounts when a neighbour moves.
   * @throws {BoundExceeded}
   */
  sumRows(batch: RowSums): Float64Array;

  /** `solveRows` from sums like those of `sumRows`, bit for bit the same. @throws {BoundExceeded} */
  solveSums(batch: SolveSums): number;

  /**
   * One half iteration of iALS++: sweeps blocks of 8 columns over each row of `entries` and changes `into` in place;
   * answers saturations. Targets are preferences: 0 and 1, at most 7. A row without entries becomes zero.
   * Source: S. Rendle, W. Krichene, L. Zhang, Y. Koren, "iALS++: Speeding up Matrix Factorization with Subspace
   * Optimization", 2021.
   * @throws {BoundExceeded} as `solveRows`, where a dot product may pass 2^31, and on a row of more than 2^23 entries
   */
  blocks(batch: Blocks): number;

  /**
   * The product of sparse rows and a matrix: row n of `into` becomes the sum of w * target * y, times 2^-e and rounded
   * half to even, with the least e >= 0 for which all values lie within ±32767. Answers e. The sums are exact.
   * @throws {BoundExceeded}
   */
  product(batch: Product): number;

  /**
   * Row x of `from` times `by` (width of `from` x width of `into`, row-major), times `scale`, rounded to the grid, into
   * the row of the same number of `into`, which gets as many rows. Sums run over the columns of `from`, ascending.
   * `into` may be `from`. Answers saturations.
   */
  transform(batch: Transform): number;

  /** Items made ready to be searched, as they are now; later changes of the matrix do not show. */
  lister(items: ListedItems): Lister;
}

/** A row's design: with it column 0 of a neighbour is its bias, for which the row itself has the factor `unit`. */
export interface BiasColumn {
  /** What stands in column 0 of each design row, in grid steps: 1 to 32767. */
  readonly unit: number;
  /** Taken from every target, as is the neighbour's bias; what is left is held within ±32767. In target units. */
  readonly mean: number;
  /** Added to the first element of each row's diagonal, in place of `diagonal`: one for each row of entries. */
  readonly diagonal: Float64Array;
}

export interface RowSums {
  readonly entries: EntryRows;
  /** The neighbours. */
  readonly from: FactorMatrix;
  readonly bias?: Pick<BiasColumn, 'unit' | 'mean'>;
}

/** What is added to the exact sums, and how they become grid values. */
interface Solving {
  /** Of all neighbours, width x width; only the upper triangle is read. Leave it out where `shared` is 0. */
  readonly gram?: Float64Array | GramSum;
  /** Times it is added to each row's system. */
  readonly shared: number;
  /** Added to each row's diagonal: one for each row of entries. */
  readonly diagonal: Float64Array;
  /** Times the right-hand sides are multiplied by it, before the solve. */
  readonly scale: number;
  /** Grid steps in one, for the solution: it is multiplied by it, rounded half to even, held within ±32767. */
  readonly grid: number;
  readonly into: FactorMatrix;
  /** Row numbers of `into`, one for each row of entries, no two equal; 0, 1, 2 ... where left out. */
  readonly rows?: Int32Array;
}

/** (shared * gram + sum w y y' + diagonal) x = scale * sum w * target * y, for each row of entries. */
export interface SolveRows extends RowSums, Solving {
  readonly bias?: BiasColumn;
}

export interface SolveSums extends Solving {
  /** As `sumRows` answers them: one block of width x (width + 1) for each row. */
  readonly sums: Float64Array;
  readonly bias?: Pick<BiasColumn, 'diagonal'>;
}

/** In the units of `solveRows`: the same weights, gram, shared and diagonal describe the same loss. */
export interface Blocks {
  readonly entries: Entries;
  readonly from: FactorMatrix;
  readonly into: FactorMatrix;
  readonly rows?: Int32Array;
  readonly gram: Float64Array;
  readonly shared: number;
  readonly diagonal: Float64Array;
  /** The sum of both sides' grid exponents, 8 to 28: a dot product of 2^exponent is a prediction of 1. */
  readonly exponent: number;
}

export interface Product {
  readonly entries: Entries;
  readonly from: FactorMatrix;
  /** Gets as many rows as there are entries' rows. */
  readonly into: FactorMatrix;
}

export interface Transform {
  readonly from: FactorMatrix;
  readonly by: Float64Array;
  readonly scale: number;
  readonly into: FactorMatrix;
}

export interface ListedItems {
  readonly items: FactorMatrix;
  /** Of each item the place of its id among all ids, ascending: equal scores are listed in this order. */
  readonly ranks: Int32Array;
}

/** Finds the best items of users; exact. */
export interface Lister extends Disposable {
  /**
   * The n items with the greatest dot products for each user asked for, greatest first, ties by rank. Seen items are
   * removed before they could take a place.
   * @throws {BoundExceeded} if |x||y| can pass 2^31 - 1 for a user x
   * @throws {RangeError} if n is not 1 to 1000
   */
  topN(request: TopN): Lists;
}

export interface TopN {
  readonly users: FactorMatrix;
  /** Row numbers of those who get a list. */
  readonly rows: Int32Array;
  /** Row numbers of the items that each of them is not to get: those of list m from `starts[m]` up to `starts[m + 1]`. */
  readonly seen: { readonly starts: Int32Array; readonly items: Int32Array };
  readonly n: number;
}

/** Lists of n places, one after the other. */
export interface Lists {
  /** Row numbers of items; -1 in places that stay empty because too few items are left. */
  readonly items: Int32Array;
  /** Their dot products; 0 in empty places. */
  readonly scores: Int32Array;
}
