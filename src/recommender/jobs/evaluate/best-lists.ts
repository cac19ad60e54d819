import type { Contestant } from './contestant.ts';
import type { Grouped } from './grouped.ts';
import { listLength } from './list-length.ts';
import { at, type Ratings } from './ratings.ts';

/** One place more than is judged shows whether the last one is tied with what stands behind it. */
const places = listLength + 1;

/**
 * Finds for all users at once what can stand in their lists, where the contestant can. The answer puts the scores of a
 * user's items into their places and says which they are; undefined of a user whose scores all have to be looked at: one
 * that has no list, or whose last place is tied, which is then a matter of what is relevant.
 */
export function bestLists(
  contestant: Contestant,
  users: Int32Array,
  own: Grouped,
  { items }: Ratings,
): ((user: number, scores: Float64Array) => Int32Array | undefined) | undefined {
  const seen = { of: (user: number): Int32Array => Int32Array.from(own.of(user), row => at(items, row)) };
  const best = contestant.best?.(users, seen, places);
  if (best === undefined) return undefined;
  const lists = new Map(Array.from(best.users, (user, list) => [user, list * places] as const));
  return (user, scores) => {
    const start = lists.get(user);
    if (start === undefined) return undefined;
    const last = start + listLength;
    if (at(best.items, last) >= 0 && best.scores[last] === best.scores[last - 1]) return undefined;
    const listed = best.items.subarray(start, last).filter(item => item >= 0);
    for (let place = 0; place < listed.length; place++) scores[at(listed, place)] = at(best.scores, start + place);
    return listed;
  };
}
