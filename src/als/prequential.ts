import { starUnit } from './side.ts';
import type { ModelState } from './state.ts';
import type { Prequential } from './types.ts';

type Sums = { count: number; squared: number; absolute: number };

/** Estimates each rating of a cut with the model as it stood before the cut, and sums the errors. */
export class Prequel {
  readonly #state: ModelState;
  /** Rows that had nothing to do with anybody before the cut. */
  readonly #newUsers = new Set<number>();
  readonly #newItems = new Set<number>();
  readonly #mean: number;
  readonly #warm: Sums = { count: 0, squared: 0, absolute: 0 };
  readonly #cold: Sums = { count: 0, squared: 0, absolute: 0 };

  constructor(state: ModelState) {
    this.#state = state;
    this.#mean = state.pairs.meanStars;
  }

  get figures(): Prequential {
    return { warm: { ...this.#warm }, cold: { ...this.#cold } };
  }

  /** An event of these rows is about to be noted. */
  meet(user: number, item: number): void {
    if (this.#state.users.pairs.count(user) === 0) this.#newUsers.add(user);
    if (this.#state.items.pairs.count(item) === 0) this.#newItems.add(item);
  }

  /** Rows that the cut brought are cold: their estimate is what the known side alone says. */
  score(user: number, item: number, stars: number): void {
    const [isNewUser, isNewItem] = [this.#newUsers.has(user), this.#newItems.has(item)];
    const isToldItem = !isNewItem || this.#state.groups.has(item);
    const known = [isNewUser ? undefined : user, isToldItem ? item : undefined] as const;
    const warm = !isNewUser && !isNewItem;
    const error = starsOf(this.#state, known, this.#mean) - stars;
    const sums = warm ? this.#warm : this.#cold;
    sums.count++;
    sums.squared += error * error;
    sums.absolute += Math.abs(error);
  }
}

/** The star estimate of two rows, either of which may be unknown, clipped to the scale. Nothing rated yet: its middle. */
export function starsOf(
  { users, items, pairs, settings: { scale } }: ModelState,
  [user, item]: readonly [user: number | undefined, item: number | undefined],
  mean = pairs.meanStars,
): number {
  if (pairs.ratings === 0 && mean === 0) return (scale.min + scale.max) / 2;
  const x = user === undefined ? unknownRow : users.starVectors.row(user);
  const y = item === undefined ? unknownRow : items.starVectors.row(item);
  const biases = mean + (x[0] ?? NaN) + (y[0] ?? NaN);
  const estimate = biases / starUnit + productOf(x, y) / (starUnit * starUnit);
  return Math.min(scale.max, Math.max(scale.min, estimate));
}

/** A bias of zero, and no factors: the product with it is empty. */
const unknownRow = new Int16Array(1);

function productOf(x: Int16Array, y: Int16Array): number {
  let product = 0;
  for (let f = Math.min(x.length, y.length) - 1; f > 0; f--) product += (x[f] ?? NaN) * (y[f] ?? NaN);
  return product;
}
