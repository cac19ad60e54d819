/**
 * How long does a generation keep the engine's thread: to freeze what it is trained from, to adopt it, and the longest
 * slice of that, after which others have their turn?
 * `node bench/als/adoption.ts [--users 20000] [--items 5000] [--ratings 500000] [--factors 64] [--repeats 9]`: synthetic
 * ratings, a generation of one sweep, adopted again and again. Twenty seconds. Results go to bench/results/als-adoption.json.
 */
import { parseArgs } from 'node:util';
import { type Generation, Model, trainGeneration } from '../../src/als/index.ts';
import { interactions } from '../../src/recommender/jobs/evaluate/interactions.ts';
import { rowNumbers } from '../../src/recommender/jobs/evaluate/ratings.ts';
import { asRatings, nameOf } from '../support/als/data.ts';
import { keep } from '../support/als/keep.ts';
import { kernelOf } from '../support/als/kernel.ts';
import { synthetic } from '../support/als/synthetic.ts';
import { machine, repeat } from '../support/write.ts';

const { values: flags } = parseArgs({
  options: {
    users: { type: 'string', default: '20000' },
    items: { type: 'string', default: '5000' },
    ratings: { type: 'string', default: '500000' },
    factors: { type: 'string', default: '64' },
    repeats: { type: 'string', default: '9' },
  },
});
const shape = { users: Number(flags.users), items: Number(flags.items), ratings: Number(flags.ratings) };
const factors = Number(flags.factors);
/** Adoptions before the first that is measured: the first of a process also waits for its code to be compiled. */
const warmUps = 3;
const noted = 100_000;

using kernel = kernelOf(1);
const model = new Model({ factors }, { kernel });
const data = asRatings(shape, synthetic(shape, 1));
const rows = rowNumbers(shape.ratings);
for (let at = 0; at < rows.length; at += noted) model.note(interactions(data, rows.subarray(at, at + noted)));
const generation = trainGeneration(model.freeze(), { kernel, settings: { sweeps: 1 } });

const runs = Array.from({ length: warmUps + Number(flags.repeats) }, (_, run) => timed(run)).slice(warmUps);
const figures = (['freeze', 'adopt, all slices', 'the longest slice'] as const).map(what => {
  const sorted = runs.map(run => run[what]).toSorted((a, b) => a - b);
  return { what, best: shown(sorted[0]), median: shown(sorted[sorted.length >> 1]), worst: shown(sorted.at(-1)) };
});
console.table(figures);
const { users, items } = model.counts;
keep({
  kind: 'table',
  name: 'als-adoption',
  question: `How many milliseconds does a generation keep the engine's thread, k = ${factors}, on ${nameOf(shape)}?`,
  repeat: repeat(),
  machine: machine(),
  notes: [
    `${users + items} rows have events. Digests for the hash of the model are in it; its checkpoint and what is published are not.`,
    `Before these runs ${warmUps} went unmeasured.`,
  ],
  settings: { factors, runs: runs.length },
  columns: [
    { name: 'what' },
    { name: 'best', better: 'less' },
    { name: 'median', better: 'less' },
    { name: 'worst', better: 'less' },
  ],
  rows: figures,
});

function timed(run: number) {
  model.beginBase();
  const began = performance.now();
  const { base } = model.freeze();
  const frozen = performance.now();
  const longest = adopt({ ...generation, base }, run);
  const ended = performance.now();
  model.clean();
  return { freeze: frozen - began, 'adopt, all slices': ended - frozen, 'the longest slice': longest };
}

/** Answers the longest slice. */
function adopt(content: Generation, run: number): number {
  let longest = 0;
  for (const slices = model.adopting(content, { generation: run + 1 }); ;) {
    const began = performance.now();
    const { done } = slices.next();
    longest = Math.max(longest, performance.now() - began);
    if (done === true) break;
  }
  model.hash();
  return longest;
}

function shown(value = NaN): number {
  return Number(value.toPrecision(3));
}
