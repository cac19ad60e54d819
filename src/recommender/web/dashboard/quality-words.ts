/** The figures and the chart of how good the model is: pure. */
import type { ModelQuality } from '../../api/client/client.ts';
import type { Plot } from '../components/plot.ts';
import { count, orDash, rate, stretch } from './format.ts';
import type { Figure } from './live-figures.ts';

const stars = (value: number): string => value.toFixed(3);
/** "12.3 %". */
export const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

/** Warm figures are of events whose user and item the model had known. */
export function qualityFigures({ predicted, lists, held, generation }: ModelQuality): readonly Figure[] {
  const { warm, all } = predicted;
  return [
    { name: 'RMSE, warm', value: orDash(warm.rmse, stars), meaning: 'Stars off where user and film had been known' },
    { name: 'RMSE, all', value: orDash(all.rmse, stars), meaning: 'Stars off over all ratings' },
    { name: 'Hits in 10, warm', value: orDash(lists?.warm.hitRate10, percent), meaning: 'Liked next, of known films' },
    { name: 'Hits in 10, all', value: orDash(lists?.all.hitRate10, percent), meaning: 'Events that the list foretold' },
    { name: 'nDCG@10, warm', value: orDash(lists?.warm.ndcg10, stars), meaning: 'The higher in the list the better' },
    { name: 'nDCG@10, all', value: orDash(lists?.all.ndcg10, stars), meaning: 'The same over all events' },
    { name: 'Coverage', value: orDash(held?.coverage10, percent), meaning: 'Films in the first ten of any list' },
    { name: 'Novelty', value: orDash(held?.noveltyBits, bits), meaning: 'How little known listed films are, in bits' },
    { name: 'Gini', value: orDash(held?.gini, stars), meaning: '0: all films listed alike; 1: always the same' },
    {
      name: 'Shadow gap',
      value: orDash(generation.shadowGap, percent),
      meaning: 'Loss above that of the last whole retraining',
    },
  ];
}

const bits = (value: number): string => `${value.toFixed(1)} bits`;

/** "generation 3 · drift · 2 h old". */
export function generationWords({ number, cause, ageMs }: ModelQuality['generation']): string {
  const parts = [`generation ${number}`, cause, ageMs === null ? '' : `${stretch(ageMs)} old`];
  return parts.filter(part => part !== '').join(' · ');
}

type HitRates = NonNullable<ModelQuality['lists']>['hitRates'];

/** How many of the events that came next stood within so many places. */
export function hitsPlot({ all, warm }: HitRates): Plot {
  return {
    shape: 'hits',
    height: 130,
    kind: 'line',
    x: { label: 'First places', format: count, values: (all ?? []).map((_, place) => place + 1), time: false },
    y: { label: 'Hits in a hundred', format: rate, formatLong: value => value.toFixed(1), fromZero: true },
    series: [
      { label: 'Warm, %', weight: 'strong', values: inHundred(warm) ?? (all ?? []).map(() => null) },
      { label: 'All, %', weight: 'faint', values: inHundred(all) ?? [] },
    ],
  };
}

const inHundred = (shares: readonly number[] | null): number[] | undefined => shares?.map(share => share * 100);

export const hitsSummary = ({ lists }: ModelQuality): string =>
  `Of ${count(lists?.all.events ?? 0)} events ${orDash(lists?.all.hitRate10, percent)} were within ten places, ${orDash(lists?.warm.hitRate10, percent)} of warm ones.`;
