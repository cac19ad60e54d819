import { at } from './ratings.ts';

export interface RankingOptions {
  readonly n: number;
  /** 1 for every item that has no place, by item. */
  readonly seen: Uint8Array;
  /** 1 for every item that the list should hold, by item. */
  readonly relevant: Uint8Array;
  /** The only items that have a place; all of them where absent. Each once. */
  readonly candidates?: Int32Array | undefined;
}

/** The first places, best first; items by number, which is the order of their ids. */
export interface RankedItems {
  readonly items: Int32Array;
  readonly scores: Float64Array;
  /** How many places are taken; what stands behind them means nothing. */
  length: number;
}

export const noItems = (n: number): RankedItems => ({
  items: new Int32Array(n),
  scores: new Float64Array(n),
  length: 0,
});

/**
 * Leaves the n best that are not seen in `into`, best first; an item whose score is NaN has no place. Ties are losses: of
 * equal scores what is not relevant stands first, so that a model that says the same of everything has found nothing.
 * Then by id.
 */
export function ranked(scores: Float64Array, options: RankingOptions, into: RankedItems): void {
  into.length = 0;
  const { candidates } = options;
  if (candidates === undefined) for (let item = 0; item < scores.length; item++) offer(item, scores, options, into);
  else for (const item of candidates) offer(item, scores, options, into);
}

function offer(item: number, scores: Float64Array, { n, seen, relevant }: RankingOptions, into: RankedItems): void {
  const score = at(scores, item);
  if (into.length === n && !(score >= at(into.scores, n - 1))) return;
  if (Number.isNaN(score) || seen[item] === 1) return;
  let place = into.length;
  while (place > 0 && inOrder({ item, score }, place - 1, relevant, into) < 0) place--;
  if (place === n) return;
  into.length = Math.min(n, into.length + 1);
  into.items.copyWithin(place + 1, place, into.length - 1);
  into.scores.copyWithin(place + 1, place, into.length - 1);
  into.items[place] = item;
  into.scores[place] = score;
}

type Entry = { readonly item: number; readonly score: number };

/** Less than 0 where the entry comes before what stands at a place. */
function inOrder({ item, score }: Entry, place: number, relevant: Uint8Array, list: RankedItems): number {
  const [other, otherScore] = [at(list.items, place), at(list.scores, place)];
  if (score !== otherScore) return otherScore - score;
  const losses = at(relevant, item) - at(relevant, other);
  return losses || item - other;
}
