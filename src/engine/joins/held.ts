import { Heap } from '../windows/heap.ts';
import type { Millis } from '../windows/spec.ts';

/** A record that waits for the other side of its join. */
export interface Held<V> {
  readonly key: string;
  readonly time: Millis;
  /** Among those of one key and time: in the order in which they came. */
  readonly n: number;
  readonly value: V;
  /** How far event time had come, in the record's own partition, when it came. */
  readonly mark: Millis;
  readonly trace: string;
  /** Whether it has met somebody. */
  matched: boolean;
  /** Changed since the last checkpoint. */
  touched: boolean;
  dropped: boolean;
  /** Whether the checkpoint holds it: one that came and went within an epoch never was there. */
  stored: boolean;
}

/** What a checkpoint holds of a record. */
export type Kept<V> = Omit<Held<V>, 'touched' | 'dropped' | 'stored'>;

/** One side of a join: records by key in order of time, and the earliest of all. */
export class HeldRecords<V> {
  readonly #byKey = new Map<string, Held<V>[]>();
  /** One that has been dropped since it was put here is found out when its turn comes. */
  readonly #byTime = new Heap<Held<V>>();
  #changed: Held<V>[] = [];

  /** The earliest event time of all; Infinity where there is none. */
  get earliest(): Millis {
    while (this.#byTime.first?.item.dropped === true) this.#byTime.pop();
    return this.#byTime.first?.at ?? Infinity;
  }

  /** Those of a key whose times lie in [from, to], in order of time and then as they came. */
  between(key: string, [from, to]: readonly [Millis, Millis]): readonly Held<V>[] {
    const all = this.#byKey.get(key) ?? none;
    return all.slice(lowerBound(all, from), upperBound(all, to));
  }

  add(record: Pick<Held<V>, 'key' | 'time' | 'value' | 'mark' | 'trace' | 'matched'>): void {
    const all = this.#byKey.get(record.key) ?? none;
    const before = all[upperBound(all, record.time) - 1];
    const n = before?.time === record.time ? before.n + 1 : 0;
    const { key, time, value, mark, trace, matched } = record;
    this.touch(this.#insert({ key, time, n, value, mark, trace, matched }, false));
  }

  /** Takes a record from the checkpoint. */
  restore(record: Kept<V>): void {
    this.#insert(record, true);
  }

  touch(held: Held<V>): void {
    if (held.touched) return;
    held.touched = true;
    this.#changed.push(held);
  }

  /** Removes those whose time `isOver`, which it is for every earlier time too. In no particular order. */
  drop(isOver: (time: Millis) => boolean): Held<V>[] {
    const gone: Held<V>[] = [];
    while (isOver(this.earliest)) {
      const first = this.#byTime.first?.item;
      if (first === undefined) break;
      this.#byTime.pop();
      first.dropped = true;
      this.touch(first);
      gone.push(first);
    }
    for (const { key } of gone) this.#shed(key);
    return gone;
  }

  /** Back to what the checkpoint holds of what has changed. */
  undo(read: (held: Held<V>) => Kept<V> | undefined): void {
    const changed = this.#changed;
    this.#changed = [];
    for (const held of changed) held.dropped = true;
    for (const key of new Set(changed.map(held => held.key))) this.#sweep(key);
    for (const held of changed) {
      const stored = read(held);
      if (stored !== undefined) this.restore(stored);
    }
  }

  /** What the checkpoint has otherwise, or not at all. */
  *changed(): Iterable<Held<V>> {
    for (const held of this.#changed) if (held.stored || !held.dropped) yield held;
  }

  committed(): void {
    for (const held of this.#changed) {
      held.touched = false;
      held.stored = true;
    }
    this.#changed = [];
  }

  /** Puts a record where it belongs, among those of its time by its `n`. */
  #insert(record: Kept<V>, stored: boolean): Held<V> {
    const held: Held<V> = { ...record, touched: false, dropped: false, stored };
    const all = this.#byKey.get(held.key);
    if (all === undefined) this.#byKey.set(held.key, [held]);
    else {
      let at = upperBound(all, held.time);
      for (let before = all[at - 1]; before?.time === held.time && before.n > held.n; before = all[at - 1]) at--;
      all.splice(at, 0, held);
    }
    this.#byTime.push(held.time, held);
    return held;
  }

  /** The earliest of a key have been dropped: they stand first. */
  #shed(key: string): void {
    const all = this.#byKey.get(key) ?? none;
    let gone = 0;
    while (all[gone]?.dropped === true) gone++;
    if (gone === all.length) this.#byKey.delete(key);
    else if (gone > 0) this.#byKey.set(key, all.slice(gone));
  }

  #sweep(key: string): void {
    const left = this.#byKey.get(key)?.filter(held => !held.dropped) ?? [];
    if (left.length === 0) this.#byKey.delete(key);
    else this.#byKey.set(key, left);
  }
}

const none: readonly never[] = [];

/** The place of the first whose time is not less. */
const lowerBound = (all: readonly { readonly time: Millis }[], time: Millis): number => place(all, at => at < time);

/** The place behind the last whose time is not greater. */
const upperBound = (all: readonly { readonly time: Millis }[], time: Millis): number => place(all, at => at <= time);

/** How many of a sorted list are `before`; it is true of the first ones and false of the others. */
function place(all: readonly { readonly time: Millis }[], before: (time: Millis) => boolean): number {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = all[middle];
    if (at !== undefined && before(at.time)) low = middle + 1;
    else high = middle;
  }
  return low;
}
