import { type Entries, type IdRange, idsWith } from '../entries.ts';
import type { SortableKeys } from '../sortable.ts';
import type { StateCodec } from '../codec.ts';
import type { Lifetime, PlacedState, Scope, StatePlace } from './kind.ts';
import { storable } from './storable.ts';

/** Keys that are not before `from` and are before `before`; all where both are absent. */
export interface KeyRange<K> {
  readonly from?: K;
  readonly before?: K;
}

/** Many values for each key of a step, by a second key and in its order. */
export interface SortedMapState<K, V> {
  get(key: K): V | undefined;
  has(key: K): boolean;
  /** A value changed in place has to be set again. */
  set(key: K, value: V): void;
  delete(key: K): void;
  /** Undefined where there is none. */
  first(): readonly [key: K, value: V] | undefined;
  last(): readonly [key: K, value: V] | undefined;
  /**
   * In ascending order, or from the end. Each is looked for when its turn comes: what is removed meanwhile is not
   * seen, and what is set further on is.
   */
  entries(range?: KeyRange<K> & { readonly descending?: boolean }): Iterable<readonly [key: K, value: V]>;
  /** Removes a range; everything where none is given. */
  clear(range?: KeyRange<K>): void;
}

/** What maps and lists are made of: values by a second key, each an entry of its own. */
export class OrderedMap<K, V> implements SortedMapState<K, V> {
  readonly held: Entries<V>;
  readonly #scope: Scope;
  readonly #keys: SortableKeys<K>;
  readonly #lifetime: Lifetime;

  constructor({ scope, entries }: StatePlace, codec: StateCodec<V>, lifetime: Lifetime, keys: SortableKeys<K>) {
    this.#scope = scope;
    this.#keys = keys;
    this.#lifetime = lifetime;
    this.held = entries(codec, { ttl: lifetime.ttl, sorted: true });
  }

  get(key: K): V | undefined {
    const id = this.#idOf(key);
    const value = this.held.get(id, this.#scope.now);
    return value === undefined ? undefined : this.#seen(id, value);
  }

  has(key: K): boolean {
    return this.held.get(this.#idOf(key), this.#scope.now) !== undefined;
  }

  set(key: K, value: V): void {
    this.held.set(this.#idOf(key), storable(value), this.#scope.time + this.#lifetime.ttl);
  }

  delete(key: K): void {
    this.held.remove(this.#idOf(key));
  }

  first(): readonly [key: K, value: V] | undefined {
    for (const entry of this.entries()) return entry;
    return undefined;
  }

  last(): readonly [key: K, value: V] | undefined {
    for (const entry of this.entries({ descending: true })) return entry;
    return undefined;
  }

  *entries(range: KeyRange<K> & { readonly descending?: boolean } = {}): Iterable<readonly [key: K, value: V]> {
    const { prefix, now } = this.#scope;
    for (const [id, value] of this.held.scan(this.#idsOf(range), now, range.descending))
      yield [this.#keys.decode(id.slice(prefix.length)), this.#seen(id, value)];
  }

  /** The keys alone, of what is not over at `now`: asking for them prolongs nothing. */
  *keys({ descending = false, now = this.#scope.now } = {}): Iterable<K> {
    const { prefix } = this.#scope;
    for (const [id] of this.held.scan(this.#idsOf({}), now, descending))
      yield this.#keys.decode(id.slice(prefix.length));
  }

  clear(range: KeyRange<K> = {}): void {
    // What is over but not swept goes too.
    for (const [id] of this.held.scan(this.#idsOf(range), -Infinity)) this.held.remove(id);
  }

  #seen(id: string, value: V): V {
    if (this.#lifetime.prolongs) this.held.set(id, value, this.#scope.time + this.#lifetime.ttl);
    return value;
  }

  #idOf(key: K): string {
    return this.#scope.prefix + this.#keys.encode(key);
  }

  #idsOf({ from, before }: KeyRange<K>): IdRange {
    const all = idsWith(this.#scope.prefix);
    return {
      from: from === undefined ? all.from : this.#idOf(from),
      before: before === undefined ? all.before : this.#idOf(before),
    };
  }
}

export const placed = <K, V>(map: OrderedMap<K, V>): PlacedState<OrderedMap<K, V>> => ({
  handle: map,
  entries: map.held,
});
