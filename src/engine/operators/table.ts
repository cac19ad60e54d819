import type { Stream } from '../../stream/stream.ts';
import type { Build } from '../build.ts';
import { checkedKey } from '../key.ts';
import { schemaCodec } from '../state/schema-codec.ts';
import { KeyedState } from '../state/keyed-state.ts';
import { read } from './read.ts';
import { sink } from './sink.ts';

/** How a table is read. */
export interface TableOptions {
  /** Holds what the cuts of this stream name, no more and no less: the table of its newest record. */
  readonly upTo?: Stream<never>;
  /** Every task has the whole table. */
  readonly broadcast?: boolean;
}

/** The latest value by key of a stream, as a task has read it. */
export interface Table<T> {
  get(key: string): T | undefined;
  /** Keys that the open epoch has set, in ascending order. */
  touched(): readonly string[];
  /** All keys, in no particular order. */
  keys(): Iterable<string>;
  readonly size: number;
}

/** Keeps a table; see `Task.table`. */
export function table<T>(build: Build, stream: Stream<T>, options: TableOptions): Table<T> {
  const { upTo, broadcast = false } = options;
  const { task } = build;
  const make = (): KeyedState<T> => new KeyedState<T>('table', schemaCodec(stream.schema));
  const name = `table ${stream.name}`;
  const values = build.step(name, make, KeyedState<T>);
  read(build, stream, { all: broadcast, ...(upTo === undefined ? {} : { upTo }) }).subscribe(
    sink<T>(
      task,
      name,
      value => values.set(checkedKey(`The key of '${stream.name}'`, stream.key(value)), value),
      `step:${name}`,
    ),
  );
  return values;
}
