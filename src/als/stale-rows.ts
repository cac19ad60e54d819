import type { Marks } from './marks.ts';
import { weightIn } from './share-code.ts';

/** Of the 52 bits behind the point of a double, so many tell buckets apart: four to an octave. */
const fractionBits = 2;
const bits = new DataView(new ArrayBuffer(8));
const bucketOfOne = bucketAbove(1);
/** Buckets of staleness from 1 to 2^53. */
const buckets = 54 << fractionBits;
const noBucket = -1;

/** Other ends of a row's pairs, and beside each what the pair comes to: share-code.ts. */
export interface CodedNeighbours {
  readonly neighbours: Int32Array;
  readonly codes: Int32Array;
}

/** Numbers kept for each row, side by side in half a cache line: what a move of a neighbour reads and writes. */
const [staleness, limit, root] = [0, 1, 2];
const cellBits = 2;

/**
 * How stale each row is, and the stalest without looking at all: rows above the threshold are kept in buckets of nearly
 * equal staleness. To add to a row costs an addition and a comparison unless it leaves its bucket.
 */
export class StaleRows {
  /**
   * Of each row its staleness; the staleness from which it belongs to another bucket than it is in; and the root of its
   * events and one.
   */
  #cells = new Float64Array(64 << cellBits);
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
    return this.#cells[(row << cellBits) + staleness] ?? 0;
  }

  set(row: number, value: number): void {
    if (row >= this.#bucket.length) this.#grow(row + 1);
    this.#cells[(row << cellBits) + staleness] = value;
    this.#put(row, value);
  }

  /** How many events a row has, which was set before: the more, the less a neighbour's move matters. */
  weigh(row: number, events: number): void {
    this.#cells[(row << cellBits) + root] = Math.sqrt(events + 1);
  }

  /**
   * A row has moved by so many steps: its neighbours with which it has a weight grow staler by steps / sqrt(events + 1),
   * rounded. Those that do are marked.
   */
  spread({ neighbours, codes }: CodedNeighbours, steps: number, mark: Marks): void {
    const cells = this.#cells;
    for (let n = 0; n < neighbours.length; n++) {
      if (weightIn(codes[n] ?? 0) === 0) continue;
      const row = neighbours[n] ?? 0;
      const at = row << cellBits;
      const gain = nearest(steps / (cells[at + root] ?? NaN));
      if (gain === 0) continue;
      const value = (cells[at + staleness] ?? NaN) + gain;
      cells[at + staleness] = value;
      if (value >= (cells[at + limit] ?? NaN)) this.#put(row, value);
      mark.add(row);
    }
  }

  /** All rows of each bucket that has any, the stalest bucket first. */
  *stalest(): Iterable<readonly number[]> {
    for (let bucket = buckets - 1; bucket >= 0; bucket--) {
      const rows = this.#rows[bucket];
      if (rows !== undefined && rows.length > 0) yield rows;
    }
  }

  /** No row is stale. */
  clear(): void {
    for (let at = 0; at < this.#cells.length; at += 1 << cellBits) {
      this.#cells[at + staleness] = 0;
      this.#cells[at + limit] = 0;
    }
    this.#bucket.fill(noBucket);
    for (const rows of this.#rows) rows.length = 0;
  }

  #put(row: number, value: number): void {
    const bucket = value < this.#least ? noBucket : bucketAbove(value) - bucketOfOne;
    this.#cells[(row << cellBits) + limit] = bucket === noBucket ? this.#least : leastOf(bucket + 1 + bucketOfOne);
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
    const length = Math.max(least, 2 * this.#bucket.length);
    const cells = new Float64Array(length << cellBits);
    const [bucket, place] = [new Int16Array(length).fill(noBucket), new Int32Array(length)];
    cells.set(this.#cells);
    bucket.set(this.#bucket);
    place.set(this.#place);
    [this.#cells, this.#bucket, this.#place] = [cells, bucket, place];
  }
}

/** 1.5 * 2^52: what is added to it has no room for anything behind the point, and is rounded half to even. */
const roundingShift = 6755399441055744;

/** `roundHalfEven` for positive numbers under 2^51, thousands of times an event. */
const nearest = (value: number): number => value + roundingShift - roundingShift;

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
