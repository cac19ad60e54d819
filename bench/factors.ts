/**
 * What do more factors buy, and what do they cost? `node bench/factors.ts [DATA] [--seeds N]`: retrains with 32, 48 and 64
 * factors on the first four fifths by time of latest-small (or of the synthetic set of a size), divided once more in three
 * ways; the last fifth, by which defaults are judged, is not in it. Then what an event costs: models of each size learn the
 * same events in turns, and the least time of each event over the rounds counts. Results of latest-small go to
 * bench/results/factors.json.
 */
import { parseArgs } from 'node:util';
import { defaultSettings, type Interaction, type Kernel, Model, modelSettings, openKernel } from '../src/als/index.ts';
import { bootstrapOptions } from '../src/recommender/jobs/evaluate/bootstrap.ts';
import { gainsOf } from '../src/recommender/jobs/evaluate/compared.ts';
import { trainFirst } from '../src/recommender/jobs/evaluate/first-generation.ts';
import { interactions } from '../src/recommender/jobs/evaluate/interactions.ts';
import { figureOf, ratioOf } from '../src/recommender/jobs/evaluate/measures.ts';
import { pooled } from '../src/recommender/jobs/evaluate/pooled.ts';
import { split } from '../src/recommender/jobs/evaluate/protocols.ts';
import { type Ratings, rowNumbers } from '../src/recommender/jobs/evaluate/ratings.ts';
import type { UserFigures } from '../src/recommender/jobs/evaluate/user-figures.ts';
import { divide } from '../src/recommender/jobs/tune/divide.ts';
import { tunedOf } from '../src/recommender/jobs/tune/space.ts';
import { worth } from '../src/recommender/jobs/tune/trial.ts';
import { dataOf } from './support/als/data.ts';
import { machine, repeat, write } from './support/write.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '3' } },
});
const sizes = [32, 48, 64] as const;
const protocols = ['temporal', 'stratified', 'random'] as const;
const rounds = 5;
const eventsTimed = 300;

using kernel = openKernel();
const named = positionals[0] ?? 'latest-small';
const { name, ratings } = await dataOf(named);
const { before } = divide(ratings, 0.2);
const seeds = Array.from({ length: Number(flags.seeds) }, (_, n) => n + 1);
const costs = costsOf(before, kernel);
const rows = protocols.flatMap(protocol => rowsOf(protocol));
console.table(rows);
console.table(costs);
if (named === 'latest-small' && seeds.length === 3) keep();

function rowsOf(protocol: (typeof protocols)[number]) {
  const figures = sizes.map(factors => pooled(seeds.map(seed => judged(protocol, factors, seed))));
  const [beside] = figures;
  return figures.map((model, at) => {
    const ndcg10 = figureOf(ratioOf(model, 'ndcg10'));
    const { gain, interval } = gainsOf({ model, beside: beside ?? model }, bootstrapOptions({ seed: 1 })).ndcg10;
    const size = { factors: sizes[at] ?? 0, held: protocol, 'nDCG@10': shown(ndcg10) };
    if (at === 0) return { ...size, 'gain %': null, from: null, to: null };
    return { ...size, 'gain %': percent(gain), from: percent(interval?.low), to: percent(interval?.high) };
  });
}

function judged(protocol: (typeof protocols)[number], factors: number, seed: number): UserFigures {
  const part = split(before, protocol, { seed, holdOut: 0.2 });
  return worth({ ...tunedOf(defaultSettings), factors }, part, { base: modelSettings({ seed }), kernel });
}

/** Of each size what an event costs that is learnt alone, with its refresh. */
function costsOf(given: Ratings, on: Kernel) {
  const all = rowNumbers(given.users.length);
  const known = all.subarray(0, -eventsTimed);
  const events = interactions(given, all.subarray(-eventsTimed));
  const least = sizes.map(() => Array.from({ length: eventsTimed }, () => Infinity));
  for (let round = 0; round < rounds; round++) {
    const models = sizes.map(factors => {
      const model = new Model({ factors }, { kernel: on });
      trainFirst(model, given, known);
      return model;
    });
    for (const [n, event] of events.entries())
      for (const [at, times] of least.entries()) times[n] = Math.min(times[n] ?? Infinity, timeOf(models[at], event));
    for (const model of models) model[Symbol.dispose]();
  }
  return sizes.map((factors, at) => {
    const times = (least[at] ?? []).toSorted((a, b) => a - b);
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    return { factors, 'us an event': shown(mean), median: shown(times[Math.floor(times.length / 2)] ?? null) };
  });
}

function timeOf(model: Model | undefined, event: Interaction): number {
  const began = performance.now();
  model?.learn([event]);
  return (performance.now() - began) * 1_000;
}

function shown(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4));
}

function percent(share: number | null | undefined): number | null {
  return share === null || share === undefined ? null : Number((share * 100).toFixed(2));
}

function keep(): void {
  const { sweeps, refresh, explicit } = defaultSettings;
  write({
    kind: 'table',
    name: 'factors',
    question: 'What do more factors buy, and what do they cost?',
    repeat: repeat(),
    machine: machine(),
    notes: [
      `Retrains on the first four fifths by time of ${name}, of which a fifth is held out in three ways; the last fifth is not in it. Gains are relative to 32 factors, with 95 % intervals of 1,000 draws of users, who are clusters over ${seeds.length} seeds. An event is learnt alone, after all others, by models of each size in turns: of each event the least time of ${rounds} rounds, then the mean over ${eventsTimed} events. Vectors take two bytes a factor, before those for stars.`,
    ],
    settings: { sweeps, ...refresh, 'explicit.factors': explicit.factors },
    columns: [
      { name: 'factors' },
      { name: 'held' },
      { name: 'nDCG@10', better: 'more' },
      { name: 'gain %', better: 'more' },
      { name: 'from' },
      { name: 'to' },
      { name: 'us an event', better: 'less' },
      { name: 'bytes a vector', better: 'less' },
    ],
    rows: rows.map(row => ({
      ...row,
      'us an event': costs.find(({ factors }) => factors === row.factors)?.['us an event'] ?? null,
      'bytes a vector': 2 * row.factors,
    })),
  });
}
