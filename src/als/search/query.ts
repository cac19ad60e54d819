import { powerOfTwo } from '../kernel/powers.ts';
import { type RowScan, unordered } from '../kernel/scan.ts';
import type { ItemMatrix } from '../matrix.ts';
import { cosinesInto, dot, productsInto } from '../top-n.ts';
import { mostProduct, onGrid, type RowBounds } from './bounds.ts';

/** What items are searched for: how the kernel scores them, and how it is meant. */
export interface Query {
  /** Undefined where the kernel's numbers do not hold it. */
  readonly scan: Scan | undefined;
  /** As many scores as there is room for, of the rows from `first` on as they are now, by the readable sums. */
  readonly scoresInto: (scores: Float64Array, first: number) => void;
}

export interface Scan extends Pick<RowScan, 'x' | 'by'> {
  /** No item that a scan scored at most so much has a greater score than this by the readable sums. */
  readonly bound: (scanned: number) => number;
}

/** 2^-30 and 2^-21: what the readable sums, and the kernel's cosines, may be off by. */
const summing = 1 / powerOfTwo(30);
const rounding = 1 / powerOfTwo(21);

/**
 * What fits factors that lie on no grid. With q the factors in grid steps s, rounded, and y a row, |x.y / s - q.y| is at
 * most what a factor moved times the sum of |y|: half of it. The readable sums of up to 128 products of 53 bits are off
 * by less than 2^-31 of that sum in grid steps, for which 2^-30 stands, since no factor is greater than 2^15 of them.
 */
export function fittingQuery(factors: Float64Array, matrix: ItemMatrix, bounds: RowBounds): Query {
  const grid = onGrid(factors, bounds);
  return {
    scoresInto: (scores, first) => productsInto(scores, factors, matrix, first),
    scan: grid && {
      x: grid.x,
      by: 'product',
      // The rows that count have not changed since the scan began; those that have may only widen it.
      bound: scanned => (scanned + (grid.moved + summing) * bounds.greatestSum) / grid.scale,
    },
  };
}

/**
 * What is most like the factors of an item. The kernel's x.y / |y| is rounded five times to 24 bits, one of them under a
 * root: it is off by less than 2^-21 of itself.
 */
export function alikeQuery(own: Int16Array, matrix: ItemMatrix, { greatestSquare }: RowBounds): Query {
  const length = Math.sqrt(dot(own, own));
  const fits = length > 0 && greatestSquare <= mostProduct && !own.includes(-32768);
  return {
    scoresInto: (scores, first) => cosinesInto(scores, own, matrix, first),
    scan: fits ? { x: own, by: 'cosine', bound: scanned => above(unordered(scanned)) / length } : undefined,
  };
}

const above = (scanned: number): number => scanned + Math.abs(scanned) * rounding;
