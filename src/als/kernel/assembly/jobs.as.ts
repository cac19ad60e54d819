/** What a call works on, laid out as `layout.ts` writes it: 32-bit fields in this order, then doubles. */

/** Sparse rows: the fields every job over entries begins with. Addresses and counts. */
@unmanaged
export class Job {
  rowSlots: usize;
  rowClasses: usize;
  classWeights: usize;
  classEnds: usize;
  neighbours: usize;
  targets: usize;
  /** The neighbours' matrix and its padded columns. */
  from: usize;
  stride: i32;
  width: i32;
  /** Pairs per widening for each pair of panels (16 x 16), then the greatest factor of each panel (16). */
  widths: usize;
  /** With a bias column: its unit, else 0; and the mean. */
  unit: i32;
  mean: i32;
  /** The matrix that gets the results, their row numbers (0: the same), and how its columns are padded. */
  into: usize;
  intoRows: usize;
  intoStride: i32;
  intoWidth: i32;
  /** Symmetric, `stride` doubles a row. */
  gram: usize;
  diagonal: usize;
  biasDiagonal: usize;
  /** Exact sums to be written or read: `width` rows of `width + 1` a system, or of a product `stride` a row. */
  sums: usize;
  /** What to do: see the functions. */
  mode: i32;
  exponent: i32;
  /** Slots of the longest row. */
  longest: i32;
  /** Keeps the doubles that follow at multiples of 8. */
  unused: i32;
  shared: f64;
  scale: f64;
  grid: f64;
  /** The greatest squared length of a neighbour. */
  greatestSquare: f64;
}

/** What a thread's rows came to. */
@unmanaged
export class Outcome {
  saturations: i32;
  /** The first row that failed, and how: see failures.ts. */
  failedRow: i32;
  failure: i32;
  /** Keeps the double that follows at a multiple of 8. */
  unused: i32;
  /** The greatest absolute sum of a product. */
  greatest: f64;
}

/** Keeps the first failing row, whichever thread meets it. */
export function fail(outcome: Outcome, row: i32, failure: i32): void {
  if (row >= outcome.failedRow) return;
  outcome.failedRow = row;
  outcome.failure = failure;
}

/** The row of the results for a row of entries. */
export function resultRow(job: Job, row: i32): usize {
  const number = job.intoRows ? load<i32>(job.intoRows + ((<usize>row) << 2)) : row;
  return job.into + <usize>number * ((<usize>job.intoStride) << 1);
}

/** (2^31 - 1)^2: past it a dot product may leave 32 bits. */
export function fitsDot(squares: f64): bool {
  return squares <= 4611686014132420609.0;
}
