/** Eigenvalues, greatest first, and eigenvectors: column j of `vectors` (row-major, k x k) belongs to value j. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** The square of a double's precision, about: 2^-100. */
const negligible = 1 / ((1 << 25) * (1 << 25) * (1 << 25) * (1 << 25));

/** Sweeps after which a matrix of 128 columns has long converged; quadratic convergence needs about ten. */
const mostSweeps = 40;

/**
 * Eigenvalues and eigenvectors of a symmetric k x k matrix by cyclic Jacobi rotations, with + - * / and sqrt alone, so
 * that they are the same to the last bit anywhere. Source: G. Golub, C. Van Loan, "Matrix Computations", section 8.5.
 */
export function jacobi(symmetric: Float64Array, k: number): Eigen {
  const a = symmetric.slice();
  // Row j is the vector of value j: a rotation goes along rows, not down columns.
  const v = new Float64Array(k * k);
  for (let j = 0; j < k; j++) v[j * k + j] = 1;
  for (let sweep = 0; sweep < mostSweeps && !isDiagonal(a, k); sweep++)
    for (let p = 0; p < k - 1; p++) for (let q = p + 1; q < k; q++) rotate(a, v, k, p, q);
  const order = Array.from({ length: k }, (_, j) => j).sort((i, j) => at(a, k, j, j) - at(a, k, i, i) || i - j);
  const vectors = new Float64Array(k * k);
  for (const [to, from] of order.entries()) for (let i = 0; i < k; i++) vectors[i * k + to] = at(v, k, from, i);
  return { values: Float64Array.from(order, j => at(a, k, j, j)), vectors };
}

/** Whether what is off the diagonal is lost beside it in a double. */
function isDiagonal(a: Float64Array, k: number): boolean {
  let [on, off] = [0, 0];
  for (let i = 0; i < k; i++)
    for (let j = 0; j < k; j++) {
      const squared = at(a, k, i, j) * at(a, k, i, j);
      if (i === j) on += squared;
      else off += squared;
    }
  return off <= on * negligible;
}

function rotate(a: Float64Array, v: Float64Array, k: number, p: number, q: number): void {
  const apq = at(a, k, p, q);
  if (apq === 0) return;
  const theta = (at(a, k, q, q) - at(a, k, p, p)) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  turn(a, { p, q, step: k, k }, c, s);
  turn(a, { p: p * k, q: q * k, step: 1, k }, c, s);
  turn(v, { p: p * k, q: q * k, step: 1, k }, c, s);
}

/** Turns the k pairs of values that begin at p and q, `step` apart. */
function turn(
  values: Float64Array,
  { p, q, step, k }: { readonly p: number; readonly q: number; readonly step: number; readonly k: number },
  c: number,
  s: number,
): void {
  for (let n = 0, i = p, j = q; n < k; n++, i += step, j += step) {
    const [x, y] = [values[i] ?? NaN, values[j] ?? NaN];
    values[i] = c * x - s * y;
    values[j] = s * x + c * y;
  }
}

const at = (matrix: Float64Array, k: number, i: number, j: number): number => matrix[i * k + j] ?? NaN;
