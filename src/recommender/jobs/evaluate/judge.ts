/** What a contestant answers about the held-out ratings. */
import type { RatingRow } from '../ratings-csv.ts';
import type { Contestant } from './contestant.ts';
import type { Split } from './split.ts';
import { ranked, type Ranked } from './ranking.ts';

/** A user's list, and what it is judged by. */
export interface JudgedList {
  readonly userId: string;
  /** The first ten, best first. */
  readonly items: readonly Ranked[];
  /** Held-out items that it should have held. */
  readonly relevant: ReadonlySet<string>;
  /** Items that were learnt of the user: none may be in the list. */
  readonly seen: ReadonlySet<string>;
}

export interface Prediction {
  readonly userId: string;
  readonly itemId: string;
  /** The held-out stars. */
  readonly rating: number;
  readonly prediction: number;
}

export interface Judgement {
  /** One for every user of the held-out part. */
  readonly lists: readonly JudgedList[];
  /** One for every held-out rating. */
  readonly predictions: readonly Prediction[];
  /** Items that a list may hold: those that were learnt. Undefined where lists were drawn from a sample of them. */
  readonly catalogue: number | undefined;
}

export const listLength = 10;

export function judge(contestant: Contestant, { train, test, relevantFrom, negatives }: Split): Judgement {
  const items = [...new Set(train.map(({ itemId }) => itemId))];
  const learnt = Map.groupBy(train, ({ userId }) => userId);
  const list = ([userId, held]: [string, readonly RatingRow[]]): JudgedList => {
    const seen = idsOf(learnt.get(userId) ?? []);
    // What was learnt of the user is no recommendation, also where it is rated again.
    const relevant = idsOf(held.filter(({ itemId, rating }) => rating >= relevantFrom && !seen.has(itemId)));
    const candidates = negatives === undefined ? items : new Set([...(negatives.get(userId) ?? []), ...relevant]);
    const score = (itemId: string): number | undefined => contestant.score(userId, itemId);
    return { userId, seen, relevant, items: ranked(candidates, { n: listLength, seen, relevant, score }) };
  };
  return {
    lists: [...Map.groupBy(test, ({ userId }) => userId)].map(list),
    predictions: test.map(row => predicted(contestant, row)),
    catalogue: negatives === undefined ? items.length : undefined,
  };
}

const idsOf = (rows: readonly RatingRow[]): Set<string> => new Set(rows.map(({ itemId }) => itemId));

const predicted = (contestant: Contestant, { userId, itemId, rating }: RatingRow): Prediction => ({
  userId,
  itemId,
  rating,
  prediction: contestant.stars(userId, itemId),
});
