import { days, type Millis } from '../../stream/time.ts';
import type { StateValue } from '../step.ts';
import { type Entries, type IdRange, type ReadStored, valuesMark } from './entries.ts';
import type { EntryCodec } from './entry-codec.ts';
import { Expiries } from './expiries.ts';
import { byCodePoint } from './order.ts';
import { SortedIds } from './sorted-ids.ts';

/** How entries are kept. */
export interface EntriesOptions<S> {
  readonly codec: EntryCodec<S>;
  /** How long one lives; Infinity: for ever. They are swept by parts of it. */
  readonly ttl: Millis;
  /** Whether they are asked for in order. */
  readonly sorted: boolean;
}

/** Entries in memory; what an epoch touches goes into its checkpoint, and comes back from there on failure. */
export class MemoryEntries<S> implements Entries<S> {
  readonly #codec: EntryCodec<S>;
  readonly #values = new Map<string, S>();
  readonly #ids: SortedIds | undefined;
  readonly #expiries: Expiries;
  readonly #dirty = new Set<string>();
  /** What entries on disk need beside them, and these do not: an earlier release kept them there. */
  readonly #needless = new Set<string>();

  constructor({ codec, ttl, sorted }: EntriesOptions<S>) {
    this.#codec = codec;
    this.#ids = sorted ? new SortedIds() : undefined;
    this.#expiries = new Expiries(ttl === Infinity ? formerTtl : ttl);
  }

  get size(): number {
    return this.#values.size;
  }

  get(id: string, now: Millis): S | undefined {
    return this.#expiries.isOver(id, now) ? undefined : this.#values.get(id);
  }

  set(id: string, value: S, expiry: Millis): void {
    this.#put(id, value, expiry);
    this.#dirty.add(id);
  }

  remove(id: string): void {
    if (this.#values.has(id)) this.#dirty.add(id);
    this.#drop(id);
  }

  *scan({ from, before }: IdRange, now: Millis, descending = false): Generator<readonly [id: string, value: S]> {
    const ids = this.#ids;
    if (ids === undefined) return;
    let id = descending ? ids.lastBefore(before) : ids.atOrAfter(from);
    while (id !== undefined && (descending ? byCodePoint(id, from) >= 0 : byCodePoint(id, before) < 0)) {
      const value = this.get(id, now);
      if (value !== undefined) yield [id, value];
      id = descending ? ids.lastBefore(id) : ids.atOrAfter(`${id}\0`);
    }
  }

  get nextSweep(): Millis {
    return this.#expiries.next;
  }

  sweep(now: Millis): void {
    for (const id of this.#expiries.over(now)) this.remove(id);
    this.#expiries.schedule();
  }

  *changes(): Iterable<readonly [id: string, value: StateValue | null]> {
    for (const id of this.#dirty) {
      const value = this.#values.get(id);
      yield [valuesMark + id, value === undefined ? null : this.#codec.encode(value, this.#expiries.of(id))];
    }
    for (const id of this.#needless) yield [id, null];
  }

  committed(): void {
    this.#dirty.clear();
    this.#needless.clear();
  }

  undo(read: ReadStored): void {
    for (const id of this.#dirty) {
      const stored = read(valuesMark + id);
      if (stored === undefined) this.#drop(id);
      else this.#take(id, stored);
    }
    this.#dirty.clear();
    this.#expiries.schedule();
  }

  restore(marked: string, stored: StateValue): void {
    if (marked.startsWith(valuesMark)) this.#take(marked.slice(1), stored);
    else this.#needless.add(marked);
  }

  #take(id: string, stored: StateValue): void {
    const { value, expiry } = this.#codec.decode(stored);
    this.#put(id, value, expiry);
  }

  #put(id: string, value: S, expiry: Millis): void {
    if (!this.#values.has(id)) this.#ids?.add(id);
    this.#values.set(id, value);
    if (expiry === Infinity) this.#expiries.remove(id);
    else this.#expiries.set(id, expiry);
  }

  #drop(id: string): void {
    if (!this.#values.delete(id)) return;
    this.#ids?.remove(id);
    this.#expiries.remove(id);
  }
}

/** For what an earlier release wrote that gave its values an end: it keeps it. */
const formerTtl = days(1);
