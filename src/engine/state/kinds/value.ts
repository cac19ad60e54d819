import { codecOf, lifetimeOf, type StateKind, type StateOf, type StateOptions } from './kind.ts';
import { storable } from './storable.ts';

/** One value for each key of a step. */
export interface ValueState<V> {
  /** Undefined where there is none, or where it is over. */
  get(): V | undefined;
  /** A value changed in place has to be set again. */
  set(value: V): void;
  clear(): void;
}

/** One value for each key: of a schema, or of a codec; of plain JSON where neither is given. */
export function valueState<V>(of?: StateOf<V>, options: StateOptions = {}): StateKind<ValueState<V>> {
  const { ttl, prolongs } = lifetimeOf('value state', options);
  const codec = codecOf(of);
  return {
    kind: 'value',
    codec,
    timed: ttl < Infinity,
    query: stored => stored.value(),
    place({ scope, entries }) {
      const values = entries(codec, { ttl, sorted: false });
      const handle: ValueState<V> = {
        get() {
          const value = values.get(scope.key, scope.now);
          if (prolongs && value !== undefined) values.set(scope.key, value, scope.time + ttl);
          return value;
        },
        set: value => values.set(scope.key, storable(value), scope.time + ttl),
        clear: () => values.remove(scope.key),
      };
      return { handle, entries: values };
    },
  };
}
