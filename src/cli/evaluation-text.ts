/** What an evaluation found, for people. */
import { type Evaluation, type Gain, type Interval, modelNames } from '../recommender/jobs/evaluate/index.ts';
import { table } from './output.ts';

const measures = ['rmse', 'mae', 'ndcg10', 'hr10', 'map10', 'precision10', 'recall10'] as const;
const others = ['coverage', 'seconds', 'seenReturned'] as const;
/** What the intervals are shown of; --json has all. */
const headline = ['ndcg10', 'rmse'] as const;

export function evaluationText(evaluation: Evaluation): string {
  const { protocol, seeds, users, items, models, bootstrap } = evaluation;
  const figures = modelNames.map(name => [name, ...[...measures, ...others].map(measure => models[name][measure])]);
  const intervals = modelNames.map(name => [
    name,
    ...headline.map(measure => intervalText(models[name].intervals[measure])),
  ]);
  const part = protocol === 'temporal' ? 'the headline protocol' : 'for comparison; temporal is the headline protocol';
  return [
    `${protocol} (${part}), ${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}: ${users} users, ${items} items`,
    table(['model', ...measures, ...others], figures),
    `\n${percent(bootstrap.level, 0)} intervals, ${bootstrap.resamples} draws of users`,
    table(['model', ...headline], intervals),
    '\nhow much better, relative to the other',
    table(['model', 'beside', ...headline], gainRows(evaluation)),
  ].join('\n');
}

function gainRows({ gains }: Evaluation): string[][] {
  const { retrainBesidePopularity, incrementalBesidePopularity, incrementalBesideRetrain } = gains;
  const pairs = [
    ['retrain', 'popularity', retrainBesidePopularity],
    ['incremental', 'popularity', incrementalBesidePopularity],
    ['incremental', 'retrain', incrementalBesideRetrain],
  ] as const;
  return pairs.map(([model, beside, of]) => [model, beside, ...headline.map(measure => gainText(of[measure]))]);
}

/** `+1.2 % (-0.3 % to +2.7 %)`, or a dash where the measure does not apply. */
export function gainText({ gain, interval }: Gain): string {
  if (gain === null || interval === null) return '-';
  return `${signed(gain)} (${signed(interval.low)} to ${signed(interval.high)})`;
}

export const intervalText = (interval: Interval | null): string =>
  interval === null ? '-' : `${interval.low.toFixed(4)} to ${interval.high.toFixed(4)}`;

const signed = (share: number): string => `${share < 0 ? '' : '+'}${percent(share, 2)}`;

const percent = (share: number, digits: number): string => `${(share * 100).toFixed(digits)} %`;
