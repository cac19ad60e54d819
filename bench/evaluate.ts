/**
 * How good are lists and star estimates by every protocol? Popularity, a retrain and learning in cuts, side by side.
 * `node bench/evaluate.ts [RATINGS.csv] [PROTOCOL…] [--k N] [--seed N]`, on the bundled ratings where none are named. All
 * five protocols together are kept in bench/results/evaluate.json.
 */
import { parseArgs } from 'node:util';
import { openKernel } from '../src/als/index.ts';
import { figureOf, ratioOf } from '../src/recommender/jobs/evaluate/measures.ts';
import { type UserFigures, userFigures } from '../src/recommender/jobs/evaluate/user-figures.ts';
import {
  evaluate,
  modelNames,
  protocols,
  type Evaluation,
  type Interval,
  type Judgement,
  type ModelName,
} from '../src/recommender/jobs/evaluate/index.ts';
import { ratingsFile } from './support/films.ts';
import { machine, repeat, write } from './support/write.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { k: { type: 'string', default: '32' }, seed: { type: 'string', default: '1' } },
});
const named = positionals.filter(name => protocols.some(protocol => protocol === name));
using ratings = await ratingsFile(positionals.find(path => !named.includes(path)));
const [factors, seed] = [Number(flags.k), Number(flags.seed)];
const chosen = named.length === 0 ? protocols : protocols.filter(protocol => named.includes(protocol));

using kernel = openKernel();
const results: Evaluation[] = [];
for (const protocol of chosen) {
  const source = { protocol, ratings: ratings.path };
  // Newcomers get the same popular items from every model, which hides what tells the models apart.
  const warm = new Map<ModelName, number | null>();
  const judged = (name: ModelName, judgement: Judgement): void => {
    warm.set(name, figureOf(ratioOf(onlyKnown(judgement), 'ndcg10')));
  };
  const result = await evaluate({ source, seed, settings: { factors }, kernel, now: () => performance.now(), judged });
  results.push(result);
  print(result);
  console.log('ndcg10 of users of whom something was learnt:', Object.fromEntries(warm));
}
if (named.length === 0) keep();

/** Only users of whom something was learnt count for lists. */
function onlyKnown(judgement: Judgement): UserFigures {
  const users = userFigures(judgement);
  const known = (column: Float64Array): Float64Array =>
    column.map((value, list) => (judgement.lists.learnt[list] === 0 ? 0 : value));
  return { ...users, judged: known(users.judged), lists: { ...users.lists, ndcg10: known(users.lists.ndcg10) } };
}

function print({ protocol, users, items, models }: Evaluation): void {
  console.log(`\n${protocol}: ${users} users, ${items} items, k = ${factors}, seed ${seed}`);
  console.table(Object.fromEntries(modelNames.map(name => [name, rounded(models[name])])));
  const { retrain, incremental } = models;
  for (const measure of ['ndcg10', 'rmse'] as const) {
    const gap = ((incremental[measure] ?? NaN) / (retrain[measure] ?? NaN) - 1) * 100;
    console.log(`${measure} of incremental beside retrain: ${gap.toFixed(2)} %`);
  }
}

function rounded(row: object): Record<string, unknown> {
  const shown = (value: unknown): unknown => (typeof value === 'number' ? Number(value.toFixed(4)) : value);
  return Object.fromEntries(Object.entries(row).map(([name, value]): [string, unknown] => [name, shown(value)]));
}

function text(interval: Interval | null): string {
  return interval === null ? '' : `${interval.low.toFixed(4)} to ${interval.high.toFixed(4)}`;
}

function keep(): void {
  const better = { rmse: 'less', mae: 'less', ndcg10: 'more', hr10: 'more', map10: 'more', coverage: 'more' } as const;
  const measures = Object.entries(better).map(([name, direction]) => ({ name, better: direction }));
  const ranges = [{ name: 'ndcg10 95 %' }, { name: 'rmse 95 %' }];
  const columns = [
    { name: 'protocol' },
    { name: 'model' },
    ...measures,
    ...ranges,
    { name: 'seconds', better: 'less' } as const,
  ];
  const rows = results.flatMap(({ protocol, models }) =>
    modelNames.map(model => {
      const { intervals, ...figures } = models[model];
      return { protocol, model, ...figures, 'ndcg10 95 %': text(intervals.ndcg10), 'rmse 95 %': text(intervals.rmse) };
    }),
  );
  write({
    kind: 'table',
    name: 'evaluate',
    question: `How good are lists and star estimates by every protocol, on ${ratings.name}?`,
    repeat: repeat(),
    machine: machine(),
    settings: { factors, seed, ratings: ratings.name },
    columns,
    rows,
  });
}
