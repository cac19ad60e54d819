/**
 * What does the engine cost beside reading the log and decoding alone? `consume`: a topology that passes nothing on;
 * `state`: one that counts by key; `produce`: one that copies. Each in a process of its own, since what the compiler has
 * learnt of one slows another down. `counted`: what it costs that the steps are counted for metrics.
 * `node bench/engine.ts consume|state|produce|counted [RECORDS] [RUNS]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, map } from 'rxjs';
import { type Reading, alarms, readings } from '../examples/hot-sensors.ts';
import { openEmbedded, type Ports } from '../src/app/compose.ts';
import { Graph } from '../src/engine/graph.ts';
import { TaskRunner } from '../src/engine/runner.ts';
import { openSqliteStateStore } from '../src/engine/state/sqlite.ts';
import { type Topology, topology } from '../src/engine/topology.ts';
import { Decoder } from '../src/stream/decoder.ts';
import { BatchBuilder, BatchCursor, Kind, outside } from '../src/transport/record.ts';
import { report, type Rival } from './report.ts';

const which = process.argv[2] ?? 'consume';
const records = Number(process.argv[3] ?? 500_000);
const runs = Number(process.argv[4] ?? 7);
/** Records read at once, and appended at once. */
const page = 10_000;
/** Most records of an epoch: a backlog fills it, whoever is caught up has what has come. */
const perEpoch = 50_000;

const empty = topology('empty', task => {
  task
    .read(readings)
    .pipe(
      map(reading => reading),
      filter(({ celsius }) => celsius > 1_000),
      map(({ sensor, at }) => ({ sensor, text: '', at })),
    )
    .subscribe(task.write(alarms));
});

const copy = topology('copy', task => {
  task
    .read(readings)
    .pipe(map(({ sensor, at }) => ({ sensor, text: '', at })))
    .subscribe(task.write(alarms));
});

const count = topology('count', task => {
  task
    .read(readings)
    .pipe(
      task.keyed('count', {
        by: ({ sensor }) => sensor,
        initial: () => 0,
        next: (n): readonly [number, readonly Reading[]] => [n + 1, []],
      }),
    )
    .subscribe(task.late());
});

let run = 0;
const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
const ports = await openEmbedded(folder);
try {
  await fill(ports);
  const rivals = {
    consume: [
      { name: `empty topology, up to ${perEpoch} an epoch`, run: () => drain(empty, perEpoch) },
      { name: `empty topology, up to ${page} an epoch`, run: () => drain(empty, page) },
    ],
    state: [{ name: 'keyed count (state)', run: () => drain(count, perEpoch) }],
    produce: [{ name: 'copy', run: () => drain(copy, perEpoch) }],
    counted: [
      { name: 'keyed count that nobody looks at', run: () => drain(count, perEpoch) },
      { name: 'its steps counted, one record in 64 timed', run: () => drain(count, perEpoch, true) },
    ],
  } satisfies Record<string, Rival[]>;
  await report({
    name: `engine-${which}`,
    question: `Records a second of a backlog of ${records} readings, ${which}, one partition, 1 to 3 operators`,
    unit: 'records/s',
    better: 'more',
    runs,
    rivals: [
      { name: 'reading the log and decoding alone', run: decodeAll },
      ...(Object.entries(rivals).find(([name]) => name === which)?.[1] ?? []),
    ],
  });
} finally {
  await ports[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
}

async function fill({ transport }: Ports): Promise<void> {
  for (const { name } of [readings, alarms]) await transport.createTopic(name, { partitions: 1 });
  await transport.createTopic('dead-letters', { partitions: 1 });
  for (let first = 0; first < records; first += page) {
    const builder = new BatchBuilder(outside, 0);
    for (let n = first; n < first + page; n++) {
      const reading = { sensor: `sensor-${(n * 7919) % 1_000}`, celsius: 20 + (n % 7), at: 1_700_000_000_000 + n };
      const envelope = { kind: Kind.value, watermark: -Infinity, origin: reading.at, key: reading.sensor, trace: '' };
      builder.add(envelope, (buffer, at) => readings.schema.encode(reading, buffer, at));
    }
    await transport.append([{ topic: readings.name, partition: 0, batches: builder.take() }]);
  }
}

async function decodeAll(): Promise<number> {
  const decoder = new Decoder(readings.schema);
  const began = performance.now();
  let decoded = 0;
  for (let from = 0; from < records;) {
    const request = { topic: readings.name, partition: 0, from, maxRecords: page, maxBytes: 1 << 24 };
    for (const batch of await ports.transport.read(request)) {
      const cursor = new BatchCursor(batch);
      const isDecoded = (): boolean => decoder.decode(cursor.bytes, cursor.valueStart, cursor.valueEnd) !== undefined;
      while (cursor.next()) decoded += isDecoded() ? 1 : 0;
      from = batch.firstOffset + batch.records;
    }
  }
  return perSecond(decoded, began);
}

/** Each run has a state and a journal of its own; the outputs of all go to one topic. */
async function drain({ name, build }: Topology, maxRecords: number, isCounted = false): Promise<number> {
  const { transport, documents, registry, clock } = ports;
  const own = topology(`${name}-${run++}`, build);
  const partitions = new Map([readings.name, alarms.name, 'dead-letters'].map(topic => [topic, 1]));
  const store = openSqliteStateStore({ path: join(folder, `${own.name}.db`) });
  const limits = { maxRecords, maxBytes: 1 << 24 };
  const runner = await TaskRunner.open(own.name, 0, {
    transport,
    documents,
    registry,
    clock,
    store,
    limits,
    graph: new Graph([own], partitions),
    ...(isCounted ? { meter: () => performance.now() } : {}),
  });
  const began = performance.now();
  await runner.drain(new AbortController().signal);
  store.close();
  return perSecond(records, began);
}

function perSecond(amount: number, began: number): number {
  return (amount * 1_000) / (performance.now() - began);
}
