import { listLength, type JudgedList, type Judgement } from './judge.ts';
import {
  averagePrecision,
  coverage,
  hit,
  mean,
  meanAbsolute,
  ndcg,
  precision,
  recall,
  rootMeanSquare,
  type Hits,
} from './metrics.ts';

/** What a contestant achieved; null where a measure does not apply. The names are stable: scripts rely on them. */
export interface Figures {
  /** Errors of the estimated stars of every held-out rating, in stars. */
  readonly rmse: number | null;
  readonly mae: number | null;
  /** Means over the users who have something relevant that was held out, all from the first ten places. */
  readonly ndcg10: number | null;
  readonly hr10: number | null;
  readonly map10: number | null;
  readonly precision10: number | null;
  readonly recall10: number | null;
  /** Share of the learnt items that stand in anybody's list; null where lists come from a sample. */
  readonly coverage: number | null;
  /** Learning alone, without judging. */
  readonly seconds: number;
  /** Places in lists that hold what was learnt of the user: must be 0. */
  readonly seenReturned: number;
}

export function figures({ lists, predictions, catalogue }: Judgement, seconds: number): Figures {
  const errors = predictions.map(({ rating, prediction }) => prediction - rating);
  const hits = lists.filter(({ relevant }) => relevant.size > 0).map(hitsOf);
  const over = (measure: (hits: Hits, n: number) => number): number | null =>
    hits.length === 0 ? null : mean(hits.map(each => measure(each, listLength)));
  return {
    rmse: errors.length === 0 ? null : rootMeanSquare(errors),
    mae: errors.length === 0 ? null : meanAbsolute(errors),
    ndcg10: over(ndcg),
    hr10: over(hit),
    map10: over(averagePrecision),
    precision10: over(precision),
    recall10: over(recall),
    coverage: catalogue === undefined ? null : coverage(lists.map(idsOf), catalogue),
    seconds,
    seenReturned: lists.reduce((sum, list) => sum + idsOf(list).filter(id => list.seen.has(id)).length, 0),
  };
}

const idsOf = ({ items }: JudgedList): string[] => items.map(({ itemId }) => itemId);

const hitsOf = (list: JudgedList): Hits => ({
  ranks: idsOf(list).flatMap((itemId, index) => (list.relevant.has(itemId) ? [index + 1] : [])),
  relevant: list.relevant.size,
});
