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
  const { k, ids, values } = items;
  if (user.length !== k) throw new RangeError(`A user of ${user.length} factors does not fit items of ${k}`);
  const factors = Float64Array.from(user);
  const scores = new Float64Array(ids.length);
  for (let row = 0, at = 0; row < scores.length; row++) {
    let sum = 0;
    for (let f = 0; f < k; f++, at++) sum += (factors[f] ?? NaN) * (values[at] ?? NaN);
    scores[row] = sum;
  }
  return best(ids, scores, options);
}

/** The n rows with the greatest scores, greatest first, ties by id; a row scored NaN takes no part. */
export function greatest(ids: readonly string[], options: TopNOptions, scoreOf: (row: number) => number): Scored[] {
  const scores = new Float64Array(ids.length);
  for (let row = 0; row < scores.length; row++) scores[row] = scoreOf(row);
  return best(ids, scores, options);
}

/** Scores come in an array: for most rows nothing is done but to compare one with the last of the list. */
function best(ids: readonly string[], scores: Float64Array, { n, exclude }: TopNOptions): Scored[] {
  const foremost = new Foremost<Scored>(n, byScore);
  let least = -Infinity;
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row] ?? NaN;
    if (!(score >= least)) continue;
    const itemId = ids[row] ?? '';
    if (exclude?.has(itemId) === true) continue;
    foremost.offer({ itemId, score });
    least = foremost.last?.score ?? -Infinity;
  }
  return [...foremost.list];
}

const byScore = (a: Scored, b: Scored): number => b.score - a.score || compare(a.itemId, b.itemId);
