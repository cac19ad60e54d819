import { createHash, hash } from 'node:crypto';
import { compare } from './interaction.ts';
import { Marks } from './marks.ts';
import { Numbers } from './numbers.ts';
import type { RowIds } from './row-ids.ts';

const buckets = 256;
const digestBytes = 32;

/**
 * Digests of the rows of one side, made again only for what was touched since they were asked for last.
 * The row of an id: SHA-256 of the id as JSON, a space, and its vectors as little-endian integers of 16 bits. Its bucket:
 * the first byte of the SHA-256 of the id as JSON. A bucket: SHA-256 of the digests of its rows in the order of their ids.
 */
export class RowDigests {
  readonly #ids: RowIds;
  readonly #vectorsOf: (row: number) => readonly Int16Array[];
  /** Row numbers by bucket, in the order of their ids unless the bucket is unsorted. */
  readonly #rows: readonly number[][];
  readonly #digests = Buffer.alloc(buckets * digestBytes);
  readonly #stale = new Set<number>(Array.from({ length: buckets }, (_, bucket) => bucket));
  readonly #unsorted: Set<number>;
  readonly #touched = new Marks();
  /** Bucket + 1 of each row; 0 if it is in none yet. */
  readonly #bucketOf: Numbers<Uint16Array>;
  #ofRows = Buffer.alloc(16 * digestBytes);

  /** Of the same rows with other vectors than `former`: they stand in the same buckets, and all are yet to be touched. */
  constructor(ids: RowIds, vectorsOf: (row: number) => readonly Int16Array[], former?: RowDigests) {
    this.#ids = ids;
    this.#vectorsOf = vectorsOf;
    if (former === undefined) {
      this.#rows = Array.from({ length: buckets }, () => []);
      this.#unsorted = new Set();
      this.#bucketOf = new Numbers(length => new Uint16Array(length));
    } else {
      this.#rows = former.#rows.map(rows => [...rows]);
      this.#unsorted = new Set(former.#unsorted);
      this.#bucketOf = former.#bucketOf.copy();
    }
  }

  /** The row is new, or a vector of it has changed. */
  touch(row: number): void {
    this.#touched.add(row);
  }

  remove(row: number): void {
    this.#touched.delete(row);
    const bucket = this.#bucketOf.get(row) - 1;
    if (bucket < 0) return;
    const rows = this.#rows[bucket] ?? [];
    rows.splice(rows.indexOf(row), 1);
    this.#bucketOf.set(row, 0);
    this.#stale.add(bucket);
  }

  /** The digests of all buckets, one after the other; valid until a row is touched. */
  all(): Uint8Array {
    for (const _ of this.inSlices(Infinity));
    return this.#digests;
  }

  /** Brings all digests up to date, so many rows at a time: `all` has nothing left to do then. */
  *inSlices(rowsAtOnce: number): Generator<undefined, void> {
    let rows = 0;
    for (const row of this.#touched) {
      this.#digestRow(row);
      if (++rows % rowsAtOnce === 0) yield;
    }
    this.#touched.clear();
    for (const bucket of this.#stale) {
      this.#digestBucket(bucket);
      rows += this.#rows[bucket]?.length ?? 0;
      if (rows < rowsAtOnce) continue;
      rows = 0;
      yield;
    }
    this.#stale.clear();
  }

  #digestRow(row: number): void {
    const json = JSON.stringify(this.#ids.idOf(row));
    const vectors = this.#vectorsOf(row);
    const id = Buffer.from(`${json} `);
    const bytes = Buffer.allocUnsafe(id.length + vectors.reduce((sum, { byteLength }) => sum + byteLength, 0));
    let at = id.copy(bytes);
    for (const { buffer, byteOffset, byteLength } of vectors) {
      bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
      at += byteLength;
    }
    if ((row + 1) * digestBytes > this.#ofRows.length) this.#grow(row + 1);
    hash('sha256', bytes, 'buffer').copy(this.#ofRows, row * digestBytes);
    this.#stale.add(this.#bucket(row, json));
  }

  #bucket(row: number, json: string): number {
    const known = this.#bucketOf.get(row) - 1;
    if (known >= 0) return known;
    const bucket = hash('sha256', json, 'buffer')[0] ?? 0;
    this.#bucketOf.set(row, bucket + 1);
    this.#rows[bucket]?.push(row);
    this.#unsorted.add(bucket);
    return bucket;
  }

  #digestBucket(bucket: number): void {
    const ids = this.#ids;
    const all = createHash('sha256');
    const rows = this.#rows[bucket] ?? [];
    if (this.#unsorted.delete(bucket)) rows.sort((a, b) => compare(ids.idOf(a), ids.idOf(b)));
    for (const row of rows) all.update(this.#ofRows.subarray(row * digestBytes, (row + 1) * digestBytes));
    all.digest().copy(this.#digests, bucket * digestBytes);
  }

  #grow(least: number): void {
    const larger = Buffer.alloc(Math.max(least * digestBytes, 2 * this.#ofRows.length));
    this.#ofRows.copy(larger);
    this.#ofRows = larger;
  }
}
