import { textKeys } from '../sortable.ts';
import { codecOf, lifetimeOf, type StateKind, type StateOf, type StateOptions } from './kind.ts';
import { OrderedMap, placed, type SortedMapState } from './ordered.ts';

/** Values by a second key for each key of a step: `entries` answers them in the order of the code points of that key. */
export interface MapState<V> extends Pick<SortedMapState<string, V>, 'get' | 'has' | 'set' | 'delete'> {
  /** Each is looked for when its turn comes: what is removed meanwhile is not seen, and what is set further on is. */
  entries(): Iterable<readonly [key: string, value: V]>;
  clear(): void;
}

/** A map for each key. One change of it writes one entry, however many it holds. */
export function mapState<V>(of?: StateOf<V>, options: StateOptions = {}): StateKind<MapState<V>> {
  const lifetime = lifetimeOf('map state', options);
  const codec = codecOf(of);
  return {
    kind: 'map',
    codec,
    timed: lifetime.ttl < Infinity,
    query: stored => stored.entries(),
    place: where => placed(new OrderedMap(where, codec, lifetime, textKeys)),
  };
}
