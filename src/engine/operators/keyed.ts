import type { OperatorFunction } from 'rxjs';
import type { Build } from '../build.ts';
import { checkedKey } from '../key.ts';
import { json, type StateCodec } from '../state/codec.ts';
import { KeyedState } from '../state/keyed-state.ts';
import { stage } from './stage.ts';

/** State by key and what a value does to it. */
export interface KeyedOptions<T, S, R> {
  readonly by: (value: T) => string;
  readonly initial: (key: string) => S;
  /** The state afterwards (undefined forgets the key) and what to emit. Deterministic: no clock, no chance, no I/O. */
  readonly next: (state: S, value: T) => readonly [state: S | undefined, out: readonly R[]];
  /** How the state is stored; plain JSON where absent. */
  readonly codec?: StateCodec<S>;
}

/** Durable state by key; see `Task.keyed`. */
export function keyed<T, S, R>(build: Build, name: string, options: KeyedOptions<T, S, R>): OperatorFunction<T, R> {
  const { by, initial, next } = options;
  return stage<T, R>(build, name, out => {
    const states = build.step(name, () => new KeyedState<S>('keyed', options.codec ?? json<S>()), KeyedState<S>);
    return value => {
      const key = checkedKey(`The key of '${name}'`, by(value));
      const [after, emitted] = next(states.get(key) ?? initial(key), value);
      states.set(key, after);
      for (const result of emitted) out.next(result);
    };
  });
}
