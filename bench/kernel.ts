/**
 * What does the arithmetic of the model cost? `node bench/kernel.ts [--factors K] [--runs N]`: iterations and lists on
 * synthetic pairs of MovieLens-1M's shape, by the readable reference (on a fortieth of the users), one thread, and two.
 */
import { parseArgs } from 'node:util';
import { openKernel } from '../src/als/index.ts';
import { ReferenceKernel } from '../src/als/kernel/reference/kernel.ts';
import { report, type Rival } from './report.ts';
import { drawPairs } from './support/kernel/shape.ts';
import { Workshop } from './support/kernel/workshop.ts';

const { values: flags } = parseArgs({
  options: { factors: { type: 'string', default: '64' }, runs: { type: 'string', default: '7' } },
});
const factors = Number(flags.factors);
const shape = { users: 6040, items: 3706, pairs: 1_000_209, seed: 1 };
const part = 40;
const warmUps = 4;

using single = openKernel();
using double = openKernel({ threads: 2 });
using reference = new ReferenceKernel();

const pairs = drawPairs(shape);
const small = drawPairs({ ...shape, users: Math.round(shape.users / part), pairs: Math.round(shape.pairs / part) });
const one = trained(new Workshop(single, pairs, factors));
const two = new Workshop(double, pairs, factors);
two.take(one);
const [ofReference, ofWasm] = [new Workshop(reference, small, factors), new Workshop(single, small, factors)];

/** Vectors as training leaves them, which decides how far sums and searches have to go; and code that is warm. */
function trained(workshop: Workshop): Workshop {
  for (let sweep = 0; sweep < warmUps; sweep++) workshop.blocks();
  return workshop;
}

const measured = (subject: string, name: string, unit: string, run: () => number): Rival => ({
  subject,
  name,
  unit,
  run: () => Promise.resolve(run()),
});

function spent_ms(work: () => void): number {
  const begin = performance.now();
  work();
  return performance.now() - begin;
}

const threads = [
  { name: 'one thread', workshop: one },
  { name: 'two threads', workshop: two },
] as const;

const both = (subject: string, unit: string, work: (workshop: Workshop) => void, scale = 1): Rival[] =>
  threads.map(({ name, workshop }) => measured(subject, name, unit, () => spent_ms(() => work(workshop)) * scale));

/** Microseconds a user in a millisecond for all. */
const perUser = 1000 / shape.users;

const beside = (subject: string, work: (workshop: Workshop) => void): Rival[] => [
  measured(subject, 'reference', 'ms', () => spent_ms(() => work(ofReference))),
  measured(subject, 'one thread', 'ms', () => spent_ms(() => work(ofWasm))),
];

await report({
  name: 'kernel',
  question: `What do an iteration and lists cost, ${shape.users} x ${shape.items}, ${pairs.count} pairs, k = ${factors}?`,
  unit: 'ms',
  better: 'less',
  runs: Number(flags.runs),
  rivals: [
    ...both('iALS++ iteration', 'ms', workshop => workshop.blocks()),
    ...both('Cholesky iteration', 'ms', workshop => workshop.cholesky()),
    ...both('top-10, a user', 'us', workshop => workshop.lists(10), perUser),
    ...both('top-100, a user', 'us', workshop => workshop.lists(100), perUser),
    ...beside(`iALS++ iteration, a ${part}th of the users`, workshop => workshop.blocks()),
    ...beside(`Cholesky iteration, a ${part}th of the users`, workshop => workshop.cholesky()),
  ],
  notes: [
    'Synthetic pairs of realistic skew from a seed; vectors after four iterations; 3 classes of weights.',
    'An iteration is both sides with their Gram matrices. Lists include packing the items and leaving out what was seen.',
  ],
});
