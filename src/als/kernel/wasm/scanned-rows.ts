import { BoundExceeded } from '../../errors.ts';
import { mostBestRows } from '../best-rows.ts';
import { checkScan, type RowScan, type ScannedRows } from '../scan.ts';
import { webAssembly, type WasmMemory } from '../web-assembly.ts';
import { instantiate, type KernelExports } from './exports.ts';
import { kernelModule } from './module.ts';

const pageBytes = 65_536;
/** What 32 bits address: 4 GiB. */
const maxPages = 65_536;
/** Where what is asked for lies, padded by zeros to registers of eight, then the keys; the rows begin behind both. */
const xAt = 64;
const keysAt = 512;
const rowsAt = Math.ceil((keysAt + 8 * mostBestRows) / 4096) * 4096;
/** A scan takes four rows of at most 128 at a time, and whole registers: so much is read behind the last row. */
const slack = 4 * 256 + 16;

/**
 * Rows in a WebAssembly memory of their own, where they lie without padding and never move: growing copies nothing. The
 * memory goes with the last reference to it.
 */
export class WasmRows implements ScannedRows {
  readonly k: number;
  readonly #memory: WasmMemory = new webAssembly.Memory({ initial: 1, maximum: maxPages, shared: true });
  readonly #kernel: KernelExports;
  #values: Int16Array;

  /** @throws {KernelMissing} where it has not been built @throws {RangeError} if k is not 1 to 128 */
  constructor(k: number) {
    if (!Number.isInteger(k) || k < 1 || k > 128) throw new RangeError(`Rows cannot have ${k} columns. Give 1 to 128`);
    this.k = k;
    this.#kernel = instantiate(kernelModule(), this.#memory);
    this.#values = this.#view();
  }

  get values(): Int16Array {
    return this.#values;
  }

  reserve(length: number): void {
    if (length <= this.#values.length) return;
    const pages = this.#memory.buffer.byteLength / pageBytes;
    const needed = Math.ceil((rowsAt + 2 * length + slack) / pageBytes);
    if (needed > maxPages)
      throw new BoundExceeded(
        `Rows of ${2 * length} bytes do not fit a memory of 4 GiB`,
        'Take fewer factors, or divide the items among several servers',
      );
    // A growth makes a new buffer: an eighth more than there is, rather than page by page.
    this.#memory.grow(Math.min(maxPages, Math.max(needed, Math.ceil(pages * 1.125))) - pages);
    this.#values = this.#view();
  }

  scan(scan: RowScan): void {
    checkScan(scan, this);
    const { first, end, x, by, best } = scan;
    const { buffer } = this.#memory;
    const padded = new Int16Array(buffer, xAt, 128);
    padded.fill(0);
    padded.set(x);
    const keys = new Int32Array(buffer, keysAt, 2 * best.n);
    keys.set(best.keys);
    const cosine = by === 'cosine' ? 1 : 0;
    best.count = this.#kernel.scanRows(rowsAt, first, end, this.k, xAt, keysAt, best.count, best.n, cosine);
    best.keys.set(keys);
  }

  #view(): Int16Array {
    const { buffer } = this.#memory;
    const length = Math.floor((buffer.byteLength - rowsAt - slack) / 2);
    return new Int16Array(buffer, rowsAt, length - (length % this.k));
  }
}
