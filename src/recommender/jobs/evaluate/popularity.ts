import { scale } from '../../domain/validate.ts';
import type { RatingRow } from '../ratings-csv.ts';
import type { Contestant } from './contestant.ts';

/** Ratings at the mean of those before that a bias is assumed to have begun with. */
const prior = 10;

/**
 * Lists: by number of ratings. Stars: overall mean, plus the item's mean deviation, plus the user's from both, each
 * shrunk by `prior`. Source: Y. Koren, "Factor in the Neighbors", TKDD 2010, section 2.1, its baseline estimates.
 */
export class Popularity implements Contestant {
  readonly #counts = new Map<string, number>();
  readonly #mean: number;
  readonly #items: ReadonlyMap<string, number>;
  readonly #users: ReadonlyMap<string, number>;

  constructor(train: readonly RatingRow[]) {
    for (const { itemId } of train) this.#counts.set(itemId, (this.#counts.get(itemId) ?? 0) + 1);
    const mean = train.reduce((sum, { rating }) => sum + rating, 0) / train.length;
    this.#mean = mean;
    const items = biases(train, 'itemId', ({ rating }) => rating - mean);
    this.#items = items;
    this.#users = biases(train, 'userId', ({ itemId, rating }) => rating - mean - (items.get(itemId) ?? 0));
  }

  score(_userId: string, itemId: string): number | undefined {
    return this.#counts.get(itemId);
  }

  stars(userId: string, itemId: string): number {
    const estimate = this.#mean + (this.#items.get(itemId) ?? 0) + (this.#users.get(userId) ?? 0);
    return Math.min(scale.most, Math.max(scale.least, estimate));
  }
}

function biases(
  rows: readonly RatingRow[],
  by: 'userId' | 'itemId',
  deviation: (row: RatingRow) => number,
): Map<string, number> {
  const groups = [...Map.groupBy(rows, row => row[by])];
  return new Map(
    groups.map(([id, own]) => [id, own.reduce((sum, row) => sum + deviation(row), 0) / (own.length + prior)]),
  );
}
