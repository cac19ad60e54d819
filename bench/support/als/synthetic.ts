/**
 * Ratings of a realistic skew with a taste to be found, the same for a seed on any machine: popularity and activity fall
 * as 1 / (rank + shift)^2 (Zipf's law as B. Mandelbrot has it; so do those of MovieLens), items lie in groups, a user has a few groups of favour and
 * rates them well, and event time goes on by a minute a rating. No pair comes twice.
 */
import { Ascending, drawer, type Draw } from './draw.ts';

export interface Shape {
  readonly users: number;
  readonly items: number;
  readonly ratings: number;
}

/** The public data sets whose numbers of users and items stand for each size. */
export const shapes: Readonly<Record<string, Shape>> = {
  '100k': { users: 943, items: 1_682, ratings: 100_000 },
  '1m': { users: 6_040, items: 3_706, ratings: 1_000_209 },
  '10m': { users: 69_878, items: 10_677, ratings: 10_000_054 },
  '20m': { users: 138_493, items: 26_744, ratings: 20_000_263 },
};

export interface SyntheticRating {
  readonly user: number;
  readonly item: number;
  readonly stars: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

const groups = 64;
const favourites = 5;
/** Share of a user's ratings that go by popularity alone. */
const wandering = 0.25;
const began = Date.UTC(2020, 0, 1);
const apart_ms = 60_000;
/** Pairs that were drawn already before the user is given another turn. */
const mostTries = 64;

/** In order of time. One object is handed out again and again: take what you need of it before the next. */
export function* synthetic(shape: Shape, seed: number): Generator<SyntheticRating> {
  const draw = drawer(seed);
  const activity = new Ascending(zipf(shape.users, shape.users / 9));
  const catalogue = new Catalogue(shape, draw);
  const favours = new Uint8Array(shape.users * favourites).map(() => Math.floor(draw() * groups));
  const pairs = new PairSet(shape.ratings);
  const rating = { user: 0, item: 0, stars: 0, time: began };
  for (let n = 0; n < shape.ratings; rating.time += apart_ms) {
    rating.user = activity.at(draw());
    const found = catalogue.unseenOf(rating, favours, pairs, draw);
    if (!found) continue;
    n++;
    yield rating;
  }
}

/** Items by group, and how good each one is. */
class Catalogue {
  readonly #popularity: Ascending;
  readonly #items: number[][] = Array.from({ length: groups }, () => []);
  readonly #ofGroup: readonly Ascending[];
  readonly #groupOf: Uint8Array;
  readonly #quality: Float32Array;
  readonly #count: number;

  constructor({ items }: Shape, draw: Draw) {
    const weights = zipf(items, items / 12);
    this.#count = items;
    this.#popularity = new Ascending(weights);
    this.#groupOf = new Uint8Array(items).map(() => Math.floor(draw() * groups));
    this.#quality = new Float32Array(items).map(() => draw() + draw() - 1);
    for (const [item, group] of this.#groupOf.entries()) this.#items[group]?.push(item);
    this.#ofGroup = this.#items.map(own => new Ascending(Float64Array.from(own, item => weights[item] ?? 0)));
  }

  /** Puts an item that the user has not rated into the rating, and the stars; answers whether there was one. */
  unseenOf(
    rating: { user: number; item: number; stars: number },
    favours: Uint8Array,
    pairs: PairSet,
    draw: Draw,
  ): boolean {
    for (let tries = 0; tries < mostTries; tries++) {
      // The first favourite is taken half of the time, the second a quarter, and so on.
      const place = Math.min(favourites - 1, Math.clz32(Math.floor(draw() * 2 ** 32)));
      const group = favours[rating.user * favourites + place] ?? 0;
      const isWandering = draw() < wandering || (this.#items[group]?.length ?? 0) === 0;
      rating.item = isWandering ? this.#popularity.at(draw()) : this.#pick(group, draw());
      if (!pairs.add(rating.user * this.#count + rating.item)) continue;
      rating.stars = this.#stars(rating, favours, draw);
      return true;
    }
    return false;
  }

  #pick(group: number, chance: number): number {
    return this.#items[group]?.[this.#ofGroup[group]?.at(chance) ?? 0] ?? 0;
  }

  #stars({ user, item }: { user: number; item: number }, favours: Uint8Array, draw: Draw): number {
    const own = favours.subarray(user * favourites, (user + 1) * favourites);
    const liking = own.includes(this.#groupOf[item] ?? 0) ? 3.9 : 2.6;
    const noise = draw() + draw() + draw() - 1.5;
    return Math.max(1, Math.min(5, Math.round(liking + (this.#quality[item] ?? 0) + noise)));
  }
}

const zipf = (length: number, shift: number): Float64Array =>
  Float64Array.from({ length }, (_, rank) => 1 / (rank + 1 + shift) / (rank + 1 + shift));

/** Which pairs there are, by open addressing: eight bytes a place, at most six tenths of them taken. */
class PairSet {
  readonly #places: Float64Array;

  constructor(most: number) {
    this.#places = new Float64Array(2 ** Math.ceil(Math.log2(most / 0.6))).fill(-1);
  }

  /** Whether it is new. */
  add(pair: number): boolean {
    const mask = this.#places.length - 1;
    let at = (Math.imul(pair % 2 ** 32, 0x9e3779b1) ^ Math.imul(Math.floor(pair / 2 ** 32), 0x85ebca6b)) >>> 0;
    for (at = (at ^ (at >>> 15)) & mask; this.#places[at] !== -1; at = (at + 1) & mask)
      if (this.#places[at] === pair) return false;
    this.#places[at] = pair;
    return true;
  }
}
