import type { Facts } from './fold.ts';
import type { Kind } from './interaction.ts';
import { Numbers } from './numbers.ts';
import { ageBucket, type WeightTable } from './weights.ts';

/** Kinds whose facts fade, by the number they are queued under. */
const fading = ['rating', 'order', 'view'] as const;

/**
 * When which fact enters its next age bucket: a binary heap by event time, so that time going on costs only what it
 * ages. A fact that was replaced leaves its entry behind; it is passed over when its time has come.
 */
export class Aging {
  readonly #bounds_ms: readonly number[];
  readonly #table: WeightTable;
  readonly #due = new Numbers(length => new Float64Array(length));
  readonly #pair = new Numbers(length => new Int32Array(length));
  readonly #kind = new Numbers(length => new Uint8Array(length));
  readonly #bucket = new Numbers(length => new Uint16Array(length));
  #size = 0;

  constructor(table: WeightTable) {
    this.#table = table;
    this.#bounds_ms = table.ageBounds_ms;
  }

  /** A fact of the pair begins to age at `time`; in bucket 0 until time goes on. */
  watch(pair: number, kind: Kind, time: number, bucket = 0): void {
    const bound = this.#bounds_ms[bucket];
    const number = fading.findIndex(name => name === kind);
    if (bound === undefined || number < 0) return;
    let at = this.#size++;
    this.#put(at, time + bound, pair, number, bucket);
    for (let up = (at - 1) >> 1; at > 0 && this.#due.get(at) < this.#due.get(up); at = up, up = (at - 1) >> 1)
      this.#swap(at, up);
  }

  /** Takes the pairs with a fact that has entered another bucket by `now`. */
  take(now: number, factsOf: (pair: number) => Facts): Set<number> {
    const aged = new Set<number>();
    const again: (readonly [pair: number, kind: Kind, time: number])[] = [];
    while (this.#size > 0 && this.#due.get(0) <= now) {
      const pair = this.#pair.get(0);
      const kind = fading[this.#kind.get(0)];
      const fact = kind && factsOf(pair)[kind];
      if (fact !== undefined && fact.time + (this.#bounds_ms[this.#bucket.get(0)] ?? NaN) === this.#due.get(0)) {
        aged.add(pair);
        again.push([pair, kind ?? 'rating', fact.time]);
      }
      this.#removeFirst();
    }
    for (const [pair, kind, time] of again) this.watch(pair, kind, time, ageBucket(this.#table, now - time));
    return aged;
  }

  #removeFirst(): void {
    this.#swap(0, --this.#size);
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      if (left >= this.#size) return;
      const right = left + 1;
      const least = right < this.#size && this.#due.get(right) < this.#due.get(left) ? right : left;
      if (this.#due.get(at) <= this.#due.get(least)) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #put(at: number, due: number, pair: number, kind: number, bucket: number): void {
    this.#due.set(at, due);
    this.#pair.set(at, pair);
    this.#kind.set(at, kind);
    this.#bucket.set(at, bucket);
  }

  #swap(a: number, b: number): void {
    for (const column of [this.#due, this.#pair, this.#kind, this.#bucket]) {
      const value = column.get(a);
      column.set(a, column.get(b));
      column.set(b, value);
    }
  }
}
