import { Foremost } from './foremost.ts';
import { compare } from './interaction.ts';
import type { ItemMatrix } from './matrix.ts';
import type { Scored } from './types.ts';

/** Exact: integers of 16 bits, at most 128 of them, stay far under 2^53. In units of both grids' product. */
export function dot(a: Int16Array, b: Int16Array): number {
  if (a.length !== b.length) throw new RangeError(`Vectors of ${a.length} and ${b.length} factors have no dot product`);
  let sum = 0;
  for (let f = 0; f < a.length; f++) sum += (a[f] ?? NaN) * (b[f] ?? NaN);
  return sum;
}

export interface TopNOptions {
  readonly n: number;
  /** Ids that never enter the list. */
  readonly exclude?: ReadonlySet<string>;
}

/**
 * The n items with the greatest dot product, greatest first, ties by id; scores as integers in units of both grids'
 * product. Exact: every item is scored, and excluded ones are removed before they could take a place.
 */
export function topNOf(user: Int16Array, items: ItemMatrix, options: TopNOptions): Scored[] {
  const { k, ids } = items;
  if (user.length !== k) throw new RangeError(`A user of ${user.length} factors does not fit items of ${k}`);
  return best(ids, productsOf(Float64Array.from(user), items), options);
}

/** Of the items that are allowed; those that could not enter are not asked about. */
export interface AllowedTopN {
  readonly n: number;
  readonly isAllowed: (itemId: string) => boolean;
}

/** `topNOf` for factors that lie on no grid. */
export function fittingBest(user: Float64Array, items: ItemMatrix, options: AllowedTopN): Scored[] {
  if (user.length !== items.k)
    throw new RangeError(`A user of ${user.length} factors does not fit items of ${items.k}`);
  return best(items.ids, productsOf(user, items), options);
}

/**
 * The n allowed items most like these factors, most alike first, ties by id, by the cosine of the angle between both,
 * -1 to 1. What has no direction, as a row of zeros, takes no part.
 */
export function alikeBest(own: Int16Array, items: ItemMatrix, options: AllowedTopN): Scored[] {
  const scores = new Float64Array(items.size);
  cosinesInto(scores, own, items, 0);
  return best(items.ids, scores, options);
}

/** As many scores as there is room for, of the rows from `first` on. */
export function cosinesInto(
  scores: Float64Array,
  own: Int16Array,
  items: Pick<ItemMatrix, 'row'>,
  first: number,
): void {
  const length = Math.sqrt(dot(own, own));
  for (let at = 0; at < scores.length; at++) {
    const other = items.row(first + at);
    scores[at] = dot(own, other) / (length * Math.sqrt(dot(other, other)));
  }
}

function productsOf(factors: Float64Array, items: ItemMatrix): Float64Array {
  const scores = new Float64Array(items.size);
  productsInto(scores, factors, items, 0);
  return scores;
}

/**
 * As many scores as there is room for, of the rows from `first` on. Always in the same order, so that the same factors have the same
 * products. Two sums side by side: an addition need not wait for the one before it, which is most of the time that a
 * million items take.
 */
export function productsInto(
  scores: Float64Array,
  factors: Float64Array,
  { k, values }: Pick<ItemMatrix, 'k' | 'values'>,
  first: number,
): void {
  const whole = k - (k % 2);
  for (let row = 0, at = first * k; row < scores.length; row++) {
    let even = 0;
    let odd = 0;
    for (let f = 0; f < whole; f += 2, at += 2) {
      even += (factors[f] ?? NaN) * (values[at] ?? NaN);
      odd += (factors[f + 1] ?? NaN) * (values[at + 1] ?? NaN);
    }
    if (whole < k) even += (factors[whole] ?? NaN) * (values[at++] ?? NaN);
    scores[row] = even + odd;
  }
}

/** The n rows with the greatest scores, greatest first, ties by id; a row scored NaN takes no part. */
export function greatest(ids: readonly string[], options: TopNOptions, scoreOf: (row: number) => number): Scored[] {
  const scores = new Float64Array(ids.length);
  for (let row = 0; row < scores.length; row++) scores[row] = scoreOf(row);
  return best(ids, scores, options);
}

/** Scores come in an array: for most rows nothing is done but to compare one with the last of the list. NaN takes no part. */
export function best(
  ids: readonly string[],
  scores: Float64Array,
  { n, exclude, isAllowed }: TopNOptions & { readonly isAllowed?: (itemId: string) => boolean },
): Scored[] {
  const foremost = new Foremost<Scored>(n, byScore);
  let least = -Infinity;
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row] ?? NaN;
    if (!(score >= least)) continue;
    const itemId = ids[row] ?? '';
    if (exclude?.has(itemId) === true || isAllowed?.(itemId) === false) continue;
    foremost.offer({ itemId, score });
    least = foremost.last?.score ?? -Infinity;
  }
  return [...foremost.list];
}

const byScore = (a: Scored, b: Scored): number => b.score - a.score || compare(a.itemId, b.itemId);
