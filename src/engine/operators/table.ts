import type { Stream } from '../../stream/stream.ts';
import type { Build } from '../build.ts';
import { checkedKey } from '../key.ts';
import { schemaCodec } from '../state/schema-codec.ts';
import { keyedValues } from '../state/keyed-values.ts';
import { checkedBound, type MemoryBound } from '../state/recent.ts';
import { read } from './read.ts';
import { sink } from './sink.ts';
import { TracedTable } from './traced-table.ts';

/** How a table is read. */
export interface TableOptions {
  /** Holds what the cuts of this stream name, no more and no less: the table of its newest record. */
  readonly upTo?: Stream<never>;
  /** Every task has the whole table. */
  readonly broadcast?: boolean;
  /** How much of it is held in memory; the rest stays on the disk of the worker. Absent: all of it. */
  readonly memory?: MemoryBound;
}

/** The latest value by key of a stream, as a task has read it. */
export interface Table<T> {
  get(key: string): T | undefined;
  /** Keys that the open epoch has set, in ascending order. */
  touched(): readonly string[];
  /** W3C trace context of the record by which the open epoch has set the key, or ''. */
  traceOf(key: string): string;
  /** All keys, in no particular order. Of a table on disk they are read there. */
  keys(): Iterable<string>;
  /** Of a table on disk its keys are counted. */
  readonly size: number;
}

/** Keeps a table; see `Task.table`. */
export function table<T>(build: Build, stream: Stream<T>, options: TableOptions): Table<T> {
  const { upTo, broadcast = false } = options;
  const { task } = build;
  const name = `table ${stream.name}`;
  const memory = options.memory && checkedBound(name, options.memory);
  const values = keyedValues(build, name, { kind: 'table', codec: schemaCodec(stream.schema), memory });
  const traced = new TracedTable(task, values);
  read(build, stream, { all: broadcast, ...(upTo === undefined ? {} : { upTo }) }).subscribe(
    sink<T>(
      task,
      name,
      value => traced.set(checkedKey(`The key of '${stream.name}'`, stream.key(value)), value),
      `step:${name}`,
    ),
  );
  return traced;
}
