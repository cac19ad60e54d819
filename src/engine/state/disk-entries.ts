import { days, type Millis } from '../../stream/time.ts';
import type { StateValue, StoredEntries } from '../step.ts';
import { DiskTable } from './disk-table.ts';
import { afterAll, endsMark, type Entries, type IdRange, valuesMark } from './entries.ts';
import type { Kept } from './entry-codec.ts';
import { partEnd, partOf } from './expiries.ts';
import type { EntriesOptions } from './memory-entries.ts';
import type { MemoryBound } from './recent.ts';
import { numberKeys } from './sortable.ts';

export interface DiskEntriesOptions<S> extends EntriesOptions<S> {
  /** What the checkpoint holds of the step; `name` is before all that these entries have in it. */
  readonly stored: () => StoredEntries;
  readonly name: string;
  readonly memory: MemoryBound;
}

/**
 * Entries that stay in the checkpoint, behind a bounded cache. Beside them stands, for each that has an end, in which part
 * of a lifetime it is over: what is swept is found without looking at the rest.
 */
export class DiskEntries<S> implements Entries<S> {
  readonly #values: DiskTable<Kept<S>>;
  readonly #ends: DiskTable<true>;
  /** Up to which id it is known when values are over, while that is not known of all of them. */
  readonly #indexed: DiskTable<string>;
  #isIndexed = false;
  readonly #part: Millis;
  readonly #hasEnds: boolean;
  /** Undefined where it has to be looked for. */
  #next: Millis | undefined;

  constructor({ codec, ttl, stored, name, memory }: DiskEntriesOptions<S>) {
    this.#values = new DiskTable({
      name,
      mark: valuesMark,
      stored,
      memory,
      encode: ({ value, expiry }) => codec.encode(value, expiry),
      decode: bytes => codec.decode(bytes),
    });
    this.#ends = new DiskTable({
      name,
      mark: endsMark,
      stored,
      memory: { entries: 0 },
      encode: () => '',
      decode: () => true,
    });
    this.#indexed = new DiskTable({
      name,
      mark: indexedMark,
      stored,
      memory: { entries: 1 },
      encode: id => id,
      decode: id => (typeof id === 'string' ? id : Buffer.from(id).toString()),
    });
    this.#hasEnds = ttl < Infinity;
    this.#part = partOf(ttl === Infinity ? days(1) : ttl);
  }

  get(id: string, now: Millis): S | undefined {
    const kept = this.#values.find(id);
    return kept === undefined || kept.expiry <= now ? undefined : kept.value;
  }

  set(id: string, value: S, expiry: Millis): void {
    if (this.#hasEnds) this.#moveEnd(id, this.#values.find(id)?.expiry ?? Infinity, expiry);
    this.#values.put(id, { value, expiry });
  }

  remove(id: string): void {
    const kept = this.#values.find(id);
    if (kept === undefined) return;
    this.#moveEnd(id, kept.expiry, Infinity);
    this.#values.remove(id);
  }

  *scan(range: IdRange, now: Millis, descending = false): Iterable<readonly [id: string, value: S]> {
    for (const [id, { value, expiry }] of this.#values.scan(range, descending)) if (expiry > now) yield [id, value];
  }

  get nextSweep(): Millis {
    this.#next ??= this.#earliest();
    return this.#next;
  }

  sweep(now: Millis): void {
    for (const [end] of this.#ends.scan(everything, false)) {
      const at = end.indexOf('|');
      if (numberKeys.decode(end.slice(0, at)) > now) break;
      const id = end.slice(at + 1);
      this.#ends.remove(end);
      const { expiry = Infinity } = this.#values.find(id) ?? {};
      if (expiry <= now) this.#values.remove(id);
      // Another lifetime has other parts: by its own it may have moved, and by these not.
      else this.#moveEnd(id, Infinity, expiry);
    }
    this.#next = undefined;
  }

  /** What was held in memory has come without its ends: they are told for some of it in each epoch. */
  tidy(): void {
    if (!this.#hasEnds || this.#isIndexed) return;
    const told = this.#indexed.find('') ?? '';
    this.#isIndexed = told === indexedAll;
    if (this.#isIndexed) return;
    let [last, looked]: [string | undefined, number] = [undefined, 0];
    for (const [id, { expiry }] of this.#values.scan({ from: told, before: afterAll }, false)) {
      this.#moveEnd(id, Infinity, expiry);
      last = id;
      if (++looked === idsInEpoch) break;
    }
    this.#indexed.put('', looked < idsInEpoch ? indexedAll : `${last}\0`);
  }

  *changes(): Iterable<readonly [id: string, value: StateValue | null]> {
    yield* this.#values.changes();
    yield* this.#ends.changes();
    yield* this.#indexed.changes();
  }

  committed(): void {
    this.#values.committed();
    this.#ends.committed();
    this.#indexed.committed();
  }

  undo(): void {
    this.#values.undo();
    this.#ends.undo();
    this.#indexed.undo();
    this.#isIndexed = false;
    this.#next = undefined;
  }

  /** Nothing has to come into memory. */
  restore(): void {}

  #moveEnd(id: string, before: Millis, after: Millis): void {
    const [was, is] = [partEnd(before, this.#part), partEnd(after, this.#part)];
    if (was === is) return;
    if (was < Infinity) this.#ends.remove(endOf(was, id));
    if (is === Infinity) return;
    this.#ends.put(endOf(is, id), true);
    if (this.#next !== undefined) this.#next = Math.min(this.#next, is);
  }

  #earliest(): Millis {
    for (const [end] of this.#ends.scan(everything, false)) return numberKeys.decode(end.slice(0, end.indexOf('|')));
    return Infinity;
  }
}

const endOf = (part: number, id: string): string => `${numberKeys.encode(part)}|${id}`;

/** Ends begin with hexadecimal digits. */
const everything: IdRange = { from: '0', before: 'g' };

/** Beside the ends, before all of them. */
const indexedMark = `${endsMark}!`;
const indexedAll = afterAll;
const idsInEpoch = 1_000;
