import { at } from './ratings.ts';
import type { UserFigures } from './user-figures.ts';

/**
 * Figures of several judgements as those of one: what a user has in any of them is summed, so that a user stays one
 * cluster. Users are numbers of the same ratings.
 */
export function pooled(all: readonly UserFigures[]): UserFigures {
  const users = Int32Array.from(new Set(all.flatMap(figures => [...figures.users]))).sort();
  const places = new Map(Array.from(users, (user, place) => [user, place] as const));
  const sum = (columnOf: (figures: UserFigures) => Float64Array): Float64Array => {
    const into = new Float64Array(users.length);
    for (const figures of all)
      for (const [index, value] of columnOf(figures).entries()) {
        const place = places.get(at(figures.users, index)) ?? NaN;
        into[place] = at(into, place) + value;
      }
    return into;
  };
  return {
    users,
    judged: sum(({ judged }) => judged),
    lists: {
      ndcg10: sum(({ lists }) => lists.ndcg10),
      hr10: sum(({ lists }) => lists.hr10),
      map10: sum(({ lists }) => lists.map10),
      precision10: sum(({ lists }) => lists.precision10),
      recall10: sum(({ lists }) => lists.recall10),
    },
    ratings: sum(({ ratings }) => ratings),
    squared: sum(({ squared }) => squared),
    absolute: sum(({ absolute }) => absolute),
  };
}
