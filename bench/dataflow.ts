/**
 * How long does the whole dataflow take for a backlog of ratings, and how soon after a rating does the list of its user
 * change? On plausible ratings of the size of MovieLens latest-small. `node bench/dataflow.ts [RATINGS] [LIVE]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rating } from '../schemas/types.ts';
import { openEmbedded, type Ports } from '../src/app/compose.ts';
import { Engine } from '../src/engine/engine.ts';
import { Graph } from '../src/engine/graph.ts';
import { BatchBuilder, Kind, outside } from '../src/transport/record.ts';
import { topologies } from '../topologies/index.ts';
import { ratings as stream } from '../topologies/streams.ts';
import { report, type Rival } from './report.ts';

const ratings = Number(process.argv[2] ?? 100_836);
const live = Number(process.argv[3] ?? 200);
const users = 610;
const items = 9_742;
const began = Date.UTC(2016, 0, 1);

/** Skewed like real catalogues: the square of an even chance. Repeatable: a multiplicative congruential generator. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function* plausible(count: number, seed: number, from: number): Iterable<Rating> {
  const chance = chances(seed);
  for (let n = 0; n < count; n++) {
    const user = Math.floor(chance() ** 2 * users);
    const item = Math.floor(chance() ** 3 * items);
    const value = Math.max(1, Math.min(5, 3 + ((user + item) % 3) + Math.round(chance() * 2 - 2)));
    yield {
      eventId: `${seed}-${n}`,
      tenant: '',
      userId: `u${user}`,
      sessionId: '',
      itemId: `i${item}`,
      kind: 'rating',
      value,
      time: from + n * 60_000,
    };
  }
}

async function send({ transport }: Ports, events: Iterable<Rating>): Promise<void> {
  const builder = new BatchBuilder(outside, 0);
  for (const event of events) {
    const envelope = { kind: Kind.value, watermark: -Infinity, origin: Date.now(), key: stream.key(event), trace: '' };
    builder.add(envelope, (buffer, at) => stream.schema.encode(event, buffer, at));
  }
  await transport.append([{ topic: stream.name, partition: 0, batches: builder.take() }]);
}

interface Run {
  readonly seconds: number;
  readonly restartSeconds: number;
  readonly freshness: readonly number[];
  readonly rss: number;
}

async function runOnce(): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  try {
    await using ports = await openEmbedded(folder);
    for (const topic of Graph.streamsOf(topologies)) await ports.transport.createTopic(topic, { partitions: 1 });
    await send(ports, plausible(ratings, 7, began));
    const { transport, documents, registry, clock } = ports;
    const options = { transport, documents, registry, clock, topologies, maxRecords: 10_000, budgetBytes: 1 << 28 };
    const start = performance.now();
    const engine = await Engine.open({ ...options, store: ports.openStore() });
    await engine.runUntilCaughtUp(new AbortController().signal);
    const seconds = (performance.now() - start) / 1_000;
    const again = performance.now();
    const restarted = await Engine.open({ ...options, store: ports.openStore() });
    const restartSeconds = (performance.now() - again) / 1_000;
    const freshness = await freshnessOf(ports, restarted);
    return { seconds, restartSeconds, freshness, rss: process.memoryUsage().rss / 2 ** 20 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Milliseconds from a rating's append to its user's changed list, one rating at a time, ascending. */
async function freshnessOf(ports: Ports, engine: Engine): Promise<number[]> {
  const stop = new AbortController();
  const running = engine.run(stop.signal);
  const found: number[] = [];
  for (const event of plausible(live, 11, began + ratings * 60_000)) {
    const key = { collection: 'profiles', partition: event.userId, id: event.userId };
    const before = (await ports.documents.get(key))?.etag;
    const sent = performance.now();
    await send(ports, [event]);
    while ((await ports.documents.get(key))?.etag === before) await ports.clock.turn();
    found.push(performance.now() - sent);
  }
  stop.abort();
  await running;
  return found.sort((a, b) => a - b);
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

let last: Run | undefined;
const figure = (name: string, of: (run: Run) => number): Rival => ({
  name,
  run: async () => of((last ??= await runOnce())),
});

await report({
  name: 'dataflow',
  question: `The whole dataflow on ${ratings} plausible ratings of ${users} users and ${items} items, then ${live} live ones`,
  unit: 's, s, ms, ms, MiB',
  better: 'less',
  runs: 1,
  rivals: [
    figure('backlog to lists, s', run => run.seconds),
    figure('restart, s', run => run.restartSeconds),
    figure('rating to changed documents, p50, ms', run => percentile(run.freshness, 0.5)),
    figure('rating to changed documents, p99, ms', run => percentile(run.freshness, 0.99)),
    figure('resident memory, MiB', run => run.rss),
  ],
});
