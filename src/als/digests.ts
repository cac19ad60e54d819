import { createHash, hash } from 'node:crypto';
import { compare } from './interaction.ts';
import type { ItemMatrix } from './matrix.ts';

const buckets = 256;
const digestBytes = 32;

/**
 * Digests of the rows of one side, made again only for what was touched since they were asked for last.
 * The row of an id: SHA-256 of the id as JSON, a space, and its vectors as little-endian integers of 16 bits. Its bucket:
 * the first byte of the SHA-256 of the id as JSON. A bucket: SHA-256 of the digests of its rows in the order of their ids.
 */
export class RowDigests {
  readonly #matrices: readonly ItemMatrix[];
  /** Row numbers by bucket, in the order of their ids once the bucket has been digested. */
  readonly #rows = Array.from({ length: buckets }, (): number[] => []);
  readonly #digests = Buffer.alloc(buckets * digestBytes);
  readonly #stale = new Set<number>(Array.from({ length: buckets }, (_, bucket) => bucket));
  #ofRows = Buffer.alloc(16 * digestBytes);
  #bucketOf = new Uint8Array(16);
  readonly #touched = new Set<number>();
  #known = 0;

  /** The matrices have the same rows: a row's vectors are taken from each in turn. */
  constructor(...matrices: readonly ItemMatrix[]) {
    this.#matrices = matrices;
  }

  /** The row is new, or a vector of it has changed. */
  touch(row: number): void {
    this.#touched.add(row);
  }

  /** The digests of all buckets, one after the other; valid until a row is touched. */
  all(): Uint8Array {
    this.#learnRows();
    for (const row of this.#touched) this.#digestRow(row);
    this.#touched.clear();
    for (const bucket of this.#stale) this.#digestBucket(bucket);
    this.#stale.clear();
    return this.#digests;
  }

  #learnRows(): void {
    const ids = this.#ids;
    if (ids.length > this.#bucketOf.length) this.#grow(ids.length);
    for (; this.#known < ids.length; this.#known++) {
      const bucket = hash('sha256', JSON.stringify(ids[this.#known]), 'buffer')[0] ?? 0;
      this.#bucketOf[this.#known] = bucket;
      this.#rows[bucket]?.push(this.#known);
      this.#touched.add(this.#known);
    }
  }

  #digestRow(row: number): void {
    const id = Buffer.from(`${JSON.stringify(this.#ids[row])} `);
    const bytes = Buffer.alloc(id.length + 2 * this.#matrices.reduce((sum, { k }) => sum + k, 0));
    let at = id.copy(bytes);
    for (const matrix of this.#matrices) for (const value of matrix.row(row)) at = bytes.writeInt16LE(value, at);
    hash('sha256', bytes, 'buffer').copy(this.#ofRows, row * digestBytes);
    this.#stale.add(this.#bucketOf[row] ?? 0);
  }

  #digestBucket(bucket: number): void {
    const ids = this.#ids;
    const all = createHash('sha256');
    const rows = this.#rows[bucket]?.sort((a, b) => compare(ids[a] ?? '', ids[b] ?? ''));
    for (const row of rows ?? []) all.update(this.#ofRows.subarray(row * digestBytes, (row + 1) * digestBytes));
    all.digest().copy(this.#digests, bucket * digestBytes);
  }

  #grow(least: number): void {
    const rows = Math.max(least, 2 * this.#bucketOf.length);
    const [ofRows, bucketOf] = [Buffer.alloc(rows * digestBytes), new Uint8Array(rows)];
    this.#ofRows.copy(ofRows);
    bucketOf.set(this.#bucketOf);
    [this.#ofRows, this.#bucketOf] = [ofRows, bucketOf];
  }

  get #ids(): readonly string[] {
    return this.#matrices[0]?.ids ?? [];
  }
}
