import { BuildError } from '../../errors.ts';
import { numberKeys, type SortableKeys, textKeys } from '../sortable.ts';
import { codecOf, lifetimeOf, type StateKind, type StateOf, type StateOptions } from './kind.ts';
import { OrderedMap, placed, type SortedMapState } from './ordered.ts';

/** The second keys of a sorted map: numbers, such as event times, or texts in the order of their code points. */
export interface SortedMapOptions<K extends 'number' | 'text' = 'number' | 'text'> extends StateOptions {
  readonly keys?: K;
}

/** A sorted map for each key, by numbers where nothing else is said: ranges, first and last, removal of a range. */
export function sortedMapState<V>(
  of?: StateOf<V>,
  options?: SortedMapOptions<'number'>,
): StateKind<SortedMapState<number, V>>;
export function sortedMapState<V>(
  of: StateOf<V> | undefined,
  options: SortedMapOptions<'text'>,
): StateKind<SortedMapState<string, V>>;
export function sortedMapState<V>(
  of?: StateOf<V>,
  options: SortedMapOptions = {},
): StateKind<SortedMapState<number, V>> | StateKind<SortedMapState<string, V>> {
  const { keys = 'number' } = options;
  if (keys === 'number') return sortedBy(numberKeys, of, options);
  if (!names.includes(keys))
    throw new BuildError(`A sorted map has keys '${keys}'`, `Choose among ${names.join(', ')}`);
  return sortedBy(textKeys, of, options);
}

const names: readonly string[] = ['number', 'text'];

function sortedBy<K, V>(
  keys: SortableKeys<K>,
  of: StateOf<V> | undefined,
  options: SortedMapOptions,
): StateKind<SortedMapState<K, V>> {
  const lifetime = lifetimeOf('sorted map state', options, ['keys']);
  const codec = codecOf(of);
  return {
    kind: `sorted map by ${keys.name}`,
    codec,
    timed: lifetime.ttl < Infinity,
    query: stored => stored.entries().map(([id, value]) => [keys.decode(id), value] as const),
    place: where => placed(new OrderedMap(where, codec, lifetime, keys)),
  };
}
