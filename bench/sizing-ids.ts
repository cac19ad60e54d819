/**
 * What does an event leave in memory whose id is known, so that it counts once however often it is sent? The real intake,
 * with events that all come within a day, and with events most of which came before it. `node bench/sizing-ids.ts`, a minute.
 */
import { createHash } from 'node:crypto';
import { testTopology } from '../src/testing.ts';
import { intake } from '../topologies/intake.ts';
import { ratings } from '../topologies/streams.ts';
import { keep } from './support/als/keep.ts';
import { collect } from './support/collect.ts';
import { ratingOf } from './support/sizing/fill.ts';
import { machine, repeat } from './support/write.ts';

const events = 100_000;
const together = 1_000;
const hour_ms = 3_600_000;
const days = 50;
const began = Date.UTC(2026, 0, 1);

function heldBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** As producers make them: a UUID. */
const eventIdOf = (n: number): string =>
  createHash('sha256')
    .update(String(n))
    .digest('hex')
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** Bytes that are held for each event, whatever else is kept of it, where events come within so long. */
async function heldFor(within_ms: number): Promise<number> {
  const before = heldBytes();
  await using run = await testTopology(intake, { start: began });
  for (let from = 0; from < events; from += together) {
    const some = Array.from({ length: together }, (_, k) => {
      const n = from + k;
      const time = began + Math.floor((n / events) * within_ms);
      return ratingOf({ eventId: eventIdOf(n), user: n % 5_000, item: n % 997, stars: 1 + (n % 5), time });
    });
    await run.send(ratings, ...some);
  }
  return (heldBytes() - before) / events;
}

// What a test keeps to look at is the same in both: only of the second most ids are forgotten by the end.
const [known, forgotten] = [await heldFor(hour_ms), await heldFor(days * 24 * hour_ms)];
const rows = [{ what: 'an event of the last day', events, bytes: Math.round((known - forgotten) / (1 - 1 / days)) }];
console.table(rows);
keep({
  kind: 'table',
  name: 'sizing-ids',
  question: 'What does an event leave in memory whose id is known?',
  repeat: repeat(),
  machine: machine(),
  notes: [
    `Of the heap after full collections: where all events come within an hour, less where they come within ${days} days. Ids are UUIDs.`,
  ],
  settings: { events },
  columns: [{ name: 'what' }, { name: 'events' }, { name: 'bytes', better: 'less' }],
  rows,
});
