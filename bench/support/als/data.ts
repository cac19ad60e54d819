/** What the benchmarks of the model learn and judge: synthetic ratings of a known size, or a file of real ones. */
import { readRatings } from '../../../src/recommender/jobs/evaluate/read.ts';
import type { Ratings } from '../../../src/recommender/jobs/evaluate/ratings.ts';
import { ratingsFile } from '../films.ts';
import { type Shape, shapes, synthetic, type SyntheticRating } from './synthetic.ts';

export interface Data {
  /** In words, for results. */
  readonly name: string;
  readonly ratings: Ratings;
}

/** `latest-small`, the name of a size (`100k`, `1m`, ...), or a file, which results do not name. */
export async function dataOf(named: string): Promise<Data> {
  const shape = shapes[named];
  if (shape !== undefined) return { name: nameOf(shape), ratings: asRatings(shape, synthetic(shape, 1)) };
  using given = await ratingsFile(named === 'latest-small' ? undefined : named);
  return { name: given.name, ratings: await readRatings(given.path) };
}

export const nameOf = ({ users, items, ratings }: Shape): string =>
  `${ratings.toLocaleString('en')} synthetic ratings of ${users.toLocaleString('en')} users and ${items.toLocaleString('en')} items`;

/** Ids have leading zeros, so that their order is that of their numbers. */
const idsOf = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, number) => `${letter}${String(number).padStart(7, '0')}`);

/** As columns; there are as many as the shape says. */
export function asRatings(shape: Shape, given: Iterable<SyntheticRating>): Ratings {
  const [users, items] = [new Int32Array(shape.ratings), new Int32Array(shape.ratings)];
  const [stars, times] = [new Float64Array(shape.ratings), new Float64Array(shape.ratings)];
  let row = 0;
  for (const rating of given) {
    users[row] = rating.user;
    items[row] = rating.item;
    stars[row] = rating.stars;
    times[row++] = rating.time;
  }
  return { userIds: idsOf('u', shape.users), itemIds: idsOf('i', shape.items), users, items, stars, times };
}
