/**
 * What does an epoch cost that brings a single record through plan, flush and checkpoint, beside one durable append to
 * the log? `node bench/commit.ts [EPOCHS] [RUNS]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { map } from 'rxjs';
import { alarms, readings } from '../examples/hot-sensors.ts';
import { openEmbedded } from '../src/app/compose.ts';
import { Graph } from '../src/engine/graph.ts';
import { TaskRunner } from '../src/engine/runner.ts';
import { openSqliteStateStore } from '../src/engine/state/sqlite.ts';
import { type Topology, topology } from '../src/engine/topology.ts';
import { BatchBuilder, Kind, outside } from '../src/transport/record.ts';
import { report } from './report.ts';

const [epochs = 500, runs = 5] = process.argv.slice(2).map(Number);

const consume = topology('consume', task => {
  task.read(readings).subscribe(task.late());
});
const copy = topology('copy', task => {
  task
    .read(readings)
    .pipe(map(({ sensor, at }) => ({ sensor, text: '', at })))
    .subscribe(task.write(alarms));
});
const serve = topology('serve', task => {
  task
    .read(readings)
    .subscribe(task.replace('sensors', { id: ({ sensor }) => sensor, body: ({ celsius }) => ({ celsius }) }));
});

const topics = [readings.name, alarms.name, 'dead-letters'];
const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
const ports = await openEmbedded(folder);
let run = 0;
try {
  for (const topic of topics) await ports.transport.createTopic(topic, { partitions: 1 });
  const batches = one();
  for (let n = 0; n < epochs; n++) await append(batches);
  await report({
    name: 'epoch-commit',
    question: `Milliseconds for an epoch of one record, mean of ${epochs}`,
    unit: 'ms',
    better: 'less',
    runs,
    rivals: [
      { name: 'one durable append of one record', run: () => each(() => append(batches, alarms.name)) },
      { name: 'an epoch that only consumes', run: () => drained(consume) },
      { name: 'an epoch that appends a record', run: () => drained(copy) },
      { name: 'an epoch that writes a document', run: () => drained(serve) },
    ],
  });
} finally {
  await ports[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
}

function one() {
  const reading = { sensor: 'sensor', celsius: 20, at: 1_700_000_000_000 };
  const builder = new BatchBuilder(outside, 0);
  const envelope = { kind: Kind.value, watermark: -Infinity, origin: reading.at, key: reading.sensor, trace: '' };
  builder.add(envelope, (buffer, at) => readings.schema.encode(reading, buffer, at));
  return builder.take();
}

async function append(batches: ReturnType<typeof one>, topic: string = readings.name): Promise<void> {
  await ports.transport.append([{ topic, partition: 0, batches }]);
}

async function each(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  for (let n = 0; n < epochs; n++) await work();
  return (performance.now() - began) / epochs;
}

/** Each run has a state and a journal of its own. */
async function drained({ name, build }: Topology): Promise<number> {
  const { transport, documents, registry, clock } = ports;
  const own = topology(`${name}-${run++}`, build);
  const store = openSqliteStateStore({ path: join(folder, `${own.name}.db`) });
  const graph = new Graph([own], new Map(topics.map(topic => [topic, 1])));
  const limits = { maxRecords: 1, maxBytes: 1 << 20 };
  const runner = await TaskRunner.open(own.name, 0, { transport, documents, registry, clock, store, limits, graph });
  const mean = await each(() => runner.step());
  store.close();
  return mean;
}
