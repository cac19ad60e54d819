/**
 * How many records a second go through windows of a whole task (read, decode, fold, plan, checkpoint, write), beside two
 * others in the same task: a Map per window, unprotected against crashes, and an update of each of its windows with every
 * record? All read the same records, and must leave the same last result by sensor and window.
 * `node bench/windows.ts [RECORDS] [RUNS]`
 */
import { openSqliteDocuments } from '../src/documents/sqlite/documents.ts';
import { Graph } from '../src/engine/graph.ts';
import { TaskRunner } from '../src/engine/runner.ts';
import { openSqliteStateStore } from '../src/engine/state/sqlite.ts';
import { hopping, minutes, seconds, topology, tumbling } from '../src/index.ts';
import { Decoder } from '../src/stream/decoder.ts';
import { memoryRegistry } from '../src/stream/registry.ts';
import { openEmbeddedLog } from '../src/transport/embedded/open.ts';
import type { Transport } from '../src/transport/port.ts';
import { BatchBuilder, BatchCursor, Kind, outside } from '../src/transport/record.ts';
import { report, type Rival } from './report.ts';
import {
  counted,
  mapPerWindow,
  readings,
  updatePerWindow,
  windowed,
  type Emit,
  type Summing,
  type Windows,
} from './support/windows.ts';

const [records = 200_000, runs = 5] = process.argv.slice(2).map(Number);
const keys = 200;
const perEpoch = 10_000;
const perSecond = 100;
const from = 1_700_000_000_000;
const topics = [readings.name, counted.name, 'dead-letters'];

const minute = tumbling({ size: minutes(1) });
const fifth = hopping({ size: minutes(1), every: seconds(12) });
const told = new Map<string, string>();

await report({
  name: 'windows',
  question:
    `Records a second through windows of a whole task, ${records} records of ${keys} sensors, ${perSecond} a second of ` +
    `event time, ${perEpoch} an epoch`,
  unit: 'records/s',
  better: 'more',
  runs,
  rivals: [
    ...rivals('tumbling 1 min, on close', minute, 'close'),
    ...rivals('hopping 1 min / 12 s, on close', fifth, 'close'),
    ...rivals('hopping 1 min / 12 s, on update', fifth, 'update'),
  ],
});

function rivals(subject: string, windows: Windows, emit: Emit): Rival[] {
  const rival = (name: string, summing: Summing): Rival => ({ subject, name, run: () => measure(subject, summing) });
  return [
    rival('a Map per window, lost in a crash', mapPerWindow(windows, emit)),
    ...(emit === 'update' ? [rival('5 durable updates a record', updatePerWindow(windows))] : []),
    rival('windowed', windowed(windows, emit)),
  ];
}

async function measure(subject: string, summing: Summing): Promise<number> {
  const sums = topology('sums', task => {
    task.read(readings).pipe(summing(task)).subscribe(task.write(counted));
  });
  const transport = openEmbeddedLog({ path: ':memory:' });
  await fill(transport);
  const run = await TaskRunner.open('sums', 0, {
    graph: new Graph([sums], new Map(topics.map(topic => [topic, 1]))),
    transport,
    documents: openSqliteDocuments({ path: ':memory:', clock: () => from }),
    store: openSqliteStateStore({ path: ':memory:' }),
    registry: memoryRegistry(),
    clock: { now: () => from, sleep: () => Promise.resolve(), turn: () => Promise.resolve() },
    limits: { maxRecords: perEpoch, maxBytes: 1 << 24 },
  });
  const began = performance.now();
  while (await run.step());
  const rate = (records * 1_000) / (performance.now() - began);
  await checkEqual(subject, transport);
  await transport.close();
  return rate;
}

async function fill(transport: Transport): Promise<void> {
  for (const topic of topics) await transport.createTopic(topic, { partitions: 1 });
  const builder = new BatchBuilder(outside, 0);
  for (let n = 0; n < records; n++) {
    const reading = { sensor: `sensor-${n % keys}`, value: n % 10, at: from + n * (1_000 / perSecond) };
    const envelope = { kind: Kind.value, watermark: -Infinity, origin: 0, key: reading.sensor, trace: '' };
    builder.add(envelope, (buffer, at) => readings.schema.encode(reading, buffer, at));
    if (n % perEpoch === perEpoch - 1 || n === records - 1)
      await transport.append([{ topic: readings.name, partition: 0, batches: builder.take() }]);
  }
}

/** Rivals whose results differ did not do the same work. */
async function checkEqual(subject: string, transport: Transport): Promise<void> {
  const last = [...(await lastResults(transport))].map(([window, result]) => `${window}: ${result}`);
  const results = last.sort().join('; ');
  const before = told.get(subject) ?? results;
  told.set(subject, before);
  if (before !== results) throw new Error(`The rivals of '${subject}' told different windows`);
}

async function lastResults(transport: Transport): Promise<Map<string, string>> {
  const decoder = new Decoder(counted.schema);
  const last = new Map<string, string>();
  for await (const { bytes, valueStart, valueEnd } of recordsOf(transport)) {
    const result = decoder.decode(bytes, valueStart, valueEnd);
    if (result !== undefined) last.set(`${result.sensor} ${result.start}`, `${result.count} ${result.sum}`);
  }
  return last;
}

/** Stands on each record of the results in turn. */
async function* recordsOf(transport: Transport): AsyncGenerator<BatchCursor> {
  for (let offset = 0; ;) {
    const request = { topic: counted.name, partition: 0, from: offset, maxRecords: perEpoch, maxBytes: 1 << 24 };
    const batches = await transport.read(request);
    if (batches.length === 0) return;
    for (const batch of batches) {
      const cursor = new BatchCursor(batch);
      while (cursor.next()) yield cursor;
      offset = batch.firstOffset + batch.records;
    }
  }
}
