/**
 * How good are lists and star estimates by every protocol? Popularity, a retrain and learning in cuts, side by side.
 * `node bench/evaluate.ts RATINGS.csv [PROTOCOL…] [--k N] [--seed N]`. All five protocols together are kept in
 * bench/results/evaluate.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { evaluate, modelNames, protocols, type Evaluation } from '../src/recommender/jobs/evaluate/index.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { k: { type: 'string', default: '32' }, seed: { type: 'string', default: '1' } },
});
const [ratings = '', ...named] = positionals;
const [factors, seed] = [Number(flags.k), Number(flags.seed)];
const chosen = named.length === 0 ? protocols : protocols.filter(protocol => named.includes(protocol));

const results: Evaluation[] = [];
for (const protocol of chosen) {
  const source = { protocol, ratings };
  const result = await evaluate({ source, seed, settings: { factors }, now: () => performance.now() });
  results.push(result);
  print(result);
}
if (named.length === 0) write();

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

function write(): void {
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const load = loadavg().map(average => Number(average.toFixed(1)));
  const machine = { node: process.version, processors: availableParallelism(), load };
  writeFileSync(join(folder, 'evaluate.json'), `${JSON.stringify({ factors, machine, results }, null, 2)}\n`);
}
