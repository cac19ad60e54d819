import { Marks } from './marks.ts';

/** How a neighbour counted when a row was summed: its vector, and the weight and preference of the pair. */
export interface Share {
  readonly vector: Int16Array;
  readonly weight: number;
  readonly preference: number;
}

/** What is kept of a row: its sums as `Kernel.sumRows` answers them, and what the pairs that changed since had put in. */
export interface Kept {
  readonly sums: Float64Array;
  readonly changed: Map<number, Share>;
}

/** What an entry of a map costs, about, beside the vector. */
const entryBytes = 64;

/**
 * The exact sums of rows with very many neighbours. A pair that changes, because its neighbour moved or its weight is
 * another, is noted with the share it had; when the row is solved again the old shares are taken out of the sums and the
 * new ones put in. All are integers, so the sums are to the last bit those of a fresh start. Past half of the row's
 * pairs a fresh start is cheaper: the sums are forgotten. Capped in bytes: what was used longest ago goes first.
 */
export class HeavyRows {
  readonly #capacity_bytes: number;
  readonly #kept = new Map<number, Kept>();
  readonly #marks = new Marks();
  #bytes = 0;

  constructor(capacity_bytes: number) {
    this.#capacity_bytes = capacity_bytes;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** What was kept of a row; it is out of the cache until it is kept again. */
  take(row: number): Kept | undefined {
    const kept = this.#kept.get(row);
    this.forget(row);
    return kept;
  }

  keep(row: number, sums: Float64Array): void {
    this.forget(row);
    this.#kept.set(row, { sums, changed: new Map() });
    this.#marks.add(row);
    this.#bytes += sums.byteLength;
    this.#evict();
  }

  has(row: number): boolean {
    return this.#marks.has(row);
  }

  /** A pair of the row is about to count otherwise; `events` are the row's pairs with a weight. */
  note(row: number, pair: number, share: Share, events: number): void {
    const kept = this.#kept.get(row);
    if (kept === undefined || kept.changed.has(pair)) return;
    kept.changed.set(pair, share);
    this.#bytes += entryBytes + share.vector.byteLength;
    if (2 * kept.changed.size > events) this.forget(row);
    else this.#evict();
  }

  forget(row: number): void {
    const kept = this.#kept.get(row);
    if (kept === undefined) return;
    this.#kept.delete(row);
    this.#marks.delete(row);
    this.#bytes -= bytesOf(kept);
  }

  clear(): void {
    this.#kept.clear();
    this.#marks.clear();
    this.#bytes = 0;
  }

  #evict(): void {
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#capacity_bytes) return;
      this.forget(oldest);
    }
  }
}

function bytesOf({ sums, changed }: Kept): number {
  let bytes = sums.byteLength;
  for (const { vector } of changed.values()) bytes += entryBytes + vector.byteLength;
  return bytes;
}
