import { kinds } from './interaction.ts';
import { starUnit, type Side } from './side.ts';
import type { ModelState } from './state.ts';
import { dot, greatest, type TopNOptions } from './top-n.ts';
import type { Done, Scored, Vectors } from './types.ts';

/** The n best items that the user has not seen, best first, ties by id; undefined if the user is unknown. */
export function topN(state: ModelState, userId: string, { n, exclude = new Set() }: TopNOptions): Scored[] | undefined {
  const { users, items } = state;
  const row = users.ids.rowOf(userId);
  if (row === undefined) return undefined;
  const removed = new Set([...seen(state, userId), ...exclude]);
  const x = Float64Array.from(users.vectors.row(row));
  const { values, stride } = items.vectors;
  const unit = users.unit * items.unit;
  return greatest(items.ids.list, { n, exclude: removed }, item => {
    if (!items.ids.has(item)) return NaN;
    let sum = 0;
    for (let f = 0, at = item * stride; f < x.length; f++, at++) sum += (x[f] ?? NaN) * (values[at] ?? NaN);
    return sum / unit;
  });
}

/** Estimated preference of two rows, about 0 to 1. */
export const scoreOf = ({ users, items }: ModelState, user: number, item: number): number =>
  dot(users.vectors.row(user), items.vectors.row(item)) / (users.unit * items.unit);

/** The n items whose vectors point the most alike, by cosine; undefined if the item is unknown. */
export function similar({ items: { vectors, ids } }: ModelState, itemId: string, n: number): Scored[] | undefined {
  const row = ids.rowOf(itemId);
  if (row === undefined) return undefined;
  const y = vectors.row(row);
  const squared = dot(y, y);
  return greatest(ids.list, { n, exclude: new Set([itemId]) }, item => {
    const other = vectors.row(item);
    return dot(y, other) / Math.sqrt(squared * dot(other, other));
  });
}

/** The n items that the most users like, with how many they are. */
export function popular({ items: { ids, likes } }: ModelState, n: number): Scored[] {
  return greatest(ids.list, { n }, row => (ids.has(row) ? likes.get(row) : NaN));
}

/** Items that are not to be recommended to this user again, by the policy of the settings, sorted. */
export function seen({ users, items, pairs, settings }: ModelState, userId: string): string[] {
  const row = users.ids.rowOf(userId);
  if (row === undefined) return [];
  const own = [...users.pairs.of(row)].filter(pair => settings.seen.some(kind => pairs.has(pair, kind)));
  return own.map(pair => items.idOf(pairs.itemOf(pair))).sort();
}

/** All that is known of what a user did: of each item and kind the newest event, also where it deleted a rating. */
export function history({ users, items, pairs }: ModelState, userId: string): Done[] {
  const row = users.ids.rowOf(userId);
  if (row === undefined) return [];
  return [...users.pairs.of(row)].flatMap(pair => {
    const facts = pairs.facts(pair);
    const itemId = items.idOf(pairs.itemOf(pair));
    return kinds.flatMap(kind => {
      const fact = facts[kind];
      return fact === undefined ? [] : [{ itemId, kind, value: fact.value, time: fact.time }];
    });
  });
}

/** Copies of an id's vectors. */
export function vectorsOf(side: Side, id: string): Vectors | undefined {
  const row = side.ids.rowOf(id);
  if (row === undefined) return undefined;
  const stars = side.starVectors.row(row);
  return {
    factors: side.vectors.row(row).slice(),
    starFactors: stars.slice(1),
    bias: (stars[0] ?? NaN) / starUnit,
    events: side.events.get(row),
  };
}
