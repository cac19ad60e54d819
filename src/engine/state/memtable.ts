/** Changes in memory that a table on disk does not have yet, by step and key, in the order of their UTF-8 bytes. */
import { byCodePoint } from './order.ts';
import { SortedIds } from './sorted-ids.ts';
import type { StateChange } from './store.ts';

interface ChangedStep {
  /** Null where the key was removed. */
  readonly values: Map<string, StateChange['value']>;
  readonly keys: SortedIds;
}

/** A stretch of the keys of a step; without `before` to its end. */
export interface Stretch {
  readonly from: string;
  readonly before?: string | undefined;
}

export interface WholeStretch {
  readonly from: string;
  readonly before: string;
}

export class Memtable {
  readonly #steps = new Map<string, ChangedStep>();
  #bytes = 0;
  #size = 0;
  #commits = 0;
  #epoch = 0;

  /** About what it takes in memory. Of a key that is changed again each change counts. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keys. */
  get size(): number {
    return this.#size;
  }

  get commits(): number {
    return this.#commits;
  }

  /** Of the newest commit. */
  get epoch(): number {
    return this.#epoch;
  }

  add(changes: Iterable<StateChange>, epoch: number): void {
    for (const change of changes) this.#set(change);
    this.#commits++;
    this.#epoch = epoch;
  }

  #set(change: StateChange): void {
    const { step, key, value } = change;
    let changed = this.#steps.get(step);
    if (changed === undefined) this.#steps.set(step, (changed = { values: new Map(), keys: new SortedIds() }));
    const before = changed.values.size;
    changed.values.set(key, value);
    this.#bytes += bytesOfChange(change);
    if (changed.values.size === before) return;
    changed.keys.add(key);
    this.#size++;
  }

  /** Undefined where the key was not changed, null where it was removed. */
  get(step: string, key: string): StateChange['value'] | undefined {
    return this.#steps.get(step)?.values.get(key);
  }

  /** Ascending. */
  steps(): readonly string[] {
    return [...this.#steps.keys()].sort(byCodePoint);
  }

  /** Ascending. */
  *keys(step: string, { from, before }: Stretch): Generator<string> {
    const keys = this.#steps.get(step)?.keys;
    for (let key = keys?.atOrAfter(from); key !== undefined; key = keys?.atOrAfter(`${key}\0`)) {
      if (before !== undefined && byCodePoint(key, before) >= 0) return;
      yield key;
    }
  }

  /** Descending. */
  *keysBack(step: string, { from, before }: WholeStretch): Generator<string> {
    const keys = this.#steps.get(step)?.keys;
    for (let key = keys?.lastBefore(before); key !== undefined; key = keys?.lastBefore(key)) {
      if (byCodePoint(key, from) < 0) return;
      yield key;
    }
  }

  /** All of it, by step and key. */
  *changes(): Generator<StateChange> {
    for (const step of this.steps())
      for (const key of this.keys(step, { from: '' })) yield { step, key, value: this.get(step, key) ?? null };
  }
}

/** A key and a value are objects of their own, in a map and in an order. */
const perChange = 128;

export const bytesOfChange = ({ key, value }: StateChange): number => perChange + key.length + (value?.length ?? 0);
