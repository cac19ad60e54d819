/**
 * Is the model better than Spark's ALS in RMSE, and than `implicit` in nDCG@10, all tuned with the same budget?
 * `node bench/als/quality.ts [--data latest-small] [--protocols temporal,leave-last-out,random] [--trials 20] [--seeds 3]`
 * Each gets as many trials, drawn at random, on a validation part: what is learnt is split once more by the same protocol.
 * Trial 0 is what each does by default. The best then learns all of it and is judged on the test, once for each seed; of
 * Millrace what `millrace tune` recommends, which is its default where no trial is better beyond the noise. The rivals have
 * their best trial in any case. Intervals: users, paired, by the bootstrap of `millrace evaluate`. On latest-small: a quarter of an hour. Results go to bench/results/als-quality.json.
 */
import { parseArgs } from 'node:util';
import { modelSettings } from '../../src/als/index.ts';
import { bootstrapOptions } from '../../src/recommender/jobs/evaluate/bootstrap.ts';
import { gainsOf } from '../../src/recommender/jobs/evaluate/compared.ts';
import { EvaluateInput } from '../../src/recommender/jobs/evaluate/errors.ts';
import { figureOf, ratioOf } from '../../src/recommender/jobs/evaluate/measures.ts';
import { pooled } from '../../src/recommender/jobs/evaluate/pooled.ts';
import { type Protocol, protocols, split } from '../../src/recommender/jobs/evaluate/protocols.ts';
import type { Ratings, Rows } from '../../src/recommender/jobs/evaluate/ratings.ts';
import type { Split } from '../../src/recommender/jobs/evaluate/split.ts';
import type { UserFigures } from '../../src/recommender/jobs/evaluate/user-figures.ts';
import { drawnSettings, tunedOf } from '../../src/recommender/jobs/tune/space.ts';
import { type Goal, worth } from '../../src/recommender/jobs/tune/trial.ts';
import { dataOf } from '../support/als/data.ts';
import { kernelOf } from '../support/als/kernel.ts';
import { type Drawn, Fitting, implicitDrawn, sparkDrawn } from '../support/als/tuned.ts';
import { keep } from '../support/als/keep.ts';
import { machine, repeat } from '../support/write.ts';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: 'latest-small' },
    protocols: { type: 'string', default: 'temporal,leave-last-out,random' },
    trials: { type: 'string', default: '20' },
    seeds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
  },
});
const [trials, threads] = [Number(flags.trials), Number(flags.threads)];
const seeds = Array.from({ length: Number(flags.seeds) }, (_, seed) => seed + 1);
const holdOut = 0.2;
const bootstrap = bootstrapOptions({ seed: 1, resamples: 1_000 });
const base = modelSettings();

using kernel = kernelOf(threads);
const data = await dataOf(flags.data);
const versions = new Set<string>();
const rows: Awaited<ReturnType<typeof rowsOf>> = [];
for (const protocol of flags.protocols.split(',').map(named)) rows.push(...(await rowsOf(protocol)));
console.table(rows);
keepTable();

async function rowsOf(protocol: Protocol) {
  const parts = split(data.ratings, protocol, { seed: 1, holdOut });
  const validation = split(narrowed(data.ratings, parts.train), protocol, { seed: 1, holdOut });
  const own = { lists: tuned(validation, 'ndcg10'), stars: tuned(validation, 'rmse') };
  const implicit = await rivalTuned('implicit', implicitDrawn, { validation, parts, goal: 'ndcg10' });
  const spark = await rivalTuned('spark', sparkDrawn, { validation, parts, goal: 'rmse' });
  const ours = (number: number): UserFigures =>
    pooled(seeds.map(seed => worth(settingsOf(number), parts, { base: { ...base, seed }, kernel })));
  const untuned = ours(0);
  return [
    row(protocol, 'nDCG@10', 'ndcg10', {
      ours: ours(own.lists),
      untuned,
      rival: 'implicit',
      theirs: implicit.worth,
      settings: implicit.settings,
    }),
    row(protocol, 'RMSE', 'rmse', {
      ours: ours(own.stars),
      untuned,
      rival: 'Spark ALS',
      theirs: spark.worth,
      settings: spark.settings,
    }),
  ];
}

/** Trial 0 is what Millrace does by default. */
function settingsOf(trial: number) {
  return trial === 0 ? tunedOf(base) : drawnSettings(1, trial);
}

/** The number of the best trial, and 0 unless it is better than that beyond the noise: as `millrace tune` recommends. */
function tuned(validation: Split, goal: Goal): number {
  const judged = Array.from({ length: trials }, (_, trial) => {
    const users = worth(settingsOf(trial), validation, { base, kernel });
    const cost = costOf(users, goal);
    console.error(`Millrace, trial ${trial}: ${goal} ${Math.abs(cost).toFixed(4)}`);
    return { trial, users, cost };
  });
  const [first, best] = [judged[0], judged.toSorted((a, b) => a.cost - b.cost)[0]];
  if (first === undefined || best === undefined || best === first) return 0;
  const { differenceInterval } = gainsOf({ model: best.users, beside: first.users }, bootstrap)[goal];
  return (differenceInterval?.low ?? 0) > 0 ? best.trial : 0;
}

interface Asked {
  readonly validation: Split;
  readonly parts: Split;
  readonly goal: Goal;
}

async function rivalTuned(
  name: 'implicit' | 'spark',
  draw: (seed: number, trial: number) => Drawn,
  { validation, parts, goal }: Asked,
) {
  const costs: number[] = [];
  await using trying = new Fitting(name, validation, threads);
  versions.add((await trying.rival.about()).version);
  for (let trial = 0; trial < trials; trial++) {
    const cost = costOf(await trying.worth(draw(1, trial), 1), goal);
    console.error(`${name}, trial ${trial}: ${goal} ${Math.abs(cost).toFixed(4)}`);
    costs.push(cost);
  }
  const settings = draw(1, costs.indexOf(Math.min(...costs)));
  await using last = new Fitting(name, parts, threads);
  const judged: UserFigures[] = [];
  for (const seed of seeds) judged.push(await last.worth(settings, seed));
  return { settings, worth: pooled(judged) };
}

/** What is to be small. */
function costOf(figures: UserFigures, goal: Goal): number {
  const figure = figureOf(ratioOf(figures, goal)) ?? NaN;
  return goal === 'rmse' ? figure : -figure;
}

/** The same users and items, and only these ratings. */
function narrowed(ratings: Ratings, only: Rows): Ratings {
  const taken = <T extends Int32Array | Float64Array>(column: T, into: T): T => {
    for (const [to, from] of only.entries()) into[to] = column[from] ?? NaN;
    return into;
  };
  const { length } = only;
  return {
    ...ratings,
    users: taken(ratings.users, new Int32Array(length)),
    items: taken(ratings.items, new Int32Array(length)),
    stars: taken(ratings.stars, new Float64Array(length)),
    times: taken(ratings.times, new Float64Array(length)),
  };
}

interface Sides {
  readonly ours: UserFigures;
  readonly untuned: UserFigures;
  readonly rival: string;
  readonly theirs: UserFigures;
  readonly settings: Drawn;
}

function row(protocol: Protocol, measure: string, goal: Goal, { ours, untuned, rival, theirs, settings }: Sides) {
  const figure = (users: UserFigures): number => shown(figureOf(ratioOf(users, goal)));
  const { gain, interval } = gainsOf({ model: ours, beside: theirs }, bootstrap)[goal];
  return {
    protocol,
    measure,
    'Millrace, tuned': figure(ours),
    'by default': figure(untuned),
    rival,
    'the rival, tuned': figure(theirs),
    'better by, %': shown((gain ?? NaN) * 100, 2),
    from: shown((interval?.low ?? NaN) * 100, 2),
    to: shown((interval?.high ?? NaN) * 100, 2),
    'its settings': JSON.stringify(settings),
  };
}

function shown(value: number | null, digits = 4): number {
  return Number((value ?? NaN).toFixed(digits));
}

function named(name: string): Protocol {
  const protocol = protocols.find(known => known === name);
  if (protocol === undefined)
    throw new EvaluateInput(`'${name}' is no protocol`, `Give some of ${protocols.join(', ')}`);
  return protocol;
}

function keepTable(): void {
  keep({
    kind: 'table',
    name: 'als-quality',
    question: `Is the model better than implicit in nDCG@10 and than Spark's ALS in RMSE, each tuned with ${trials} trials, on ${data.name}?`,
    repeat: repeat(),
    machine: machine(),
    notes: [
      `Beside ${[...versions].join(' and ')}. The first trial of each is its default. Of Millrace's its default is judged unless another is better beyond the noise, as millrace tune recommends; of a rival's the best. A fifth is held out for the test, and a fifth of the rest for validation.`,
      `Pooled over ${seeds.length} seeds of the models; relative, paired 95 % intervals by a bootstrap over users. Unknown users and items get what is popular, and means, of everybody.`,
    ],
    settings: { trials, holdOut, seeds: seeds.length },
    columns: [
      { name: 'protocol' },
      { name: 'measure' },
      { name: 'Millrace, tuned' },
      { name: 'by default' },
      { name: 'rival' },
      { name: 'the rival, tuned' },
      { name: 'better by, %', better: 'more' },
      { name: 'from' },
      { name: 'to' },
      { name: 'its settings' },
    ],
    rows,
  });
}
