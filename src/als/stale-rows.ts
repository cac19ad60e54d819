/** Of the 52 bits behind the point of a double, so many tell buckets apart: eight to an octave. */
const fractionBits = 3;
const bits = new DataView(new ArrayBuffer(8));
const bucketOfOne = bucketAbove(1);
/** Buckets of staleness from 1 to 2^53. */
const buckets = 54 << fractionBits;
const noBucket = -1;

/**
 * How stale each row is, and the stalest without looking at all: rows above the threshold are kept in buckets of nearly
 * equal staleness. To add to a row costs an addition and a comparison unless it leaves its bucket.
 */
export class StaleRows {
  #staleness = new Float64Array(64);
  /** Staleness from which a row belongs to another bucket than it is in. */
  #limit = new Float64Array(64);
  /** Bucket of each row that is stale at all, and its place in it. */
  #bucket = new Int16Array(64).fill(noBucket);
  #place = new Int32Array(64);
  readonly #rows: number[][] = Array.from({ length: buckets }, () => []);
  readonly #least: number;

  /** Staleness is an integer; a row is in a bucket if it is greater than the threshold. */
  constructor(threshold: number) {
    this.#least = Math.max(1, Math.floor(threshold) + 1);
  }

  get(row: number): number {
    return this.#staleness[row] ?? 0;
  }

  set(row: number, staleness: number): void {
    if (row >= this.#staleness.length) this.#grow(row + 1);
    this.#staleness[row] = staleness;
    this.#put(row, staleness);
  }

  /** To a row that was set before. */
  add(row: number, gain: number): void {
    const staleness = (this.#staleness[row] ?? NaN) + gain;
    this.#staleness[row] = staleness;
    if (staleness >= (this.#limit[row] ?? NaN)) this.#put(row, staleness);
  }

  /** All rows of each bucket that has any, the stalest bucket first. */
  *stalest(): Iterable<readonly number[]> {
    for (let bucket = buckets - 1; bucket >= 0; bucket--) {
      const rows = this.#rows[bucket];
      if (rows !== undefined && rows.length > 0) yield rows;
    }
  }

  clear(): void {
    this.#staleness.fill(0);
    this.#limit.fill(0);
    this.#bucket.fill(noBucket);
    for (const rows of this.#rows) rows.length = 0;
  }

  #put(row: number, staleness: number): void {
    const bucket = staleness < this.#least ? noBucket : bucketAbove(staleness) - bucketOfOne;
    this.#limit[row] = bucket === noBucket ? this.#least : leastOf(bucket + 1 + bucketOfOne);
    if (this.#bucket[row] === bucket) return;
    this.#leave(row);
    this.#bucket[row] = bucket;
    if (bucket !== noBucket) this.#place[row] = (this.#rows[bucket]?.push(row) ?? NaN) - 1;
  }

  /** The last row of the bucket takes the place. */
  #leave(row: number): void {
    const rows = this.#rows[this.#bucket[row] ?? noBucket];
    const last = rows?.pop();
    if (rows === undefined || last === undefined || last === row) return;
    const place = this.#place[row] ?? 0;
    rows[place] = last;
    this.#place[last] = place;
  }

  #grow(least: number): void {
    const length = Math.max(least, 2 * this.#staleness.length);
    const [staleness, limit] = [new Float64Array(length), new Float64Array(length)];
    const [bucket, place] = [new Int16Array(length).fill(noBucket), new Int32Array(length)];
    staleness.set(this.#staleness);
    limit.set(this.#limit);
    bucket.set(this.#bucket);
    place.set(this.#place);
    [this.#staleness, this.#limit, this.#bucket, this.#place] = [staleness, limit, bucket, place];
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
