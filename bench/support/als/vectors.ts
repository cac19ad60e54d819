/** Vectors of whoever trained them, as a contestant of `millrace evaluate`: all are judged by the same code. */
import type { TrainingInput } from '../../../src/als/index.ts';
import type { Contestant } from '../../../src/recommender/jobs/evaluate/contestant.ts';
import { Popularity } from '../../../src/recommender/jobs/evaluate/popularity.ts';
import { at } from '../../../src/recommender/jobs/evaluate/ratings.ts';
import type { Split } from '../../../src/recommender/jobs/evaluate/split.ts';
import { scale } from '../../../src/recommender/domain/validate.ts';

/** k numbers for each user and item, in the order of the rows of a training's input. */
export interface Vectors {
  readonly factors: number;
  readonly users: ArrayLike<number>;
  readonly items: ArrayLike<number>;
}

/** Whom or what nobody has trained is placed by popularity and estimated by means, as for Millrace. */
export class VectorContestant implements Contestant {
  readonly #vectors: Vectors;
  readonly #popular: Popularity;
  /** By number of the ratings; -1 of what was not learnt. */
  readonly #userRows: Int32Array;
  readonly #itemRows: Int32Array;
  readonly #estimates: boolean;

  /** With `estimates`, products are stars; else stars are those of means. */
  constructor(vectors: Vectors, { live }: TrainingInput, { ratings, train }: Split, { estimates = false } = {}) {
    this.#vectors = vectors;
    this.#popular = new Popularity(ratings, train);
    this.#userRows = rowsOf(live.users.ids, ratings.userIds);
    this.#itemRows = rowsOf(live.items.ids, ratings.itemIds);
    this.#estimates = estimates;
  }

  scores(user: number, into: Float64Array): void {
    const row = at(this.#userRows, user);
    if (row < 0) return this.#popular.scores(user, into);
    for (const [item, itemRow] of this.#itemRows.entries()) into[item] = itemRow < 0 ? NaN : this.#dot(row, itemRow);
  }

  stars(user: number, item: number): number {
    const [row, itemRow] = [at(this.#userRows, user), at(this.#itemRows, item)];
    if (!this.#estimates || row < 0 || itemRow < 0) return this.#popular.stars(user, item);
    return Math.min(scale.most, Math.max(scale.least, this.#dot(row, itemRow)));
  }

  #dot(user: number, item: number): number {
    const { factors: k, users, items } = this.#vectors;
    let sum = 0;
    for (let f = 0, x = user * k, y = item * k; f < k; f++) sum += at(users, x + f) * at(items, y + f);
    return sum;
  }
}

function rowsOf(ids: readonly string[], all: readonly string[]): Int32Array {
  const rows = new Map(Array.from(ids, (id, row) => [id, row] as const));
  return Int32Array.from(all, id => rows.get(id) ?? -1);
}
