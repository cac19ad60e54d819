import { scale } from '../../domain/validate.ts';
import type { Contestant } from './contestant.ts';
import { at, type Ratings, type Rows } from './ratings.ts';

/** Ratings at the mean of those before that a bias is assumed to have begun with. */
const prior = 10;

/**
 * Lists: by number of ratings. Stars: overall mean, plus the item's mean deviation, plus the user's from both, each
 * shrunk by `prior`. Source: Y. Koren, "Factor in the Neighbors", TKDD 2010, section 2.1, its baseline estimates.
 */
export class Popularity implements Contestant {
  /** Ratings by item; NaN of one that has none, which nobody could be shown. */
  readonly #counts: Float64Array;
  readonly #mean: number;
  readonly #items: Float64Array;
  readonly #users: Float64Array;

  constructor({ userIds, itemIds, users, items, stars }: Ratings, train: Rows) {
    let sum = 0;
    for (const row of train) sum += at(stars, row);
    const mean = sum / train.length;
    const byItem = meansOf(train, items, itemIds.length, row => at(stars, row) - mean);
    const byUser = meansOf(
      train,
      users,
      userIds.length,
      row => at(stars, row) - mean - at(byItem.means, at(items, row)),
    );
    this.#counts = byItem.counts.map(count => (count === 0 ? NaN : count));
    this.#mean = mean;
    this.#items = byItem.means;
    this.#users = byUser.means;
  }

  scores(_user: number, into: Float64Array): void {
    into.set(this.#counts);
  }

  stars(user: number, item: number): number {
    const estimate = this.#mean + at(this.#items, item) + at(this.#users, user);
    return Math.min(scale.most, Math.max(scale.least, estimate));
  }
}

/** By group: rows, and the shrunk mean of what they deviate; 0 of a group without rows. */
function meansOf(rows: Rows, keys: Int32Array, groups: number, deviation: (row: number) => number) {
  const [counts, means] = [new Float64Array(groups), new Float64Array(groups)];
  for (const row of rows) {
    const key = at(keys, row);
    counts[key] = at(counts, key) + 1;
    means[key] = at(means, key) + deviation(row);
  }
  for (let group = 0; group < groups; group++) means[group] = at(means, group) / (at(counts, group) + prior);
  return { counts, means };
}
