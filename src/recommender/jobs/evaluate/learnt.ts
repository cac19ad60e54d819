import type { Model } from '../../../als/index.ts';
import type { Contestant } from './contestant.ts';
import { Popularity } from './popularity.ts';
import { at, type Ratings, type Rows } from './ratings.ts';

/** A model as a contestant. A user of whom nothing was learnt gets what is popular, as from the API. */
export class Learnt implements Contestant {
  readonly #model: Model;
  readonly #ratings: Ratings;
  readonly #popular: Popularity;
  readonly #known: Uint8Array;
  /** Factors of all items, one after the other, in steps of the grid; NaN of an item that the model does not know. */
  readonly #factors: Float64Array;
  readonly #unit: number;

  constructor(model: Model, ratings: Ratings, train: Rows) {
    const { factors: k, gridExponent } = model.settings;
    this.#model = model;
    this.#ratings = ratings;
    this.#popular = new Popularity(ratings, train);
    this.#known = new Uint8Array(ratings.userIds.length);
    for (const row of train) this.#known[at(ratings.users, row)] = 1;
    this.#factors = new Float64Array(ratings.itemIds.length * k).fill(NaN);
    for (const [item, id] of ratings.itemIds.entries()) {
      const factors = model.item(id)?.factors;
      if (factors !== undefined) this.#factors.set(factors, item * k);
    }
    this.#unit = 2 ** (gridExponent.users + gridExponent.items);
  }

  scores(user: number, into: Float64Array): void {
    const x = this.#known[user] === 1 ? this.#model.user(this.#ratings.userIds[user] ?? '')?.factors : undefined;
    if (x === undefined) this.#popular.scores(user, into);
    else this.#dots(Float64Array.from(x), into);
  }

  stars(user: number, item: number): number {
    return this.#model.stars(this.#ratings.userIds[user] ?? '', this.#ratings.itemIds[item] ?? '');
  }

  /** Exact integers, divided once at the end. */
  #dots(x: Float64Array, into: Float64Array): void {
    const [factors, k, unit] = [this.#factors, x.length, this.#unit];
    for (let item = 0, base = 0; item < into.length; item++, base += k) {
      let sum = 0;
      for (let f = 0; f < k; f++) sum += (x[f] ?? NaN) * (factors[base + f] ?? NaN);
      into[item] = sum / unit;
    }
  }
}
