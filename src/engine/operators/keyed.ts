import type { OperatorFunction } from 'rxjs';
import type { Build } from '../build.ts';
import { checkedKey } from '../key.ts';
import { json, type StateCodec } from '../state/codec.ts';
import { keyedValues } from '../state/keyed-values.ts';
import { checkedBound, type MemoryBound } from '../state/recent.ts';
import { stage } from './stage.ts';

/** State by key and what a value does to it. */
export interface KeyedOptions<T, S, R> {
  readonly by: (value: T) => string;
  readonly initial: (key: string) => S;
  /** The state afterwards (undefined forgets the key) and what to emit. Deterministic: no clock, no chance, no I/O. */
  readonly next: (state: S, value: T) => readonly [state: S | undefined, out: readonly R[]];
  /** How the state is stored; plain JSON where absent. */
  readonly codec?: StateCodec<S>;
  /**
   * How much of the state is held in memory; the rest stays on the disk of the worker. Absent: all of it. It can be
   * changed from release to release.
   */
  readonly memory?: MemoryBound;
}

/** Durable state by key; see `Task.keyed`. */
export function keyed<T, S, R>(build: Build, name: string, options: KeyedOptions<T, S, R>): OperatorFunction<T, R> {
  const { by, initial, next, codec = json<S>() } = options;
  const memory = options.memory && checkedBound(name, options.memory);
  return stage<T, R>(build, name, out => {
    const states = keyedValues(build, name, { kind: 'keyed', codec, memory });
    return value => {
      const key = checkedKey(`The key of '${name}'`, by(value));
      const [after, emitted] = next(states.get(key) ?? initial(key), value);
      states.set(key, after);
      for (const result of emitted) out.next(result);
    };
  });
}
