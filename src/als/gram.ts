import { BoundExceeded } from './errors.ts';
import { exactLimit } from './widths.ts';

/**
 * Adds weight * y y' to the upper triangle of a matrix whose rows are `stride` long. All are integers, so the sum is
 * exact, and independent of order, while its diagonal stays within 2^53: see `checkExact`.
 */
export function addOuter(matrix: Float64Array, stride: number, y: Float64Array, weight: number): void {
  const k = y.length;
  for (let a = 0; a < k; a++) {
    const weighted = weight * (y[a] ?? NaN);
    if (weighted === 0) continue;
    const row = a * stride;
    for (let b = a; b < k; b++) matrix[row + b] = (matrix[row + b] ?? NaN) + weighted * (y[b] ?? NaN);
  }
}

/** Rows whose outer products are added at once: each element is then read and written once for all of them. */
const together = 4;

/** Adds weighted outer products as `addOuter` does, a few rows at once: the sums are exact, so that their order is nothing. */
export class OuterSum {
  readonly #matrix: Float64Array;
  readonly #stride: number;
  readonly #k: number;
  readonly #rows: Float64Array;
  /** The same, each times its weight. */
  readonly #weighted: Float64Array;
  #count = 0;

  /** Sums go to the upper triangle of `matrix`, whose rows are `stride` long, k of them. */
  constructor(matrix: Float64Array, stride: number, k: number) {
    this.#matrix = matrix;
    this.#stride = stride;
    this.#k = k;
    this.#rows = new Float64Array(together * k);
    this.#weighted = new Float64Array(together * k);
  }

  /** Adds weight * y y', where y is `values[start]` and the k - 1 that follow it, the first one replaced where one is given. */
  add(values: Int16Array, start: number, weight: number, first = values[start] ?? NaN): void {
    const [rows, weighted, k] = [this.#rows, this.#weighted, this.#k];
    const base = this.#count * k;
    for (let f = 0; f < k; f++) {
      const value = f === 0 ? first : (values[start + f] ?? NaN);
      rows[base + f] = value;
      weighted[base + f] = weight * value;
    }
    if (++this.#count === together) this.end();
  }

  /** What was added is in the matrix. */
  end(): void {
    const k = this.#k;
    this.#rows.fill(0, this.#count * k);
    this.#weighted.fill(0, this.#count * k);
    this.#count = 0;
    for (let a = 0; a < k; a++) this.#addRow(a);
  }

  #addRow(a: number): void {
    const [matrix, rows, weighted, k] = [this.#matrix, this.#rows, this.#weighted, this.#k];
    const y0 = weighted[a] ?? NaN;
    const y1 = weighted[k + a] ?? NaN;
    const y2 = weighted[2 * k + a] ?? NaN;
    const y3 = weighted[3 * k + a] ?? NaN;
    const row = a * this.#stride;
    for (let b = a; b < k; b++) {
      const more = y0 * (rows[b] ?? NaN) + y1 * (rows[k + b] ?? NaN);
      const most = y2 * (rows[2 * k + b] ?? NaN) + y3 * (rows[3 * k + b] ?? NaN);
      matrix[row + b] = (matrix[row + b] ?? NaN) + (more + most);
    }
  }
}

/**
 * The diagonal suffices: by Cauchy and Schwarz no element is greater than the greatest of it.
 * @throws {BoundExceeded}
 */
export function checkExact(matrix: Float64Array, stride: number, k: number): void {
  if (!isExact(matrix, stride, k)) throw inexact();
}

export function isExact(matrix: Float64Array, stride: number, k: number): boolean {
  for (let a = 0; a < k; a++) if (!((matrix[a * stride + a] ?? NaN) <= exactLimit)) return false;
  return true;
}

export const inexact = (): BoundExceeded =>
  new BoundExceeded('A sum of squared factors is past 2^53', 'Start a generation with a smaller grid exponent');
