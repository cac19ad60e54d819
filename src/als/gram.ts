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

/**
 * The diagonal suffices: by Cauchy and Schwarz no element is greater than the greatest of it.
 * @throws {BoundExceeded}
 */
export function checkExact(matrix: Float64Array, stride: number, k: number): void {
  for (let a = 0; a < k; a++) {
    const sum = matrix[a * stride + a] ?? NaN;
    if (!(sum <= exactLimit))
      throw new BoundExceeded(
        `A sum of squared factors is ${sum}, past 2^53`,
        'Start a generation with a smaller grid exponent',
      );
  }
}
