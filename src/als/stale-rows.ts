import { Numbers } from './numbers.ts';

/** Of the 52 bits behind the point of a double, so many tell buckets apart: eight to an octave. */
const fractionBits = 3;
const bits = new DataView(new ArrayBuffer(8));
const bucketOfOne = bucketAbove(1);
/** Buckets of staleness from 1 to 2^53. */
const buckets = 54 << fractionBits;
const outdatedAllowed = 64;

/**
 * How stale each row is, and the stalest without looking at all: rows above the threshold are kept in buckets of nearly
 * equal staleness. To add to a row costs an addition and a comparison unless it leaves its bucket; an entry that its row
 * has left is passed over when it is met, and swept out when there are too many.
 */
export class StaleRows {
  readonly #staleness = new Numbers(length => new Float64Array(length));
  /** Staleness from which a row belongs to another bucket than it is in. */
  readonly #limit = new Numbers(length => new Float64Array(length));
  /** Bucket + 1 of each row; 0 for none. */
  readonly #bucket = new Numbers(length => new Uint16Array(length));
  readonly #entries: number[][] = Array.from({ length: buckets }, () => []);
  /** Rows in each bucket; the other entries are out of date. */
  readonly #live = new Int32Array(buckets);
  readonly #least: number;

  /** Staleness is an integer; a row is in a bucket if it is greater than the threshold. */
  constructor(threshold: number) {
    this.#least = Math.max(1, Math.floor(threshold) + 1);
  }

  get(row: number): number {
    return this.#staleness.get(row);
  }

  set(row: number, staleness: number): void {
    this.#staleness.set(row, staleness);
    this.#place(row, staleness);
  }

  add(row: number, gain: number): void {
    const staleness = this.#staleness.get(row) + gain;
    this.#staleness.set(row, staleness);
    if (staleness >= this.#limit.get(row)) this.#place(row, staleness);
  }

  /** All rows of each bucket that has any, the stalest bucket first. */
  *stalest(): Iterable<readonly number[]> {
    for (let bucket = buckets - 1; bucket >= 0; bucket--) {
      if (this.#live[bucket] === 0) continue;
      this.#sweep(bucket);
      yield this.#entries[bucket] ?? [];
    }
  }

  clear(): void {
    this.#staleness.clear();
    this.#limit.clear();
    this.#bucket.clear();
    this.#live.fill(0);
    for (const entries of this.#entries) entries.length = 0;
  }

  #place(row: number, staleness: number): void {
    const bucket = staleness < this.#least ? -1 : bucketAbove(staleness) - bucketOfOne;
    this.#limit.set(row, bucket < 0 ? this.#least : leastOf(bucket + 1 + bucketOfOne));
    const before = this.#bucket.get(row) - 1;
    if (before === bucket) return;
    this.#bucket.set(row, bucket + 1);
    if (before >= 0) this.#live[before] = (this.#live[before] ?? 0) - 1;
    if (bucket < 0) return;
    this.#live[bucket] = (this.#live[bucket] ?? 0) + 1;
    const entries = this.#entries[bucket] ?? [];
    entries.push(row);
    if (entries.length > 2 * (this.#live[bucket] ?? 0) + outdatedAllowed) this.#sweep(bucket);
  }

  /** Leaves each row of the bucket in it once, and no other. */
  #sweep(bucket: number): void {
    const entries = this.#entries[bucket] ?? [];
    if (entries.length === this.#live[bucket]) return;
    this.#entries[bucket] = [...new Set(entries)].filter(row => this.#bucket.get(row) === bucket + 1);
  }
}

/** The leading bits of a positive double ascend with it. */
function bucketAbove(value: number): number {
  bits.setFloat64(0, value);
  return bits.getUint32(0) >>> (20 - fractionBits);
}

/** The least double with these leading bits. */
function leastOf(leading: number): number {
  bits.setUint32(0, leading << (20 - fractionBits));
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}
