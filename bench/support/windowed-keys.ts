/** Counts so many records of so many keys in windows, and tells how fast it was, and what it takes: `… KEYS RECORDS`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteDocuments } from '../../src/documents/sqlite/documents.ts';
import { Graph } from '../../src/engine/graph.ts';
import { TaskRunner } from '../../src/engine/runner.ts';
import { openSqliteStateStore } from '../../src/engine/state/sqlite.ts';
import { hours, topology, tumbling } from '../../src/index.ts';
import { memoryRegistry } from '../../src/stream/registry.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import { BatchBuilder, Kind, outside } from '../../src/transport/record.ts';
import { readings } from './operators/streams.ts';
import { heapBytes } from './state.ts';

const [keys = 10, records = 1_000_000] = process.argv.slice(2).map(Number);
const perEpoch = 10_000;
/** The beginning of an hour: all records lie in it. */
const from = 472_222 * 3_600_000;

const counted = topology('counted', task => {
  const fold = { initial: () => 0, add: (count: number) => count + 1, merge: (a: number, b: number) => a + b };
  const windows = tumbling({ size: hours(1) });
  task
    .read(readings)
    .pipe(task.windowed('counts', windows, { by: ({ sensor }) => sensor, fold, emit: 'close' }))
    .subscribe(task.late());
});

const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
const transport = openEmbeddedLog({ path: ':memory:' });
const store = openSqliteStateStore({ path: join(folder, 'state.db') });
try {
  for (const topic of [readings.name, 'dead-letters']) await transport.createTopic(topic, { partitions: 1 });
  const documents = openSqliteDocuments({ path: join(folder, 'documents.db'), clock: () => from });
  const run = await TaskRunner.open('counted', 0, {
    graph: new Graph([counted], new Map([readings.name, 'dead-letters'].map(topic => [topic, 1]))),
    transport,
    documents,
    store,
    registry: memoryRegistry(),
    clock: { now: () => from, sleep: () => Promise.resolve(), turn: () => Promise.resolve() },
    limits: { maxRecords: perEpoch, maxBytes: 1 << 24 },
  });
  const before = heapBytes();
  let spent = 0;
  // The records of an epoch are appended before it is measured, so that the log never has more than those.
  for (let first = 0; first < records; first += perEpoch) {
    await append(first, Math.min(perEpoch, records - first));
    const began = performance.now();
    while (await run.step());
    spent += performance.now() - began;
  }
  if (run.task.moved < records) throw new Error(`${run.task.moved} of ${records} records were read`);
  const heapByKey = (heapBytes() - before) / Math.min(keys, records);
  process.stdout.write(`${JSON.stringify({ recordsPerSecond: (records * 1_000) / spent, heapByKey })}\n`);
  await documents.close();
} finally {
  store.close();
  await transport.close();
  rmSync(folder, { recursive: true });
}

async function append(first: number, count: number): Promise<void> {
  const builder = new BatchBuilder(outside, 0);
  for (let n = first; n < first + count; n++) {
    const reading = {
      sensor: `sensor-${(n * 7_919) % keys}`,
      value: 1,
      at: from + Math.floor((n * 3_000_000) / records),
    };
    const envelope = { kind: Kind.value, watermark: -Infinity, origin: reading.at, key: reading.sensor, trace: '' };
    builder.add(envelope, (buffer, at) => readings.schema.encode(reading, buffer, at));
  }
  await transport.append([{ topic: readings.name, partition: 0, batches: builder.take() }]);
}
