import {
  fold,
  modelSettings,
  type ModelSettings,
  roundHalfEven,
  starUnit,
  type TrainingInput,
} from '../../../als/index.ts';
import { Grouped } from './grouped.ts';
import { at, type Ratings, type Rows } from './ratings.ts';

/**
 * Rows of ratings as what a training needs, without a model in between: 9 bytes a rating. Of a user's ratings of one
 * item the last row counts. Users and items without a row are not in it.
 */
export function trainingInput(ratings: Ratings, rows: Rows, given: Partial<ModelSettings>): TrainingInput {
  const settings = modelSettings(given);
  const byUser = new Grouped(rows, ratings.users, ratings.userIds.length);
  const users = byUser.present();
  const items = new Grouped(rows, ratings.items, ratings.itemIds.length).present();
  const pairs = new PairColumns(ratings, rows, settings);
  pairs.place(items);
  const starts = new Int32Array(users.length + 1);
  for (const [n, user] of users.entries()) {
    for (const row of lastOfEach(byUser.of(user), ratings.items)) pairs.add(row);
    starts[n + 1] = pairs.size;
  }
  return {
    settings,
    base: 0,
    live: { settings, users: named(users, ratings.userIds), items: named(items, ratings.itemIds) },
    starts,
    ...pairs.columns,
    meanStars: pairs.meanStars,
  };
}

/** Pairs, one after the other, in the units of the model. */
class PairColumns {
  size = 0;
  #starSum = 0;
  readonly #ratings: Ratings;
  readonly #settings: ModelSettings;
  readonly #places: Int32Array;
  readonly #now: number;
  readonly #columns: Pick<TrainingInput, 'items' | 'confidences' | 'preferences' | 'stars'>;

  /** As many as there are rows, at most. */
  constructor(ratings: Ratings, rows: Rows, settings: ModelSettings) {
    this.#ratings = ratings;
    this.#settings = settings;
    this.#places = new Int32Array(ratings.itemIds.length);
    this.#now = rows.reduce((newest, row) => Math.max(newest, at(ratings.times, row)), -Infinity);
    this.#columns = {
      items: new Int32Array(rows.length),
      confidences: new Uint16Array(rows.length),
      preferences: new Uint8Array(rows.length),
      stars: new Int16Array(rows.length),
    };
  }

  /** The n-th of these items is row n of the model. */
  place(items: Int32Array): void {
    for (const [place, item] of items.entries()) this.#places[item] = place;
  }

  add(row: number): void {
    const { items, stars, times } = this.#ratings;
    const told = { rating: { value: at(stars, row), time: at(times, row) } };
    const { confidence, preference } = fold(this.#settings.weights, told, this.#now);
    const onGrid = roundHalfEven(at(stars, row) * starUnit);
    this.#columns.items[this.size] = at(this.#places, at(items, row));
    this.#columns.confidences[this.size] = confidence;
    this.#columns.preferences[this.size] = preference;
    this.#columns.stars[this.size] = onGrid;
    this.#starSum += onGrid;
    this.size++;
  }

  get columns(): Pick<TrainingInput, 'items' | 'confidences' | 'preferences' | 'stars'> {
    const { items, confidences, preferences, stars } = this.#columns;
    const { size } = this;
    return {
      items: items.subarray(0, size),
      confidences: confidences.subarray(0, size),
      preferences: preferences.subarray(0, size),
      stars: stars.subarray(0, size),
    };
  }

  /** In star units, on the grid. */
  get meanStars(): number {
    return this.size === 0 ? 0 : roundHalfEven(this.#starSum / this.size);
  }
}

/** Rows without those of an item that comes again later. */
function lastOfEach(rows: Rows, items: Int32Array): Iterable<number> {
  const last = new Map<number, number>();
  for (const row of rows) last.set(at(items, row), row);
  return last.size === rows.length ? rows : last.values();
}

/** Vectors of nobody: a training makes its own. */
const named = (numbers: Int32Array, ids: readonly string[]): TrainingInput['live']['users'] => ({
  ids: Array.from(numbers, number => ids[number] ?? ''),
  factors: new Int16Array(),
  starFactors: new Int16Array(),
  events: new Int32Array(numbers.length),
});
