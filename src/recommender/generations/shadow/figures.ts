/** What a shadow has measured: the live model beside a retrain of what it had learnt, both frozen, judged by what came next. */
import { z } from 'zod';

const number = z.number().nullable();
/** A figure of both models, null where it does not apply. */
const compared = z.object({
  live: number,
  retrain: number,
  /** (live - retrain) / retrain, its sign turned where less is better: below 0 the live model is worse. */
  gap: number,
  /** The 95 % interval of the gap, by a bootstrap over users that is paired between both. */
  low: number,
  high: number,
});
export type Compared = z.infer<typeof compared>;

export const shadowFigures = z.object({
  /** That came after the cut and were looked at. */
  events: z.int(),
  /** Those of them whose user or item neither model knew: they judge nothing. */
  unknown: z.int(),
  /** First ratings of known users and items, and how many users gave them: they judge `rmse`. */
  ratings: z.int(),
  raters: z.int(),
  /** Users who came to like what they had not seen: their lists judge `ndcg10` and `hr10`. */
  lists: z.int(),
  rmse: compared,
  ndcg10: compared,
  hr10: compared,
  /** Share of the places of the live model's lists whose item the retrain's list holds, too. */
  overlap10: number,
  /** The implicit loss of both at the cut; the live one exceeds that of the retrain by the share `excess`. */
  objective: z.object({ live: number, retrain: number, excess: number }),
});
export type ShadowFigures = z.infer<typeof shadowFigures>;

/** An interval of fewer users than this is none to act upon. */
const leastUsers = 30;

/**
 * Whether the live model has fallen behind by more than a share, and that is not noise: enough users judged it, and the
 * interval holds nothing but losses. By the error of stars and by nDCG, as non-inferiority is; of two looks at 95 % each
 * one in twenty would be wrong at most, and a generation too many is all that it costs.
 */
export function hasDrifted({ rmse, raters, ndcg10, lists }: ShadowFigures, threshold: number): boolean {
  return isBehind(rmse, raters, threshold) || isBehind(ndcg10, lists, threshold);
}

const isBehind = ({ gap, high }: Compared, users: number, threshold: number): boolean =>
  users >= leastUsers && gap !== null && high !== null && gap < -threshold && high < 0;

/** In one line, for people. */
export function inWords({ events, ratings, lists, rmse, ndcg10, hr10, overlap10, objective }: ShadowFigures): string {
  const gaps = [
    ['nDCG@10', ndcg10],
    ['hit rate@10', hr10],
    ['RMSE', rmse],
  ] as const;
  const told = gaps.map(
    ([name, { gap, low, high }]) => `${name} ${percent(gap)} (${percent(low)} to ${percent(high)})`,
  );
  return [
    `the live model beside a retrain: ${told.join(', ')}; below 0 is worse`,
    `loss ${percent(objective.excess)}, ${overlap10 === null ? 'no' : percent(overlap10, '')} of the top 10 the same`,
    `judged by ${events} events: ${ratings} ratings, ${lists} lists`,
  ].join('; ');
}

function percent(share: number | null, plus = '+'): string {
  if (share === null) return '–';
  return `${share > 0 ? plus : ''}${(100 * share).toFixed(2)} %`;
}
