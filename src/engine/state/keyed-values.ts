import type { Build } from '../build.ts';
import type { StateCodec } from './codec.ts';
import { KeyedOnDisk } from './keyed-on-disk.ts';
import { KeyedState } from './keyed-state.ts';
import type { MemoryBound } from './recent.ts';

/** Values by key, wherever they are kept. */
export interface KeyedValues<S> {
  get(key: string): S | undefined;
  /** An undefined value removes the key. A value changed in place has to be set again. */
  set(key: string, value: S | undefined): void;
  /** Keys set since the last checkpoint, in ascending order. */
  touched(): string[];
  keys(): Iterable<string>;
  readonly size: number;
}

export interface KeyedValuesOptions<S> {
  readonly kind: string;
  readonly codec: StateCodec<S>;
  /** Absent: all of them are held in memory. */
  readonly memory?: MemoryBound | undefined;
}

/** The step that keeps them. From release to release they may move: both store the same. */
export function keyedValues<S>(
  build: Build,
  name: string,
  { kind, codec, memory }: KeyedValuesOptions<S>,
): KeyedValues<S> {
  return memory === undefined
    ? build.step(name, () => new KeyedState<S>(kind, codec), KeyedState<S>)
    : build.step(name, () => new KeyedOnDisk<S>(kind, codec, memory), KeyedOnDisk<S>);
}
