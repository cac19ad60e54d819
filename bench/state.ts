/**
 * What does keyed state cost, all of it in memory and on disk behind a cache: updates a second by number of keys, a
 * checkpoint of 1 % of a million keys, restoring a million, bytes of heap a key? And does the memory of a process stay what
 * it is when ten million keys are on disk? `node bench/state.ts [RUNS]`, `node bench/state.ts flat [KEYS]`
 */
import { report, type Rival, together } from './report.ts';
import { heapBytes, type Kept, keyOf, scattered, StateUnderTest } from './support/state.ts';

const million = 1_000_000;
const perEpoch = 10_000;
const cached = { entries: 100_000 };
const places: readonly (readonly [name: string, kept: Kept])[] = [
  ['in memory', 'memory'],
  ['on disk, 100,000 entries in memory', cached],
];

const [mode] = process.argv.slice(2);
if (mode === 'flat') await flat(Number(process.argv[3] ?? 10 * million));
else await costs(Number(mode ?? 3));

async function costs(runs: number): Promise<void> {
  const few = [10, 1_000, 100_000];
  await report({
    name: 'state',
    question: `Keyed state of a count and a sum as JSON, a checkpoint each ${perEpoch} updates into a file`,
    unit: 'updates/s',
    better: 'more',
    warmUp: false,
    runs,
    notes: [
      'A checkpoint is synchronous: nothing else of its thread happens meanwhile, so its time is the longest stall.',
    ],
    rivals: [
      ...few.flatMap(keys =>
        places.map(([name, kept]) => ({ subject: updatesOf(keys), name, run: async () => updatesWith(kept, keys) })),
      ),
      ...measuredOfMillion(),
    ],
  });
}

function updatesOf(keys: number): string {
  return `updates of ${keys.toLocaleString('en')} keys`;
}

interface OfMillion {
  readonly updates: number;
  readonly mean: number;
  readonly longest: number;
  readonly restore: number;
  readonly bytes: number;
}

/** One state of a million keys for all of its figures: to fill it takes longer than all of them. */
function measuredOfMillion(): Rival[] {
  const measured = places.map(([name, kept]) => ({ name, of: together(async () => ofMillion(kept)) }));
  const rows: readonly (readonly [subject: string, unit: string, figure: (all: OfMillion) => number])[] = [
    [updatesOf(million), 'updates/s', all => all.updates],
    ['checkpoint of 1 % of a million keys, mean of 20', 'ms', ({ mean }) => mean],
    ['checkpoint of 1 % of a million keys, longest of 20', 'ms', ({ longest }) => longest],
    ['restore of a million keys', 's', ({ restore }) => restore],
    ['heap by key, of a million', 'bytes', ({ bytes }) => bytes],
  ];
  return rows.flatMap(([subject, unit, figure]) =>
    measured.map(({ name, of }) => ({
      subject,
      name,
      unit,
      better: unit === 'updates/s' ? ('more' as const) : ('less' as const),
      run: of(figure),
    })),
  );
}

function ofMillion(kept: Kept): OfMillion {
  const before = heapBytes();
  return within(kept, million, state => {
    const bytes = (heapBytes() - before) / million;
    const checkpoints = Array.from({ length: 20 }, (_, epoch) => {
      for (let n = 0; n < million / 100; n++) state.update(keyOf(scattered(epoch * 10_000 + n, million)), n);
      return state.commit();
    });
    return {
      updates: updates(state, million),
      mean: checkpoints.reduce((sum, each) => sum + each, 0) / checkpoints.length,
      longest: Math.max(...checkpoints),
      restore: state.restore(),
      bytes,
    };
  });
}

function updatesWith(kept: Kept, keys: number): number {
  return within(kept, keys, state => updates(state, keys));
}

/** Updates a second of keys that are there, in a scattered order, with their checkpoints. */
function updates(state: StateUnderTest, keys: number): number {
  const count = 200_000;
  const began = performance.now();
  for (let n = 0; n < count; n++) {
    state.update(keyOf(scattered(n, keys)), n);
    if (n % perEpoch === perEpoch - 1) state.commit();
  }
  return (count * 1_000) / (performance.now() - began);
}

function within<R>(kept: Kept, keys: number, work: (state: StateUnderTest) => R): R {
  const state = new StateUnderTest(kept);
  try {
    state.fill(0, keys);
    return work(state);
  } finally {
    state.close();
  }
}

/** Resident memory after each tenth of the keys, and what of it came with the last nine. */
async function flat(keys: number): Promise<void> {
  const tenth = keys / 10;
  const resident: number[] = [];
  const state = new StateUnderTest(cached);
  const began = performance.now();
  for (let n = 0; n < 10; n++) {
    state.fill(n * tenth, (n + 1) * tenth);
    heapBytes();
    resident.push(process.memoryUsage.rss() / 2 ** 20);
  }
  const rate = (keys * 1_000) / (performance.now() - began);
  const first = resident[0] ?? NaN;
  await report({
    name: 'state-flat',
    question: `Resident memory of a process while ${keys.toLocaleString('en')} keys come to be on disk, 100,000 in memory`,
    unit: 'MiB',
    better: 'less',
    warmUp: false,
    runs: 1,
    repeat: 'npx node bench/state.ts flat',
    notes: [`${Math.round(rate).toLocaleString('en')} new keys a second, with a checkpoint each ${perEpoch}.`],
    rivals: resident.map((mebibytes, n) => ({
      name: `after ${((n + 1) * tenth).toLocaleString('en')} keys`,
      run: async () => mebibytes,
    })),
  });
  state.close();
  if (Math.max(...resident) > first * 1.5) process.exitCode = 1;
}
