import { firstValues } from './first-values.ts';
import { jacobi } from './jacobi.ts';
import type { FactorMatrix } from './kernel/factor-matrix.ts';
import type { Kernel } from './kernel/kernel.ts';
import { powerOfTwo } from './kernel/powers.ts';
import type { BothWays } from './training-data.ts';
import { confidenceSteps } from './weights.ts';
import { maxFactor } from './widths.ts';

/** Deviation of the test matrix, in steps: its values then lie well within 16 bits. */
const testDeviation = 4096;
/** A column is dropped once so little of its square is left: what remains is rounding. */
const dependent = 1 / (1 << 24);

export interface PerSide {
  readonly users: number;
  readonly items: number;
}

export interface Start {
  readonly users: FactorMatrix;
  readonly items: FactorMatrix;
  readonly itemIds: readonly string[];
  readonly unit: { readonly users: number; readonly items: number };
  readonly unobservedWeight: number;
  readonly seed: number;
}

/**
 * Where training begins: the k leading singular directions of the matrix A of weighted preferences, in the order of
 * their singular values, found by two passes of the randomised range finder. The test matrix is hashed from ids, the
 * products are exact before they are rounded, and the small matrices come from exact Gram matrices, so that numbering,
 * order and threads do not show. Answers the saturations. Source: N. Halko, P. Martinsson, J. Tropp, "Finding Structure with Randomness", SIAM
 * Review 2011, algorithms 4.4 and 5.1.
 */
export function subspaceStart(kernel: Kernel, data: BothWays, start: Start): PerSide {
  const { users, items } = start;
  const k = items.width;
  for (const [row, id] of start.itemIds.entries())
    firstValues(start.seed, 'subspace', id, testDeviation, items.row(row));
  using basis = kernel.matrix(k, users.rows);
  kernel.product({ entries: data.users, from: items, into: users });
  orthonormal(kernel, users, basis);
  kernel.product({ entries: data.items, from: basis, into: users });
  using found = kernel.matrix(k, items.rows);
  const steps = orthonormal(kernel, users, found);
  const exponent = kernel.product({ entries: data.users, from: found, into: users });
  // A Q = users * inUnits: Q is in `found`, whose ones are `steps`; weights are in sixteenths.
  const inUnits = powerOfTwo(exponent) / (confidenceSteps * steps);
  const { values, vectors } = jacobi(kernel.gram(users), k);
  const least = (values[0] ?? 0) * dependent;
  // Of weights c the model explains about c / (c + alpha0) with its one; of c it would have to explain c times as much.
  const explained = 1 / (meanWeight(data) + start.unobservedWeight);
  const ofUsers = new Float64Array(k * k);
  const ofItems = new Float64Array(k * k);
  for (let j = 0; j < k; j++) {
    const root = Math.sqrt(values[j] ?? 0);
    if (!((values[j] ?? 0) > least)) continue;
    const balanced = Math.sqrt(root * inUnits * explained);
    for (let i = 0; i < k; i++) {
      ofUsers[i * k + j] = ((vectors[i * k + j] ?? NaN) * balanced) / root;
      ofItems[i * k + j] = ((vectors[i * k + j] ?? NaN) * balanced) / steps;
    }
  }
  return {
    users: kernel.transform({ from: users, by: ofUsers, scale: start.unit.users, into: users }),
    items: kernel.transform({ from: found, by: ofItems, scale: start.unit.items, into: items }),
  };
}

/** The mean weight of what is preferred. */
function meanWeight({ users }: BothWays): number {
  let [sum, count, slot] = [0, 0, 0];
  for (let n = 0; n < users.classEnds.length; n++)
    for (const end = users.classEnds[n] ?? 0; slot < end; slot++) {
      if ((users.targets[slot] ?? 0) === 0) continue;
      sum += users.classWeights[n] ?? 0;
      count++;
    }
  return count === 0 ? 1 : sum / count / confidenceSteps;
}

/**
 * Writes an orthonormal basis of the columns of `from` into `into`, in units of the answer: Cholesky-QR, Q = Y R^-1 with
 * R'R = Y'Y. Columns that depend on those before them become zero. No element is past 1, so that the whole grid serves.
 */
function orthonormal(kernel: Kernel, from: FactorMatrix, into: FactorMatrix): number {
  const by = inverseFactor(kernel.gram(from), from.width);
  kernel.transform({ from, by, scale: maxFactor, into });
  return maxFactor;
}

/** The inverse of the upper Cholesky factor of a symmetric matrix; columns without a pivot are zero. */
export function inverseFactor(symmetric: Float64Array, k: number): Float64Array {
  const r = symmetric.slice();
  const inverse = new Float64Array(k * k);
  const get = (matrix: Float64Array, i: number, j: number): number => matrix[i * k + j] ?? NaN;
  for (let j = 0; j < k; j++) {
    // Column j of R: R'R = Y'Y, row by row.
    for (let i = 0; i < j; i++) {
      let sum = get(r, i, j);
      for (let t = 0; t < i; t++) sum -= get(r, t, i) * get(r, t, j);
      r[i * k + j] = get(inverse, i, i) * sum;
    }
    let pivot = get(r, j, j);
    for (let t = 0; t < j; t++) pivot -= get(r, t, j) * get(r, t, j);
    if (!(pivot > get(symmetric, j, j) * dependent)) {
      for (let i = 0; i < k; i++) r[j * k + i] = 0;
      continue;
    }
    const root = Math.sqrt(pivot);
    r[j * k + j] = root;
    inverse[j * k + j] = 1 / root;
    for (let i = 0; i < j; i++) {
      let sum = 0;
      for (let t = i; t < j; t++) sum += get(inverse, i, t) * get(r, t, j);
      inverse[i * k + j] = -sum / root;
    }
  }
  return inverse;
}
