import type { StateValue, StoredEntries } from '../step.ts';
import type { IdRange } from './entries.ts';
import { byCodePoint } from './order.ts';
import { type MemoryBound, Recent } from './recent.ts';
import { SortedIds } from './sorted-ids.ts';

export interface DiskTableOptions<V> {
  /** Before the mark and the ids, in the checkpoint of the step. */
  readonly name: string;
  readonly mark: string;
  /** What the checkpoint holds of the step: the state before the open epoch. */
  readonly stored: () => StoredEntries;
  readonly memory: MemoryBound;
  readonly encode: (value: V) => StateValue;
  readonly decode: (stored: StateValue) => V;
}

/** What the open epoch made of an entry; null removes it. */
interface Change<V> {
  readonly value: V | null;
  /** As it was encoded, once it was. */
  bytes: number;
}

/** Rows read at once grow up to so many: who asks for the first one reads no hundred. */
const mostRows = 256;

/**
 * Entries that stay in the checkpoint: what the open epoch has changed lies over them, and what was used last is kept
 * decoded, within bounds. In the order of UTF-8 bytes, which is that of the store.
 */
export class DiskTable<V> {
  readonly #options: DiskTableOptions<V>;
  readonly #prefix: string;
  readonly #changed = new Map<string, Change<V>>();
  readonly #recent: Recent<V>;
  #changedIds = new SortedIds();

  constructor(options: DiskTableOptions<V>) {
    this.#options = options;
    this.#prefix = options.name + options.mark;
    this.#recent = new Recent(options.memory);
  }

  find(id: string): V | undefined {
    const change = this.#changed.get(id);
    if (change !== undefined) return change.value ?? undefined;
    const recent = this.#recent.get(id);
    if (recent !== undefined) return recent;
    const { stored, decode } = this.#options;
    const bytes = stored().get(this.#prefix + id);
    if (bytes === undefined) return undefined;
    const value = decode(bytes);
    this.#recent.put(id, value, bytes.length);
    return value;
  }

  /** Ids that the open epoch has changed. */
  touched(): string[] {
    return [...this.#changed.keys()];
  }

  put(id: string, value: V): void {
    this.#change(id, value);
  }

  remove(id: string): void {
    this.#change(id, null);
  }

  /** Each is looked for when its turn comes. */
  *scan({ from, before }: IdRange, descending: boolean): Generator<readonly [id: string, value: V]> {
    const rows = this.#rows({ from, before }, descending);
    let row = rows.next();
    for (let at = descending ? before : from; ;) {
      while (row.done !== true && isPassed(row.value[0], at, descending)) row = rows.next();
      const stored = row.done === true ? undefined : row.value;
      const next = nearer(this.#nextChanged(at, { from, before }, descending), stored?.[0], descending);
      if (next === undefined) return;
      const value = next === stored?.[0] ? this.#over(stored) : this.find(next);
      if (value !== undefined) yield [next, value];
      at = descending ? next : `${next}\0`;
    }
  }

  *changes(): Iterable<readonly [id: string, value: StateValue | null]> {
    const { mark, encode } = this.#options;
    for (const [id, change] of this.#changed) {
      const value = change.value === null ? null : encode(change.value);
      change.bytes = value?.length ?? 0;
      yield [mark + id, value];
    }
  }

  committed(): void {
    for (const [id, { value, bytes }] of this.#changed) if (value !== null) this.#recent.put(id, value, bytes);
    this.#forgetChanges();
  }

  /** Nothing that was decoded is kept either: a callback that failed may have changed it in place. */
  undo(): void {
    this.#forgetChanges();
    this.#recent.clear();
  }

  #forgetChanges(): void {
    this.#changed.clear();
    this.#changedIds = new SortedIds();
  }

  #change(id: string, value: V | null): void {
    if (!this.#changed.has(id)) this.#changedIds.add(id);
    this.#changed.set(id, { value, bytes: 0 });
    this.#recent.delete(id);
  }

  /** A look over many is no reason to forget what is used: it leaves what it decodes. */
  #over([id, stored]: readonly [id: string, stored: StateValue]): V | undefined {
    const change = this.#changed.get(id);
    if (change !== undefined) return change.value ?? undefined;
    return this.#recent.get(id) ?? this.#options.decode(stored);
  }

  #nextChanged(at: string, { from, before }: IdRange, descending: boolean): string | undefined {
    const id = descending ? this.#changedIds.lastBefore(at) : this.#changedIds.atOrAfter(at);
    return id !== undefined && byCodePoint(id, from) >= 0 && byCodePoint(id, before) < 0 ? id : undefined;
  }

  /** Of the checkpoint, in pages. */
  *#rows({ from, before }: IdRange, descending: boolean): Generator<readonly [id: string, stored: StateValue], void> {
    const { stored } = this.#options;
    const prefix = this.#prefix;
    let range = { from: prefix + from, before: prefix + before };
    for (let limit = 2; ; limit = Math.min(limit * 2, mostRows)) {
      const rows = descending ? stored().rangeBack(range, limit) : stored().range(range.from, limit, range.before);
      for (const [key, value] of rows) yield [key.slice(prefix.length), value];
      const last = rows.at(-1);
      if (last === undefined || rows.length < limit) return;
      range = descending ? { ...range, before: last[0] } : { ...range, from: `${last[0]}\0` };
    }
  }
}

const isPassed = (id: string, at: string, descending: boolean): boolean =>
  descending ? byCodePoint(id, at) >= 0 : byCodePoint(id, at) < 0;

function nearer(a: string | undefined, b: string | undefined, descending: boolean): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return byCodePoint(a, b) < 0 === !descending ? a : b;
}
