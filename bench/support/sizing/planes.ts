/** Planes through measured points by least squares: a figure as so much and so much more for each of each thing. */

export interface Plane {
  /** One for each feature, in their order. */
  readonly coefficients: readonly number[];
  /** How far the plane is from the points at most, as a share of each point. */
  readonly residual: number;
}

export interface Point {
  readonly features: readonly number[];
  readonly value: number;
}

/**
 * Each point counts by its relative distance, so that small ones are met as well as great ones. A thing that would take
 * less than nothing is left out and the rest fitted anew: noise, or what another feature says already.
 * @throws {RangeError} where the points do not decide
 */
export function planeThrough(points: readonly Point[]): Plane {
  const width = points[0]?.features.length ?? 0;
  const used = Array.from({ length: width }, (_, at) => at);
  for (;;) {
    const solved = leastSquares(points, used);
    const least = solved.reduce((low, value, at) => (value < (solved[low] ?? 0) ? at : low), 0);
    if ((solved[least] ?? 0) >= 0) return planeOf(points, used, solved);
    used.splice(least, 1);
  }
}

export const valueAt = (coefficients: readonly number[], features: readonly number[]): number =>
  coefficients.reduce((sum, coefficient, at) => sum + coefficient * (features[at] ?? NaN), 0);

function planeOf(points: readonly Point[], used: readonly number[], solved: readonly number[]): Plane {
  const coefficients = (points[0]?.features ?? []).map((_, at) => solved[used.indexOf(at)] ?? 0);
  const residual = Math.max(
    ...points.map(({ features, value }) => Math.abs(valueAt(coefficients, features) / value - 1)),
  );
  return { coefficients, residual };
}

/** The normal equations of rows divided by their value, by Gauss and Jordan with the greatest pivot. */
function leastSquares(points: readonly Point[], used: readonly number[]): number[] {
  const rows = points.map(({ features, value }) => used.map(at => (features[at] ?? NaN) / value));
  const scales = used.map((_, at) => Math.hypot(...rows.map(row => row[at] ?? NaN)));
  const scaled = rows.map(row => row.map((cell, at) => cell / (scales[at] ?? NaN)));
  const matrix = used.map((_, i) => [
    ...used.map((__, j) => scaled.reduce((sum, row) => sum + (row[i] ?? NaN) * (row[j] ?? NaN), 0)),
    scaled.reduce((sum, row) => sum + (row[i] ?? NaN), 0),
  ]);
  for (let column = 0; column < used.length; column++) eliminate(matrix, column);
  return matrix.map((row, at) => (row.at(-1) ?? NaN) / (row[at] ?? NaN) / (scales[at] ?? NaN));
}

function eliminate(matrix: number[][], column: number): void {
  const rest = matrix.slice(column).map(row => Math.abs(row[column] ?? 0));
  const at = column + rest.indexOf(Math.max(...rest));
  const pivot = matrix[at] ?? [];
  if (!(Math.abs(pivot[column] ?? 0) > 1e-9))
    throw new RangeError('The points do not tell the features apart: measure where they differ');
  [matrix[at], matrix[column]] = [matrix[column] ?? [], pivot];
  for (const row of matrix) {
    if (row === pivot) continue;
    const times = (row[column] ?? 0) / (pivot[column] ?? NaN);
    for (const [cell, value] of pivot.entries()) row[cell] = (row[cell] ?? NaN) - times * value;
  }
}
