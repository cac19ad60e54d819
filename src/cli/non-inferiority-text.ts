/** Whether learning in cuts is as good as retraining, for people. */
import type { NonInferiority } from '../recommender/jobs/evaluate/index.ts';
import { gainText } from './evaluation-text.ts';
import { table } from './output.ts';

export function nonInferiorityText(found: NonInferiority): string {
  const { order, seeds, margin, bootstrap, users, checkpoints, generations, eventsPerCut } = found;
  const perSeed = checkpoints.length / seeds.length;
  const rows = (['ndcg10', 'rmse'] as const).map(measure => [
    measure,
    gainText(found[measure]),
    found[measure].verdict,
  ]);
  const each = checkpoints.map(({ seed, events, ratings, lists, overlap10, objectiveGap }) => [
    seed,
    events,
    ratings,
    lists,
    overlap10,
    objectiveGap,
  ]);
  return [
    `incremental beside retrain, in order of ${order === 'time' ? 'time' : 'a draw'}: ${perSeed} checkpoints with ${counted(seeds.length, 'seed')}, cuts of ${eventsPerCut} events`,
    table(['measure', 'gain', `verdict, margin ${(margin * 100).toFixed(1)} %`], rows),
    `${bootstrap.level * 100} % intervals, ${bootstrap.resamples} draws of ${users} users, who are known at the checkpoint that judges them`,
    `the top 10 are the same in ${(found.overlap10 * 100).toFixed(1)} % of their places; ${counted(generations, 'generation')} after the first`,
    `the loss is greater by ${percent(found.objectiveGap.mean)} in the mean, by ${percent(found.objectiveGap.most)} at most: ${found.objectiveGap.held ? 'within' : 'past'} ${percent(found.objectiveGap.bound)}`,
    '',
    table(['seed', 'events', 'judged by', 'lists', 'overlap', 'loss gap'], each),
  ].join('\n');
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
