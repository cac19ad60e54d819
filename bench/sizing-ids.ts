/**
 * What does an event leave whose id is known for a day, so that it counts once however often it is sent: on the disk of
 * who reads it, and in memory? The real intake, on a log and checkpoints of their own. `node bench/sizing-ids.ts`, two
 * minutes.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rating } from '../schemas/types.ts';
import { openEmbedded } from '../src/app/compose.ts';
import { configure } from '../src/app/configure.ts';
import { Engine } from '../src/engine/engine.ts';
import { Graph } from '../src/engine/graph.ts';
import { intake } from '../topologies/intake.ts';
import { keep } from './support/als/keep.ts';
import { collect } from './support/collect.ts';
import { send } from './support/ratings.ts';
import { ratingOf } from './support/sizing/fill.ts';
import { machine, repeat } from './support/write.ts';

const events = 500_000;
const together = 10_000;
const hour_ms = 3_600_000;
const began = Date.UTC(2026, 0, 1);

/** As producers make them: a UUID. */
const eventIdOf = (n: number): string =>
  createHash('sha256')
    .update(String(n))
    .digest('hex')
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

function* ratingsFrom(from: number, count: number): Generator<Rating> {
  for (let n = from; n < from + count; n++) {
    const time = began + Math.floor((n / (2 * events)) * hour_ms);
    yield ratingOf({ eventId: eventIdOf(n), user: n % 5_000, item: n % 997, stars: 1 + (n % 5), time });
  }
}

interface Left {
  readonly heap: number;
  readonly disk: number;
  readonly seconds: number;
}

/** What is there once so many events of one hour have been read. */
async function after(count: number): Promise<Left> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-ids-'));
  try {
    let seconds = 0;
    let heap = 0;
    {
      await using ports = await openEmbedded(folder);
      const { transport, documents, registry, clock } = ports;
      for (const topic of Graph.streamsOf([intake])) await transport.createTopic(topic, { partitions: 1 });
      const { limits } = configure({ environment: {} }).config;
      const store = ports.openStore();
      const engine = await Engine.open({
        transport,
        documents,
        registry,
        clock,
        store,
        topologies: [intake],
        ...limits,
      });
      for (let from = 0; from < count; from += together) {
        await send(transport, ratingsFrom(from, together));
        const start = performance.now();
        for (const runner of engine.runners) await runner.drain(new AbortController().signal);
        seconds += (performance.now() - start) / 1_000;
      }
      collect();
      heap = process.memoryUsage().heapUsed;
    }
    const files = readdirSync(folder).filter(name => name.startsWith('state.db'));
    const disk = files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    return { heap, disk, seconds };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await after(together); // what is loaded and compiled meanwhile is nobody's id
const [some, twice] = [await after(events), await after(2 * events)];
const each = (of: (left: Left) => number): number => (of(twice) - of(some)) / events;
const rows = [
  {
    what: 'an event of the last day',
    events,
    'bytes on disk': Math.round(each(({ disk }) => disk)),
    'bytes held': Math.max(0, Math.round(each(({ heap }) => heap))),
    'µs to read it': Number((each(({ seconds }) => seconds) * 1e6).toPrecision(3)),
  },
];
console.table(rows);
keep({
  kind: 'table',
  name: 'sizing-ids',
  question: 'What does an event leave whose id is known?',
  repeat: repeat(),
  machine: machine(),
  notes: [
    `Where ${2 * events} events come within an hour, less where ${events} do, by event: files of the checkpoints once they are closed, heap after a full collection. Ids are UUIDs.`,
  ],
  settings: { events },
  columns: [
    { name: 'what' },
    { name: 'events' },
    { name: 'bytes on disk', better: 'less' },
    { name: 'bytes held', better: 'less' },
    { name: 'µs to read it', better: 'less' },
  ],
  rows,
});
