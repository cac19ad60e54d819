import { addOuter, checkExact, isExact } from '../../gram.ts';
import { toGrid } from '../../rounding.ts';
import type { FactorMatrix } from '../factor-matrix.ts';
import { checkTargets } from '../failures.ts';
import type { ReplaceOuter } from '../gram-sum.ts';
import type { Product, Transform } from '../kernel.ts';
import type { KernelMemory } from '../memory.ts';
import { exponentFor, powerOfTwo } from '../powers.ts';
import { checkGrid, checkNeighbours, eachEntry } from './sums.ts';

/** The sum of y y' over all rows, symmetric. */
export function gram(matrix: FactorMatrix): Float64Array {
  const { width } = matrix;
  checkGrid(matrix);
  const sum = new Float64Array(width * width);
  for (let row = 0; row < matrix.rows; row++) addOuter(sum, width, Float64Array.from(matrix.row(row)), 1);
  checkExact(sum, width, width);
  for (let a = 0; a < width; a++) for (let b = 0; b < a; b++) sum[a * width + b] = sum[b * width + a] ?? NaN;
  return sum;
}

/** Takes x x' out and puts y y' in, as `ReplaceOuter` says. */
export function replaceOuter(memory: KernelMemory, ...[sum, stride, x, y]: Parameters<ReplaceOuter>): boolean {
  const values = memory.float64(sum, stride * stride);
  const row = (address: number): Float64Array => Float64Array.from(memory.int16(address, stride));
  addOuter(values, stride, row(x), -1);
  addOuter(values, stride, row(y), 1);
  return isExact(values, stride, stride);
}

/** Sparse rows times a matrix, in the smallest power of two that the grid holds. */
export function product(batch: Product): number {
  checkNeighbours(batch);
  const { entries, into } = batch;
  into.resize(entries.rows);
  const sums = Array.from({ length: entries.rows }, (_, row) => weightedSum(batch, row));
  const greatest = sums.reduce((most, sum) => sum.reduce((more, value) => Math.max(more, Math.abs(value)), most), 0);
  const exponent = exponentFor(greatest);
  for (const [row, sum] of sums.entries()) toGrid(sum, 1 / powerOfTwo(exponent), into.row(row));
  return exponent;
}

function weightedSum({ entries, from }: Product, row: number): Float64Array {
  const sum = new Float64Array(from.width);
  let weighted = 0;
  eachEntry(entries, row, (neighbour, weight, target) => {
    weighted += weight * Math.abs(target);
    for (const [f, y] of from.row(neighbour).entries()) sum[f] = (sum[f] ?? NaN) + weight * target * y;
  });
  checkTargets(weighted, row);
  return sum;
}

/** Rows times a matrix of doubles: sums run over the columns of `from`, ascending. */
export function transform({ from, by, scale, into }: Transform): number {
  const sum = new Float64Array(into.width);
  let saturations = 0;
  if (into !== from) into.resize(from.rows);
  for (let row = 0; row < from.rows; row++) {
    sum.fill(0);
    for (const [f, x] of from.row(row).entries())
      for (let b = 0; b < into.width; b++) sum[b] = (sum[b] ?? NaN) + x * (by[f * into.width + b] ?? NaN);
    saturations += toGrid(sum, scale, into.row(row));
  }
  return saturations;
}
