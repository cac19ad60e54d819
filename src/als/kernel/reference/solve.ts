import { solveCholesky } from '../../cholesky.ts';
import { BoundExceeded } from '../../errors.ts';
import { toGrid } from '../../rounding.ts';
import { isEmpty, rowNumber } from '../checks.ts';
import { rowFailure } from '../failures.ts';
import { GramSum } from '../gram-sum.ts';
import type { SolveRows, SolveSums } from '../kernel.ts';
import { checkDiagonal, checkNeighbours, sumRow } from './sums.ts';

type Completed = Omit<SolveSums, 'sums'>;

/** Sums and solves row by row. */
export function solveRows(batch: SolveRows): number {
  checkNeighbours(batch);
  const { entries, into, rows } = batch;
  const system = new Float64Array(into.width * (into.width + 1));
  let saturations = 0;
  for (let row = 0; row < entries.rows; row++) {
    if (isEmpty(entries, row)) into.row(rowNumber(rows, row)).fill(0);
    else {
      sumRow(batch, row, system);
      saturations += solveSystem(batch, row, system);
    }
  }
  return saturations;
}

export function solveSums(batch: SolveSums): number {
  const { sums, into } = batch;
  const size = into.width * (into.width + 1);
  let saturations = 0;
  for (let row = 0; row * size < sums.length; row++) {
    const system = sums.slice(row * size, (row + 1) * size);
    checkDiagonal(system, into.width, row);
    saturations += solveSystem(batch, row, system);
  }
  return saturations;
}

/** Completes exact sums by what rows share and their diagonal, solves, and rounds to the grid. */
function solveSystem(batch: Completed, row: number, system: Float64Array): number {
  const { into, rows, grid } = batch;
  const { width } = into;
  complete(batch, row, system);
  factorised(system, width, row);
  const x = new Float64Array(width);
  for (let f = 0; f < width; f++) x[f] = system[f * (width + 1) + width] ?? NaN;
  return toGrid(x, grid, into.row(rowNumber(rows, row)));
}

function complete(batch: Completed, row: number, system: Float64Array): void {
  const { shared, diagonal, bias, scale } = batch;
  const { width } = batch.into;
  const gram = valuesOf(batch.gram);
  for (let a = 0; a < width; a++) {
    const start = a * (width + 1);
    for (let b = a; b < width; b++)
      system[start + b] = (system[start + b] ?? NaN) + shared * (gram?.[a * width + b] ?? 0);
    const held = (a === 0 ? bias?.diagonal[row] : undefined) ?? diagonal[row] ?? NaN;
    system[start + a] = (system[start + a] ?? NaN) + held;
    system[start + width] = (system[start + width] ?? NaN) * scale;
  }
}

const valuesOf = (gram: Completed['gram']): Float64Array | undefined =>
  gram instanceof GramSum ? gram.values() : gram;

/** @throws {BoundExceeded} naming the row whose system is singular */
export function factorised(system: Float64Array, width: number, row: number): void {
  try {
    solveCholesky(system, width);
  } catch (error) {
    throw error instanceof BoundExceeded ? rowFailure('pivot', row) : error;
  }
}
