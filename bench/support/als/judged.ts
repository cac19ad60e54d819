/** How good vectors are: by the protocol of `millrace evaluate`, with its intervals. */
import { bootstrapOptions, type Interval, intervals } from '../../../src/recommender/jobs/evaluate/bootstrap.ts';
import type { Contestant } from '../../../src/recommender/jobs/evaluate/contestant.ts';
import { judge } from '../../../src/recommender/jobs/evaluate/judge.ts';
import { figureOf, ratioOf, type Measure } from '../../../src/recommender/jobs/evaluate/measures.ts';
import type { Split } from '../../../src/recommender/jobs/evaluate/split.ts';
import { userFigures } from '../../../src/recommender/jobs/evaluate/user-figures.ts';

export interface Judged {
  readonly figure: number;
  /** Of 95 %, by a bootstrap over users. */
  readonly interval: Interval;
}

export function judged(contestant: Contestant, split: Split, measure: Measure): Judged {
  const ratio = ratioOf(userFigures(judge(contestant, split)), measure);
  const statistic = (times?: Uint32Array): number | null => figureOf(ratio, times);
  const options = bootstrapOptions({ seed: 1, resamples: 1_000 });
  const [interval] = intervals(ratio.numerator.length, [statistic], options);
  return { figure: statistic() ?? NaN, interval: interval ?? { low: NaN, high: NaN } };
}
