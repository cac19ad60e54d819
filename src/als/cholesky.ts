import { BoundExceeded } from './errors.ts';

/**
 * Solves A x = b for a symmetric positive definite A: U'U = A, U' z = b, U x = z. `system` holds k rows of k + 1
 * numbers: the upper triangle of A, and b in column k; it is overwritten, and x is left in column k.
 *
 * The order of operations is part of the model's specification: each element subtracts its products with t ascending,
 * then is multiplied by 1 / sqrt of its pivot; back substitution subtracts with t descending.
 */
export function solveCholesky(system: Float64Array, k: number): void {
  factorise(system, k);
  substituteBack(system, k);
}

/** Row t is finished, then subtracted from all rows under it: the same order for each element as the textbook's. */
function factorise(system: Float64Array, k: number): void {
  const stride = k + 1;
  for (let t = 0; t < k; t++) {
    const row = t * stride;
    const pivot = system[row + t] ?? NaN;
    if (!(pivot > 0)) throw notPositive(t, pivot);
    const inverse = 1 / Math.sqrt(pivot);
    system[row + t] = inverse;
    for (let i = t + 1; i <= k; i++) system[row + i] = (system[row + i] ?? NaN) * inverse;
    for (let j = t + 1; j < k; j++) subtractRow(system, row, j * stride, j, stride);
  }
}

function subtractRow(system: Float64Array, from: number, to: number, j: number, end: number): void {
  const factor = system[from + j] ?? NaN;
  for (let i = j; i < end; i++) system[to + i] = (system[to + i] ?? NaN) - factor * (system[from + i] ?? NaN);
}

function substituteBack(system: Float64Array, k: number): void {
  const stride = k + 1;
  for (let i = k - 1; i >= 0; i--) {
    const row = i * stride;
    let sum = system[row + k] ?? NaN;
    for (let t = k - 1; t > i; t--) sum -= (system[row + t] ?? NaN) * (system[t * stride + k] ?? NaN);
    system[row + k] = sum * (system[row + i] ?? NaN);
  }
}

function notPositive(t: number, pivot: number): BoundExceeded {
  return new BoundExceeded(
    `Pivot ${t} of a row's system is ${pivot}`,
    'Raise the regularisation: the system is singular',
  );
}
