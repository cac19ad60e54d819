import { Document } from 'yaml';
import type { Tuning } from './tune.ts';

/** The winner as settings for `--config`, and where they come from as comments. */
export function fragment({ settings, protocol, seed, budget, cut, before, beyondNoise, confirmed }: Tuning): string {
  const document = new Document({ model: settings });
  const certain = (goal: 'ndcg10' | 'rmse'): string =>
    beyondNoise[goal] ? 'better beyond the noise' : 'kept as it was, since nothing was better beyond the noise';
  document.commentBefore = [
    ` millrace tune: seed ${seed}, ${budget} trials${cut ? ' (ended early)' : ''}, validated by ${protocol} within ${before} ratings`,
    ` beside the settings it began with: nDCG@10 ${certain('ndcg10')}, RMSE ${certain('rmse')}`,
    confirmed === null ? ' not confirmed on the test: the search was stopped' : ' confirmed once on later ratings',
  ].join('\n');
  return document.toString();
}
