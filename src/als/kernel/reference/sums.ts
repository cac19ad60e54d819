import { OuterSum } from '../../gram.ts';
import { exactLimit, maxFactor } from '../../widths.ts';
import type { EntryRows } from '../entries.ts';
import type { FactorMatrix } from '../factor-matrix.ts';
import { checkTargets, offGrid, rowFailure } from '../failures.ts';
import type { RowSums } from '../kernel.ts';

/** Calls back for each entry of a row, classes in ascending order of their weights. */
export function eachEntry(
  entries: EntryRows,
  row: number,
  visit: (neighbour: number, weight: number, target: number, slot: number) => void,
): void {
  let slot = entries.rowSlots[row] ?? 0;
  for (let c = entries.rowClasses[row] ?? 0, last = entries.rowClasses[row + 1] ?? 0; c < last; c++) {
    const weight = entries.classWeights[c] ?? 0;
    for (const end = entries.classEnds[c] ?? 0; slot < end; slot++) {
      const neighbour = entries.neighbours[slot] ?? -1;
      if (neighbour >= 0) visit(neighbour, weight, entries.targets[slot] ?? 0, slot);
    }
  }
}

/** The exact sums of one row: the upper triangle of sum w y y', and sum w target y in the last column. */
export function sumRow(batch: RowSums, row: number, system: Float64Array): void {
  const { entries, from, bias } = batch;
  const { width, stride, values } = from;
  const outer = new OuterSum(system, width + 1, width);
  let weighted = 0;
  system.fill(0);
  eachEntry(entries, row, (neighbour, weight, given) => {
    const start = neighbour * stride;
    const target = bias === undefined ? given : held(given - bias.mean - (values[start] ?? NaN));
    const first = bias?.unit ?? values[start] ?? NaN;
    weighted += weight * Math.abs(target);
    outer.add(values, start, weight, first);
    for (let f = 0; f < width; f++) {
      const y = f === 0 ? first : (values[start + f] ?? NaN);
      const at = f * (width + 1) + width;
      system[at] = (system[at] ?? NaN) + weight * target * y;
    }
  });
  outer.end();
  checkTargets(weighted, row);
  checkDiagonal(system, width, row);
}

/** The diagonal suffices: by Cauchy and Schwarz no element is greater than the greatest of it. @throws {BoundExceeded} */
export function checkDiagonal(system: Float64Array, width: number, row: number): void {
  for (let a = 0; a < width; a++) if (!((system[a * (width + 2)] ?? NaN) <= exactLimit)) throw rowFailure('gram', row);
}

/** @throws {BoundExceeded} if a neighbour has a factor -32768 */
export function checkNeighbours({ entries, from }: RowSums): void {
  for (const neighbour of entries.neighbours.subarray(0, entries.slots))
    if (neighbour >= 0 && from.row(neighbour).includes(-maxFactor - 1)) throw offGrid('A neighbour');
}

/** @throws {BoundExceeded} if a row has a factor -32768 */
export function checkGrid(matrix: FactorMatrix): void {
  if (matrix.values.subarray(0, matrix.rows * matrix.stride).includes(-maxFactor - 1)) throw offGrid('A row');
}

export const held = (value: number): number => Math.max(-maxFactor, Math.min(maxFactor, value));
