/**
 * Are the defaults of the model good where they were chosen? `node bench/defaults.ts`: each differs from the defaults in
 * one setting, on the first four fifths by time of the bundled ratings and of a synthetic set, divided once more in three
 * ways. The last fifth, by which the defaults are judged, is not in it. Results go to bench/results/defaults.json.
 */
import { defaultSettings, modelSettings, openKernel } from '../src/als/index.ts';
import { figureOf, ratioOf } from '../src/recommender/jobs/evaluate/measures.ts';
import { split } from '../src/recommender/jobs/evaluate/protocols.ts';
import { divide } from '../src/recommender/jobs/tune/divide.ts';
import { type Tuned, tunedOf } from '../src/recommender/jobs/tune/space.ts';
import { type Goal, worth } from '../src/recommender/jobs/tune/trial.ts';
import { dataOf } from './support/als/data.ts';
import { machine, repeat, write } from './support/write.ts';

const defaults = tunedOf(defaultSettings);
const { regularisation, explicit } = defaults;
const strength = (value: number): Partial<Tuned> => ({ regularisation: { ...regularisation, strength: value } });
const stars = (own: Partial<Tuned['explicit']>): Partial<Tuned> => ({ explicit: { ...explicit, ...own } });
const variants: readonly (readonly [what: string, own: Partial<Tuned>])[] = [
  ['the defaults', {}],
  ['strength 0.2', strength(0.2)],
  ['strength 0.3', strength(0.3)],
  ['strength 0.5', strength(0.5)],
  ['strength 0.7', strength(0.7)],
  ['unobservedWeight 0.25', { unobservedWeight: 0.25 }],
  ['unobservedWeight 1', { unobservedWeight: 1 }],
  ['factors 64', { factors: 64 }],
  ['sweeps 10', { sweeps: 10 }],
  ['sweeps 32', { sweeps: 32 }],
  ['explicit.prior 2', stars({ prior: 2 })],
  ['explicit.prior 40', stars({ prior: 40 })],
  ['explicit.factors 32', stars({ factors: 32 })],
];
const protocols = ['temporal', 'stratified', 'random'] as const;
const goals: readonly (readonly [name: string, goal: Goal])[] = [
  ['nDCG@10', 'ndcg10'],
  ['RMSE', 'rmse'],
];

using kernel = openKernel();
const base = modelSettings();
const rows: Record<string, string | number | null>[] = [];
for (const named of ['latest-small', '100k']) {
  const { name, ratings } = await dataOf(named);
  const { before } = divide(ratings, 0.2);
  const parts = protocols.map(protocol => split(before, protocol, { seed: 1, holdOut: 0.2 }));
  for (const [what, own] of variants) {
    const found = parts.map(part => worth({ ...defaults, ...own }, part, { base, kernel }));
    const figures = goals.flatMap(([measure, goal]) =>
      protocols.map((protocol, n) => {
        const users = found[n];
        const figure = users === undefined ? null : figureOf(ratioOf(users, goal));
        return [`${measure} ${protocol}`, figure === null ? null : Number(figure.toFixed(4))] as const;
      }),
    );
    const row = { data: name, settings: what, ...Object.fromEntries(figures) };
    console.log(JSON.stringify(row));
    rows.push(row);
  }
}
const { factors, unobservedWeight, sweeps } = defaults;
write({
  kind: 'table',
  name: 'defaults',
  question: 'Are the defaults of the model good where they were chosen?',
  repeat: repeat(),
  machine: machine(),
  notes: [
    'Each row differs from the defaults in one setting. Retrains on the first four fifths by time, of which a fifth is held out by three protocols; the last fifth is not in it.',
  ],
  settings: { factors, strength: regularisation.strength, unobservedWeight, sweeps, 'explicit.prior': explicit.prior },
  columns: [
    { name: 'data' },
    { name: 'settings' },
    ...protocols.map(protocol => ({ name: `nDCG@10 ${protocol}`, better: 'more' as const })),
    ...protocols.map(protocol => ({ name: `RMSE ${protocol}`, better: 'less' as const })),
  ],
  rows,
});
