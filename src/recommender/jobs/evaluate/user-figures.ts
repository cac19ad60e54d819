/** What a judgement is worth, user by user: means of these columns, or of users drawn from them, are the figures. */
import type { Judgement, Lists } from './judge.ts';
import { listLength } from './list-length.ts';
import { averagePrecision, hit, ndcg, precision, recall, type Hits } from './metrics.ts';
import { at } from './ratings.ts';

/** What lists are judged by. The names are stable: scripts rely on them. */
export const listMeasures = ['ndcg10', 'hr10', 'map10', 'precision10', 'recall10'] as const;
export type ListMeasure = (typeof listMeasures)[number];

/** A column has one number for each user of the judgement. */
export interface UserFigures {
  readonly users: Int32Array;
  /** 1 for a user who has something relevant that was held out, else 0, and then also every measure is. */
  readonly judged: Float64Array;
  readonly lists: Readonly<Record<ListMeasure, Float64Array>>;
  /** Held-out ratings, and the sums of their errors in stars. */
  readonly ratings: Float64Array;
  readonly squared: Float64Array;
  readonly absolute: Float64Array;
}

export function userFigures(judgement: Judgement): UserFigures {
  const { lists } = judgement;
  const column = (): Float64Array => new Float64Array(lists.users.length);
  const figures: UserFigures = {
    users: lists.users,
    judged: column(),
    lists: { ndcg10: column(), hr10: column(), map10: column(), precision10: column(), recall10: column() },
    ratings: column(),
    squared: column(),
    absolute: column(),
  };
  judgeLists(lists, figures);
  judgeStars(judgement, figures);
  return figures;
}

const measures: Readonly<Record<ListMeasure, (hits: Hits, n: number) => number>> = {
  ndcg10: ndcg,
  hr10: hit,
  map10: averagePrecision,
  precision10: precision,
  recall10: recall,
};

function judgeLists(lists: Lists, figures: UserFigures): void {
  for (let list = 0; list < lists.users.length; list++) {
    if (lists.relevant[list] === 0) continue;
    figures.judged[list] = 1;
    const hits = hitsOf(lists, list);
    for (const measure of listMeasures) figures.lists[measure][list] = measures[measure](hits, listLength);
  }
}

function hitsOf({ hits, relevant }: Lists, list: number): Hits {
  const ranks: number[] = [];
  for (let place = 0; place < listLength; place++) if (hits[list * listLength + place] === 1) ranks.push(place + 1);
  return { ranks, relevant: at(relevant, list) };
}

function judgeStars({ ratings, lists, test, predictions }: Judgement, figures: UserFigures): void {
  const listOf = new Int32Array(ratings.userIds.length);
  for (const [list, user] of lists.users.entries()) listOf[user] = list;
  for (const [index, row] of test.entries()) {
    const error = at(predictions, index) - at(ratings.stars, row);
    const list = at(listOf, at(ratings.users, row));
    add(figures.ratings, list, 1);
    add(figures.squared, list, error * error);
    add(figures.absolute, list, Math.abs(error));
  }
}

function add(column: Float64Array, index: number, value: number): void {
  column[index] = at(column, index) + value;
}
