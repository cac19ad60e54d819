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
  return greatest(ids, options, row => {
    let sum = 0;
    for (let f = 0, at = row * k; f < k; f++, at++) sum += (factors[f] ?? NaN) * (values[at] ?? NaN);
    return sum;
  });
}

/** The n rows with the greatest scores, greatest first, ties by id; a row scored NaN takes no part. */
export function greatest(
  ids: readonly string[],
  { n, exclude }: TopNOptions,
  scoreOf: (row: number) => number,
): Scored[] {
  const list: Scored[] = [];
  for (const [row, itemId] of ids.entries()) {
    const score = scoreOf(row);
    const last = list.at(-1);
    if (list.length >= n && (last === undefined || !precedes(score, itemId, last))) continue;
    if (Number.isNaN(score) || exclude?.has(itemId) === true) continue;
    insert(list, { itemId, score });
    if (list.length > n) list.pop();
  }
  return list;
}

function precedes(score: number, itemId: string, other: Scored): boolean {
  return score > other.score || (score === other.score && compare(itemId, other.itemId) < 0);
}

function insert(list: Scored[], entry: Scored): void {
  let at = list.length;
  for (
    let before = list[at - 1];
    before !== undefined && precedes(entry.score, entry.itemId, before);
    before = list[at - 1]
  )
    at--;
  list.splice(at, 0, entry);
}
