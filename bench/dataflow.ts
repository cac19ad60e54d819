/**
 * How long does the whole dataflow take for a backlog of ratings, and how soon after a rating do the documents of its user
 * change, at a steady rate? On plausible ratings of the size of MovieLens latest-small.
 * `node bench/dataflow.ts [PARTITIONS] [RATINGS] [LIVE] [LIVE A SECOND]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '../src/app/compose.ts';
import { configure } from '../src/app/configure.ts';
import { Engine } from '../src/engine/engine.ts';
import { Graph } from '../src/engine/graph.ts';
import { topologies } from '../topologies/index.ts';
import { report, type Rival } from './report.ts';
import { freshnessOf, percentile } from './support/freshness.ts';
import { items, plausible, send, users } from './support/ratings.ts';

const [partitions = 1, ratings = 100_836, live = 500, perSecond = 5] = process.argv.slice(2).map(Number);
const mebibyte = 2 ** 20;

interface Run {
  readonly seconds: number;
  readonly restartSeconds: number;
  readonly freshness: readonly number[];
  readonly heap: number;
  readonly rss: number;
}

async function runOnce(): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  try {
    await using ports = await openEmbedded(folder);
    for (const topic of Graph.streamsOf(topologies)) await ports.transport.createTopic(topic, { partitions });
    await send(ports.transport, plausible(ratings, 7));
    const { transport, documents, registry, clock } = ports;
    const options = {
      transport,
      documents,
      registry,
      clock,
      topologies,
      ...configure({ environment: {} }).config.limits,
    };
    const start = performance.now();
    const engine = await Engine.open({ ...options, store: ports.openStore() });
    await engine.runUntilCaughtUp(new AbortController().signal);
    const seconds = (performance.now() - start) / 1_000;
    const again = performance.now();
    const restarted = await Engine.open({ ...options, store: ports.openStore() });
    const restartSeconds = (performance.now() - again) / 1_000;
    const stop = new AbortController();
    const running = restarted.run(stop.signal);
    const freshness = await freshnessOf(ports, plausible(live, 11, ratings), perSecond);
    stop.abort();
    await running;
    const { heapUsed, rss } = process.memoryUsage();
    return { seconds, restartSeconds, freshness, heap: heapUsed / mebibyte, rss: rss / mebibyte };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

let last: Run | undefined;
const figure = (name: string, of: (run: Run) => number): Rival => ({
  name,
  run: async () => of((last ??= await runOnce())),
});

await report({
  name: `dataflow-${partitions}`,
  question:
    `The whole dataflow over ${partitions} partitions on ${ratings} plausible ratings of ${users} users and ` +
    `${items} items, then ${live} live ones, ${perSecond} a second`,
  unit: 's, s, ms, ms, ms, MiB, MiB',
  better: 'less',
  runs: 1,
  rivals: [
    figure('backlog to lists, s', run => run.seconds),
    figure('restart, s', run => run.restartSeconds),
    figure('rating to changed documents, p50, ms', run => percentile(run.freshness, 0.5)),
    figure('rating to changed documents, p99, ms', run => percentile(run.freshness, 0.99)),
    figure('rating to changed documents, worst, ms', run => percentile(run.freshness, 1)),
    figure('heap in use, MiB', run => run.heap),
    figure('resident memory, MiB', run => run.rss),
  ],
});
