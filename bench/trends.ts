/**
 * How many ratings a second do `intake` and `trends` take from a backlog, each beside reading and decoding its input
 * alone? `node bench/trends.ts [RATINGS] [RUNS]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded, type Ports } from '../src/app/compose.ts';
import { configure } from '../src/app/configure.ts';
import { Engine } from '../src/engine/engine.ts';
import { Graph } from '../src/engine/graph.ts';
import { Decoder } from '../src/stream/decoder.ts';
import { BatchCursor } from '../src/transport/record.ts';
import { topologies } from '../topologies/index.ts';
import { ratings as stream } from '../topologies/streams.ts';
import { report, together } from './report.ts';
import { plausible, send } from './support/ratings.ts';

const [ratings = 100_836, runs = 3] = process.argv.slice(2).map(Number);

const figure = together(measured);

await report({
  name: 'trends',
  question: `Ratings a second from a backlog of ${ratings}, one partition`,
  unit: 'ratings/s',
  better: 'more',
  runs,
  rivals: [
    { name: 'reading the log and decoding alone', run: figure(rates => rates.decoded) },
    { name: 'intake (validate, once, by item)', run: figure(rates => rates.intake) },
    { name: 'trends (hours and days, on update)', run: figure(rates => rates.trends) },
  ],
});

async function measured() {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  try {
    await using ports = await openEmbedded(folder);
    for (const topic of Graph.streamsOf(topologies)) await ports.transport.createTopic(topic, { partitions: 1 });
    await send(ports.transport, plausible(ratings, 7));
    const decoded = await perSecond(() => decodeAll(ports));
    return {
      decoded,
      intake: await perSecond(() => drain(ports, 'intake')),
      trends: await perSecond(() => drain(ports, 'trends')),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function perSecond(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (ratings * 1_000) / (performance.now() - began);
}

async function drain(ports: Ports, name: string): Promise<void> {
  const { transport, documents, registry, clock } = ports;
  const options = {
    transport,
    documents,
    registry,
    clock,
    store: ports.openStore(),
    topologies,
    ...configure({ environment: {} }).config.limits,
  };
  const engine = await Engine.open({ ...options, run: [name] });
  for (const runner of engine.runners) await runner.drain(new AbortController().signal);
}

async function decodeAll({ transport }: Ports): Promise<void> {
  const decoder = new Decoder(stream.schema);
  for (let from = 0; from < ratings;) {
    const request = {
      topic: stream.name,
      partition: 0,
      from,
      maxRecords: configure({ environment: {} }).config.limits.maxRecords,
      maxBytes: 1 << 24,
    };
    for (const batch of await transport.read(request)) {
      const cursor = new BatchCursor(batch);
      while (cursor.next()) decoder.decode(cursor.bytes, cursor.valueStart, cursor.valueEnd);
      from = batch.firstOffset + batch.records;
    }
  }
}
