/**
 * What does an event cost that is learnt at once: its item, its user and the refresh of others included?
 * `node bench/incremental.ts [RATINGS.csv] [--factors N] [--cut N] [--events N]`: without a file, ratings are invented
 * in the shape of MovieLens 1M (6,040 users, 3,706 items, 1,000,209 ratings, popularity and activity as skewed).
 * Time is the processor's, not the clock's: others may be at work on the machine.
 * The model learns all but the last events at once and is trained; those are learnt in cuts, and each cut is timed.
 */
import { parseArgs } from 'node:util';
import { readFileSync } from 'node:fs';
import { Model, type Interaction } from '../src/als/index.ts';
import { openKernel } from '../src/als/kernel/open.ts';
import { ratingsLike } from './support/ratings-like.ts';
import { machine, repeat, write } from './support/write.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    factors: { type: 'string', default: '64' },
    cut: { type: 'string', default: '100' },
    events: { type: 'string', default: '10000' },
  },
});
const [factors, cut, count] = [Number(flags.factors), Number(flags.cut), Number(flags.events)];
const events =
  positionals[0] === undefined ? ratingsLike({ users: 6_040, items: 3_706, ratings: 1_000_209 }) : read(positionals[0]);
const learnt = events.slice(0, -count);
const live = events.slice(-count);

using kernel = openKernel();
const model = new Model({ factors, sweeps: 2 }, { kernel });
// Histories first, in one cut that refreshes nothing; the training then makes the vectors.
const before_bytes = process.memoryUsage().arrayBuffers;
model.learn(learnt);
const bytesPerRating = (process.memoryUsage().arrayBuffers - before_bytes) / learnt.length;
model.train();

const times_us: number[] = [];
let rows = 0;
for (let at = 0; at < live.length; at += cut) {
  const slice = live.slice(at, at + cut);
  const begin = process.cpuUsage();
  const { users, items } = model.learn(slice);
  const { user, system } = process.cpuUsage(begin);
  times_us.push((user + system) / slice.length);
  rows += users.length + items.length;
}
const sorted = times_us.toSorted((a, b) => a - b);
const mean = times_us.reduce((sum, time) => sum + time, 0) / times_us.length;
const row = {
  factors,
  eventsPerCut: cut,
  microsecondsPerEvent: Number(mean.toFixed(1)),
  median: Number((sorted[sorted.length >> 1] ?? NaN).toFixed(1)),
  bytesPerRating: Number(bytesPerRating.toFixed(0)),
  rowsPerEvent: Number((rows / live.length).toFixed(2)),
  hash: model.hash().slice(0, 12),
};
console.table([row]);
if (positionals[0] === undefined && factors === 64 && cut === 100)
  write({
    kind: 'table',
    name: 'incremental',
    question:
      'What does an event cost that is learnt at once, item, user and refresh included, in the shape of MovieLens 1M?',
    repeat: repeat(),
    machine: machine(),
    settings: { events: count, refresh: JSON.stringify(model.settings.refresh) },
    columns: [
      { name: 'factors' },
      { name: 'eventsPerCut' },
      { name: 'microsecondsPerEvent', better: 'less' },
      { name: 'median', better: 'less' },
      { name: 'bytesPerRating', better: 'less' },
      { name: 'rowsPerEvent' },
    ],
    rows: [row],
  });

function read(file: string): Interaction[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  return lines
    .map((line): Interaction => {
      const [userId = '', itemId = '', value, at_s] = line.split(',');
      return {
        userId,
        itemId,
        kind: 'rating',
        value: Number(value),
        time: Number(at_s) * 1_000,
        eventId: `${userId}-${itemId}`,
      };
    })
    .sort((a, b) => a.time - b.time || (a.eventId < b.eventId ? -1 : 1));
}
