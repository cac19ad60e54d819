/**
 * What does it cost to learn an event: its item and its user solved anew, refresh of the stalest rows, cut by cut?
 * And how many bytes does a rating take, in the model and in its checkpoint?
 * `node bench/als/events.ts [--data 1m] [--cuts 1,100,1000] [--events 20000] [--factors 64]`: a generation of all but the
 * last events, then those in cuts of each size, from the same state. On 1m: two minutes. Results go to
 * bench/results/als-events.json and als-bytes.json.
 */
import { parseArgs } from 'node:util';
import { collect } from '../support/collect.ts';
import { type Interaction, Model, trainGeneration } from '../../src/als/index.ts';
import { interactions } from '../../src/recommender/jobs/evaluate/interactions.ts';
import { rowNumbers } from '../../src/recommender/jobs/evaluate/ratings.ts';
import { dataOf } from '../support/als/data.ts';
import { kernelOf } from '../support/als/kernel.ts';
import { keep } from '../support/als/keep.ts';
import { machine, repeat } from '../support/write.ts';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: '1m' },
    cuts: { type: 'string', default: '1,100,1000' },
    events: { type: 'string', default: '20000' },
    factors: { type: 'string', default: '64' },
  },
});
const factors = Number(flags.factors);
const cuts = flags.cuts.split(',').map(Number);
/** Learnt one by one before any that is measured: code is compiled meanwhile, and a process that learns learns for long. */
const warmUp = 2_000;
/** At most 2,000 cuts: of one event each that is enough. */
const eventsOf = (cut: number): number => Math.min(Number(flags.events), cut * 2_000);
const events = cuts.reduce((sum, cut) => sum + eventsOf(cut), warmUp);

const data = await dataOf(flags.data);
const everything = rowNumbers(data.ratings.users.length);
const base = everything.subarray(0, -events);
const fresh = interactions(data.ratings, everything.subarray(-events));

using kernel = kernelOf(1);
collect();
const before = process.memoryUsage();
const model = trainedModel();
collect();
const after = process.memoryUsage();
const modelBytes = after.heapUsed + after.external - before.heapUsed - before.external; // external has the array buffers in it
const checkpointBytes = bytesOf(model.dirty());
model.clean();
keepBytes();
for (const batch of takeCuts(warmUp, 1)) model.learn(batch);
keepEvents(cuts.map(measured));

function trainedModel(): Model {
  const fed = new Model({ factors }, { kernel });
  for (let at = 0; at < base.length; at += 100_000)
    fed.note(interactions(data.ratings, base.subarray(at, at + 100_000)));
  fed.beginBase();
  fed.adopt(trainGeneration(fed.freeze(), { kernel, settings: { sweeps: 5 } }), { generation: 1 });
  return fed;
}

/** Each size goes on where the one before ended. */
function measured(cut: number) {
  const batches = takeCuts(eventsOf(cut), cut);
  const perEvent: number[] = [];
  const begun = process.threadCpuUsage();
  let changed = 0;
  for (const batch of batches) {
    const began = performance.now();
    const { users, items } = model.learn(batch);
    perEvent.push(((performance.now() - began) * 1_000) / batch.length);
    changed += users.length + items.length;
  }
  const { user, system } = process.threadCpuUsage(begun);
  const sorted = perEvent.toSorted((a, b) => a - b);
  return {
    'events a cut': cut,
    'us an event': shown(perEvent.reduce((sum, one) => sum + one, 0) / perEvent.length),
    'of processor': shown((user + system) / (batches.length * cut)),
    median: shown(sorted[Math.floor(sorted.length / 2)]),
    'p99 of cuts': shown(sorted[Math.floor(sorted.length * 0.99)]),
    'rows an event': shown(changed / (batches.length * cut)),
    events: batches.length * cut,
  };
}

function takeCuts(count: number, size: number): Interaction[][] {
  const taken = fresh.splice(0, count);
  return Array.from({ length: Math.floor(taken.length / size) }, (_, at) => taken.slice(at * size, (at + 1) * size));
}

function bytesOf(checkpoint: Iterable<readonly [key: string, value: string | Uint8Array | null]>): number {
  let bytes = 0;
  for (const [key, value] of checkpoint)
    bytes += Buffer.byteLength(key) + (value === null ? 0 : Buffer.byteLength(value));
  return bytes;
}

function keepBytes(): void {
  const perRating = (bytes: number): number => shown(bytes / base.length);
  const rows = [
    { where: 'the model in memory, histories and vectors', bytes: modelBytes, 'bytes a rating': perRating(modelBytes) },
    { where: 'its checkpoint, keys and values', bytes: checkpointBytes, 'bytes a rating': perRating(checkpointBytes) },
  ];
  console.table(rows);
  keep({
    kind: 'table',
    name: 'als-bytes',
    question: `How many bytes does a rating take in the model, k = ${factors}, on ${data.name}?`,
    repeat: repeat(),
    machine: machine(),
    notes: ["In memory: heap and array buffers after a collection, less those before, the kernel's memory included."],
    settings: { factors, ratings: base.length },
    columns: [{ name: 'where' }, { name: 'bytes' }, { name: 'bytes a rating', better: 'less' }],
    rows,
  });
}

function keepEvents(rows: ReturnType<typeof measured>[]): void {
  console.table(rows);
  keep({
    kind: 'table',
    name: 'als-events',
    question: `What does it cost to learn an event, k = ${factors}, one thread, on ${data.name}?`,
    repeat: repeat(),
    machine: machine(),
    notes: [
      `Millrace's kernel: ${kernel.name}`,
      'Items, users and refreshed rows are in it; publishing and the log are not.',
      `Before these events ${warmUp.toLocaleString('en')} went unmeasured.`,
    ],
    settings: { factors, refresh: { ...model.settings.refresh } },
    columns: [
      { name: 'events a cut' },
      { name: 'us an event', better: 'less' },
      { name: 'of processor', better: 'less' },
      { name: 'median', better: 'less' },
      { name: 'p99 of cuts', better: 'less' },
      { name: 'rows an event' },
      { name: 'events' },
    ],
    rows,
  });
}

function shown(value = NaN): number {
  return Number(value.toPrecision(4));
}
