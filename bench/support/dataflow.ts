/**
 * One run of the whole dataflow, in a process of its own so that memory is its own: what bench/dataflow.ts starts.
 * Prints a line of JSON. The log is in a folder, or at the brokers that are named.
 * `node bench/support/dataflow.ts PARTITIONS RATINGS LIVE PER_SECOND [BROKERS]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '../../src/app/compose.ts';
import { configure } from '../../src/app/configure.ts';
import { Engine } from '../../src/engine/engine.ts';
import { Graph } from '../../src/engine/graph.ts';
import { topologies } from '../../topologies/index.ts';
import type { DataflowFigures } from './dataflow-figures.ts';
import { freshnessOf, percentile } from './freshness.ts';
import { kafkaPorts } from './kafka/ports.ts';
import { plausible, send } from './ratings.ts';

const [partitions = 1, ratings = 0, live = 0, perSecond = 1] = process.argv.slice(2).map(Number);
const brokers = process.argv[6];
const mebibyte = 2 ** 20;

process.stdout.write(`${JSON.stringify(await measured())}\n`);

async function measured(): Promise<DataflowFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  try {
    await using ports = await (brokers === undefined ? openEmbedded(folder) : kafkaPorts(brokers, folder));
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
    const [p50 = NaN, p99 = NaN, worst = NaN] = [0.5, 0.99, 1].map(share => percentile(freshness, share));
    return { seconds, restartSeconds, p50, p99, worst, heap: heapUsed / mebibyte, rss: rss / mebibyte };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
