import { BuildError } from '../../errors.ts';
import { numberKeys } from '../sortable.ts';
import { codecOf, lifetimeOf, type StateKind, type StateOf, type StateOptions } from './kind.ts';
import { OrderedMap } from './ordered.ts';

/** Values for each key of a step, in the order in which they were added. */
export interface ListState<V> {
  add(value: V): void;
  first(): V | undefined;
  last(): V | undefined;
  /** Oldest first, or newest first. */
  values(order?: 'newest first'): Iterable<V>;
  /** Removes the oldest; nothing where there is none. */
  shift(): void;
  clear(): void;
}

/** How long a list may be, and what happens then. */
export interface ListOptions extends StateOptions {
  readonly atMost: number;
  /** 'forget' removes the oldest value; 'refuse' throws, so that the record becomes a dead letter. 'forget' where absent. */
  readonly whenFull?: 'forget' | 'refuse';
}

/** A list has as many values as it may have, and refuses to forget one. */
export class ListFull extends RangeError {}

/** A bounded list for each key. Adding a value writes one entry, and removes one where the list is full. */
export function listState<V>(of: StateOf<V> | undefined, options: ListOptions): StateKind<ListState<V>> {
  const lifetime = lifetimeOf('list state', options, ['atMost', 'whenFull']);
  const { atMost, whenFull = 'forget' } = options;
  if (!Number.isSafeInteger(atMost) || atMost < 1)
    throw new BuildError(`A list state is to have at most ${atMost} values`, 'Give a whole number above 0 as atMost');
  if (!rules.includes(whenFull))
    throw new BuildError(`A full list state is to '${whenFull}'`, `Choose among ${rules.join(', ')}`);
  const codec = codecOf(of);
  return {
    kind: 'list',
    codec,
    timed: lifetime.ttl < Infinity,
    query: stored => stored.entries().map(([, value]) => value),
    place(where) {
      const numbered = new OrderedMap(where, codec, lifetime, numberKeys);
      const handle = new BoundedList(numbered, atMost, whenFull);
      return { handle, entries: numbered.held };
    },
  };
}

/** Values under numbers, each one more than that of the newest. */
class BoundedList<V> implements ListState<V> {
  readonly #numbered: OrderedMap<number, V>;
  readonly #atMost: number;
  readonly #whenFull: 'forget' | 'refuse';

  constructor(numbered: OrderedMap<number, V>, atMost: number, whenFull: 'forget' | 'refuse') {
    this.#numbered = numbered;
    this.#atMost = atMost;
    this.#whenFull = whenFull;
  }

  add(value: V): void {
    // One that is over for this record need not be for the next, which may be older: it keeps its place.
    const newest = firstOf(this.#numbered.keys({ descending: true, now: -Infinity }));
    if (this.#isFull(newest)) {
      if (this.#whenFull === 'refuse')
        throw new ListFull(`The list has ${this.#atMost} values, as many as it may have`);
      this.shift();
    }
    this.#numbered.set(newest === undefined ? 0 : newest + 1, value);
  }

  first(): V | undefined {
    return this.#numbered.first()?.[1];
  }

  last(): V | undefined {
    return this.#numbered.last()?.[1];
  }

  *values(order?: 'newest first'): Iterable<V> {
    for (const [, value] of this.#numbered.entries({ descending: order === 'newest first' })) yield value;
  }

  shift(): void {
    const oldest = firstOf(this.#numbered.keys());
    if (oldest !== undefined) this.#numbered.delete(oldest);
  }

  clear(): void {
    this.#numbered.clear();
  }

  /** Without counting where the numbers tell: only what was over has left gaps between them. */
  #isFull(newest: number | undefined): boolean {
    const oldest = firstOf(this.#numbered.keys());
    if (newest === undefined || oldest === undefined || newest - oldest + 1 < this.#atMost) return false;
    let count = 0;
    for (const _ of this.#numbered.keys()) if (++count >= this.#atMost) return true;
    return false;
  }
}

function firstOf<K>(keys: Iterable<K>): K | undefined {
  for (const key of keys) return key;
  return undefined;
}

const rules: readonly string[] = ['forget', 'refuse'];
