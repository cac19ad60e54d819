/**
 * How many records a second go through windows of a whole task (read, decode, fold, plan, checkpoint, write), beside a
 * Map per window that adds each value to every window it lies in, in the same task, unprotected against crashes?
 * `node bench/windows.ts [RECORDS] [RUNS]`; the best and the slowest run are printed, compare the ratio.
 */
import { map, mergeMap, type OperatorFunction } from 'rxjs';
import { openSqliteDocuments } from '../src/documents/sqlite/documents.ts';
import { Graph } from '../src/engine/graph.ts';
import { TaskRunner } from '../src/engine/runner.ts';
import { openSqliteStateStore } from '../src/engine/state/sqlite.ts';
import {
  hopping,
  minutes,
  schema,
  seconds,
  stream,
  topology,
  tumbling,
  type Task,
  type Windowed,
} from '../src/index.ts';
import { memoryRegistry } from '../src/stream/registry.ts';
import { openEmbeddedLog } from '../src/transport/embedded/open.ts';
import { BatchBuilder, Kind, outside } from '../src/transport/record.ts';

const records = Number(process.argv[2] ?? 500_000);
const runs = Number(process.argv[3] ?? 3);
const keys = 200;
const perEpoch = 10_000;
const from = 1_700_000_000_000;

interface Reading {
  readonly sensor: string;
  readonly value: number;
  readonly at: number;
}
type Sum = { count: number; sum: number };
type Counted = { readonly sensor: string; readonly start: number; readonly count: number; readonly sum: number };

const fields = [
  { name: 'sensor', type: 'string' },
  { name: 'value', type: 'double' },
  { name: 'at', type: 'double' },
];
const readings = stream<Reading>('readings', {
  schema: schema<Reading>({ type: 'record', name: 'Reading', fields }),
  key: reading => reading.sensor,
  time: reading => reading.at,
});
const countedFields = [
  { name: 'sensor', type: 'string' },
  { name: 'start', type: 'double' },
  { name: 'count', type: 'int' },
  { name: 'sum', type: 'double' },
];
const counted = stream<Counted>('counted', {
  schema: schema<Counted>({ type: 'record', name: 'Counted', fields: countedFields }),
  key: value => value.sensor,
  time: value => value.start,
});

const fold = {
  initial: (): Sum => ({ count: 0, sum: 0 }),
  add(into: Sum, { value }: Reading): Sum {
    into.count++;
    into.sum += value;
    return into;
  },
  merge: (a: Sum, b: Sum): Sum => ({ count: a.count + b.count, sum: a.sum + b.sum }),
};
const by = (reading: Reading): string => reading.sensor;

type Windows = Parameters<Task['windowed']>[1] & { readonly size: number; readonly every: number };
type Operator = OperatorFunction<Reading, Windowed<Sum>>;

const ours =
  (windows: Windows, emit: 'close' | 'update') =>
  (task: Task): Operator =>
    task.windowed('sums', windows, { by, fold, emit });

/** Each window keeps a Map of its own; state in a closure, lost at the first crash: what one would write at first. */
const naive =
  ({ size, every }: Windows, emit: 'close' | 'update') =>
  (task: Task): Operator => {
    const open = new Map<number, Map<string, Sum>>();
    const dirty = new Set<number>();
    let newest = -Infinity;
    const told = (start: number): Windowed<Sum>[] =>
      [...(open.get(start) ?? [])].map(([key, value]) => ({ key, start, end: start + size, value, retracted: false }));
    const close = (): Windowed<Sum>[] => {
      const over = [...open.keys()].filter(start => start + size <= newest);
      const results = emit === 'close' ? over.flatMap(told) : [];
      for (const start of over) open.delete(start);
      return results;
    };
    const add = (start: number, reading: Reading): void => {
      let sums = open.get(start);
      if (sums === undefined) open.set(start, (sums = new Map<string, Sum>()));
      sums.set(reading.sensor, fold.add(sums.get(reading.sensor) ?? fold.initial(), reading));
      dirty.add(start);
    };
    return source =>
      source.pipe(
        task.batched('epochs'),
        map(values => {
          const results: Windowed<Sum>[] = [];
          for (const reading of values) {
            const last = Math.floor(reading.at / every) * every;
            if (reading.at > newest) {
              newest = reading.at;
              if (!open.has(last)) results.push(...close());
            }
            for (let start = last; start > reading.at - size; start -= every) add(start, reading);
          }
          if (emit === 'update') for (const start of dirty) results.push(...told(start));
          dirty.clear();
          return results;
        }),
        flatten,
      );
  };
const flatten: OperatorFunction<readonly Windowed<Sum>[], Windowed<Sum>> = source =>
  source.pipe(mergeMap(values => values));

async function measure(operator: (task: Task) => Operator): Promise<number> {
  const sums = topology('sums', task => {
    task
      .read(readings)
      .pipe(
        operator(task),
        map(({ key, start, value }) => ({ sensor: key, start, ...value })),
      )
      .subscribe(task.write(counted));
  });
  const transport = openEmbeddedLog({ path: ':memory:' });
  for (const topic of ['readings', 'counted', 'dead-letters']) await transport.createTopic(topic, { partitions: 1 });
  const builder = new BatchBuilder(outside, 0);
  for (let n = 0; n < records; n++) {
    const reading = { sensor: `sensor-${n % keys}`, value: n % 10, at: from + n * 10 };
    builder.add({ kind: Kind.value, watermark: -Infinity, origin: 0, key: reading.sensor, trace: '' }, (buffer, at) =>
      readings.schema.encode(reading, buffer, at),
    );
    if (n % perEpoch === perEpoch - 1 || n === records - 1)
      await transport.append([{ topic: 'readings', partition: 0, batches: builder.take() }]);
  }
  const run = await TaskRunner.open('sums', 0, {
    graph: new Graph(
      [sums],
      new Map([
        ['readings', 1],
        ['counted', 1],
        ['dead-letters', 1],
      ]),
    ),
    transport,
    documents: openSqliteDocuments({ path: ':memory:', clock: () => from }),
    store: openSqliteStateStore({ path: ':memory:' }),
    registry: memoryRegistry(),
    clock: { now: () => from, sleep: () => Promise.resolve(), turn: () => Promise.resolve() },
    limits: { maxRecords: perEpoch, maxBytes: 1 << 24 },
  });
  const start = performance.now();
  while (await run.step());
  const rate = records / ((performance.now() - start) / 1_000);
  await transport.close();
  return rate;
}

const minute = tumbling({ size: minutes(1) });
const fifth = hopping({ size: minutes(1), every: seconds(12) });
const cases = {
  'tumbling 1 min, on close': [minute, 'close'],
  'hopping 1 min / 12 s, on close': [fifth, 'close'],
  'hopping 1 min / 12 s, on update': [fifth, 'update'],
} as const;

const table: Record<string, Record<string, string>> = {};
for (const [name, [windows, emit]] of Object.entries(cases)) {
  for (const [who, operator] of [
    ['windowed', ours],
    ['a Map per window', naive],
  ] as const) {
    const rates: number[] = [];
    for (let n = 0; n < runs; n++) rates.push(Math.round((await measure(operator(windows, emit))) / 1_000));
    table[`${name}: ${who}`] = { 'best k/s': String(Math.max(...rates)), 'slowest k/s': String(Math.min(...rates)) };
  }
}
console.log(
  `${records} records, ${keys} keys, 100 records a second of event time, ${perEpoch} an epoch, ${runs} runs, Node ${process.version}`,
);
console.table(table);
