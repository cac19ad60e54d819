/**
 * What does the exact top-10 of a user cost, seen items removed, beside `implicit`'s batch recommendation?
 * `node bench/als/lists.ts [--data 1m] [--threads 1] [--factors 64] [--repeats 9]`, all users in one call, in turns.
 * On 1m: half a minute. Results go to bench/results/als-lists-THREADS.json.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { rowNumbers } from '../../src/recommender/jobs/evaluate/ratings.ts';
import { comparison } from '../support/als/comparison.ts';
import { dataOf } from '../support/als/data.ts';
import { trainingInput } from '../../src/recommender/jobs/evaluate/training-input.ts';
import { kernelOf } from '../support/als/kernel.ts';
import { Rival, RivalFolder } from '../support/als/rival.ts';
import { trained } from '../support/als/trained.ts';
import { keep } from '../support/als/keep.ts';
import { machine, repeat } from '../support/write.ts';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: '1m' },
    threads: { type: 'string', default: '1' },
    factors: { type: 'string', default: '64' },
    repeats: { type: 'string', default: '9' },
  },
});
const [threads, factors, repeats] = [Number(flags.threads), Number(flags.factors), Number(flags.repeats)];
const n = 10;
/** Calls before the first that is measured: WebAssembly is compiled twice, and a process that makes lists makes many. */
const warmUps = 12;
const sweeps = 3;
const Seconds = z.object({ seconds: z.number() });

const data = await dataOf(flags.data);
const settings = { factors, regularisation: { strength: 4, frequencyExponent: 0 }, unobservedWeight: 0.5 } as const;
const input = trainingInput(data.ratings, rowNumbers(data.ratings.users.length), settings);
const users = input.live.users.ids.length;
const seen = { starts: input.starts, items: input.items };

using kernel = kernelOf(threads);
using training = trained(input, kernel, sweeps);
using folder = new RivalFolder(input);
await using rival = new Rival('implicit', folder, threads);
const about = await rival.about();
await rival.ask(z.unknown(), 'fit', {
  factors,
  regularisation: 8,
  unobserved: 0.5,
  iterations: sweeps,
  seed: 1,
  solver: 'cholesky',
  losses: false,
});

const own: number[] = [];
const theirs: number[] = [];
for (let run = 0; run < warmUps; run++) {
  ownSeconds();
  await rival.ask(Seconds, 'recommend', { n });
}
for (let run = 0; run < repeats; run++) {
  own.push(ownSeconds());
  theirs.push((await rival.ask(Seconds, 'recommend', { n })).seconds);
}
const perUser = (seconds: readonly number[]): number[] => seconds.map(one => (one * 1e6) / users);
const rows = comparison(
  { subject: `top-${n} of a user, ${threads} thread${threads === 1 ? '' : 's'}`, unit: 'us a user', better: 'less' },
  { Millrace: perUser(own), implicit: perUser(theirs) },
);
console.table(rows);
keep({
  kind: 'comparison',
  name: `als-lists-${threads}`,
  question: `What does the exact top-${n} of a user cost beside implicit's, k = ${factors}, on ${data.name}?`,
  repeat: repeat(),
  machine: machine(),
  notes: [
    `Millrace's kernel: ${kernel.name}`,
    [about.version, ...about.kernels].join(', '),
    'Making the items ready to be searched is in the seconds of every call.',
    `Before these runs ${warmUps} of each went unmeasured.`,
  ],
  runs: repeats,
  rows,
});

function ownSeconds(): number {
  const began = performance.now();
  using lister = kernel.lister({ items: training.items, ranks: Int32Array.from(input.live.items.ids.keys()) });
  lister.topN({ users: training.users, rows: Int32Array.from(input.live.users.ids.keys()), seen, n });
  return (performance.now() - began) / 1_000;
}
