import type { Kernel, Model, ModelSettings, SideVectors } from '../../../als/index.ts';
import { starUnit } from '../../../als/index.ts';
import type { Best, Contestant, Seen } from './contestant.ts';
import { Popularity } from './popularity.ts';
import { at, type Ratings, type Rows } from './ratings.ts';

/** Vectors of both models as they stand, those of a generation or of a live model. */
export interface LearntVectors {
  readonly settings: ModelSettings;
  readonly users: SideVectors;
  readonly items: SideVectors;
  /** In stars. */
  readonly meanStars: number;
}

export function vectorsOf(model: Model): LearntVectors {
  return { ...model.freeze().live, meanStars: model.mean };
}

/** Vectors as a contestant. A user of whom nothing was learnt gets what is popular, as from the API. */
export class Learnt implements Contestant {
  readonly #vectors: LearntVectors;
  readonly #kernel: Kernel;
  readonly #popular: Popularity;
  /** Row of each user and item number in the vectors; -1 of one that is not in them. */
  readonly #userRows: Int32Array;
  readonly #itemRows: Int32Array;
  /** 1 for every user of whom something was learnt. */
  readonly #known: Uint8Array;
  readonly #x: Float64Array;
  readonly #unit: number;

  /** `train` is what the vectors were learnt from. */
  constructor(vectors: LearntVectors, ratings: Ratings, train: Rows, kernel: Kernel) {
    const { factors, gridExponent } = vectors.settings;
    this.#vectors = vectors;
    this.#kernel = kernel;
    this.#popular = new Popularity(ratings, train);
    this.#userRows = rowsOf(vectors.users, ratings.userIds);
    this.#itemRows = rowsOf(vectors.items, ratings.itemIds);
    this.#known = new Uint8Array(ratings.userIds.length);
    for (const row of train) this.#known[at(ratings.users, row)] = 1;
    this.#x = new Float64Array(factors);
    this.#unit = 2 ** (gridExponent.users + gridExponent.items);
  }

  /** Exact integers, divided once at the end. */
  scores(user: number, into: Float64Array): void {
    if (!this.#isKnown(user)) {
      this.#popular.scores(user, into);
      return;
    }
    const { factors } = this.#vectors.items;
    const [x, k] = [this.#x, this.#x.length];
    x.set(rowOf(this.#vectors.users.factors, at(this.#userRows, user), k));
    for (let item = 0; item < into.length; item++) {
      const base = at(this.#itemRows, item) * k;
      let sum = 0;
      for (let f = 0; f < k; f++) sum += (x[f] ?? NaN) * (factors[base + f] ?? NaN);
      into[item] = sum / this.#unit;
    }
  }

  /** By the kernel, for all users at once; none of users of whom nothing was learnt. */
  best(users: Int32Array, seen: Seen, n: number): Best {
    const known = users.filter(user => this.#isKnown(user));
    const items = numbersOf(this.#itemRows);
    const k = this.#x.length;
    using x = this.#kernel.matrix(k, known.length);
    using y = this.#kernel.matrix(k, items.length);
    const { factors: userFactors } = this.#vectors.users;
    for (const [row, user] of known.entries()) x.set(row, rowOf(userFactors, at(this.#userRows, user), k));
    const { factors: itemFactors } = this.#vectors.items;
    for (const [row, item] of items.entries()) y.set(row, rowOf(itemFactors, at(this.#itemRows, item), k));
    const places = new Int32Array(this.#itemRows.length).fill(-1);
    for (const [row, item] of items.entries()) places[item] = row;
    using lister = this.#kernel.lister({ items: y, ranks: Int32Array.from(items, (_, row) => row) });
    const rows = Int32Array.from(known, (_, row) => row);
    const lists = lister.topN({ users: x, rows, seen: seenRows(known, seen, places), n });
    return {
      users: known,
      items: lists.items.map(row => (row < 0 ? -1 : at(items, row))),
      scores: Float64Array.from(lists.scores, score => score / this.#unit),
    };
  }

  stars(user: number, item: number): number {
    return starsOf(this.#vectors, at(this.#userRows, user), at(this.#itemRows, item));
  }

  #isKnown(user: number): boolean {
    return this.#known[user] === 1 && at(this.#userRows, user) >= 0;
  }
}

/** Estimated stars of rows of the vectors, within the scale; of a row of -1, which is not there, what the other alone says. */
export function starsOf({ settings, users, items, meanStars }: LearntVectors, user: number, item: number): number {
  const width = settings.explicit.factors + 1;
  const x = rowOf(users.starFactors, user, width);
  const y = rowOf(items.starFactors, item, width);
  let product = 0;
  for (let f = 1; f < Math.min(x.length, y.length); f++) product += at(x, f) * at(y, f);
  const estimate = meanStars + ((x[0] ?? 0) + (y[0] ?? 0)) / starUnit + product / (starUnit * starUnit);
  return Math.min(settings.scale.max, Math.max(settings.scale.min, estimate));
}

function rowsOf({ ids }: SideVectors, all: readonly string[]): Int32Array {
  const rows = new Map(Array.from(ids, (id, row) => [id, row] as const));
  return Int32Array.from(all, id => rows.get(id) ?? -1);
}

/** Numbers that have a row, ascending. */
const numbersOf = (rows: Int32Array): Int32Array =>
  Int32Array.from(rows.keys()).filter(number => at(rows, number) >= 0);

/** A view on a row; empty of one that is not there. */
const rowOf = (values: Int16Array, row: number, width: number): Int16Array =>
  row < 0 ? values.subarray(0, 0) : values.subarray(row * width, (row + 1) * width);

function seenRows(users: Int32Array, seen: Seen, places: Int32Array): { starts: Int32Array; items: Int32Array } {
  const starts = new Int32Array(users.length + 1);
  for (const [n, user] of users.entries()) starts[n + 1] = at(starts, n) + seen.of(user).length;
  const items = new Int32Array(at(starts, users.length));
  for (const [n, user] of users.entries())
    for (const [index, item] of seen.of(user).entries()) items[at(starts, n) + index] = at(places, item);
  return { starts, items };
}
