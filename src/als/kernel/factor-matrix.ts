import { maxFactor } from '../widths.ts';
import { offGrid } from './failures.ts';
import type { Block, KernelMemory } from './memory.ts';

/** Columns that one vector register holds: every row is padded to a multiple of it. */
export const panelWidth = 8;

/**
 * Rows of `width` grid integers (int16) in a kernel's memory, `stride` apart: the width rounded up to a multiple of 8.
 * Pad columns are 0, and so is the row before row 0, which stands in where a kernel needs a neighbour that adds nothing.
 * It grows; a row's number never changes. Values are within ±32767: a kernel that meets -32768 throws `BoundExceeded`.
 */
export class FactorMatrix implements Disposable {
  readonly width: number;
  readonly stride: number;
  readonly #memory: KernelMemory;
  #block: Block;
  #capacity: number;
  #rows = 0;
  #values: Int16Array;

  /** @throws {RangeError} if the width is not 1 to 128 */
  constructor(memory: KernelMemory, width: number, rows = 0) {
    if (!Number.isInteger(width) || width < 1 || width > 128)
      throw new RangeError(`A matrix cannot have ${width} columns. Give 1 to 128`);
    this.width = width;
    this.stride = Math.ceil(width / panelWidth) * panelWidth;
    this.#memory = memory;
    this.#capacity = Math.max(rows, 16);
    this.#block = memory.allocate((this.#capacity + 1) * this.#rowBytes);
    this.#values = this.#view();
    this.resize(rows);
  }

  /** How many rows there are. */
  get rows(): number {
    return this.#rows;
  }

  /** Where row 0 begins in the memory. */
  get address(): number {
    return this.#block.address + this.#rowBytes;
  }

  /** All values, row after row, `stride` a row; valid until the matrix grows. Only the first `width` of a row may be set. */
  get values(): Int16Array {
    return this.#values;
  }

  /** A view on the `width` values of a row; valid until the matrix grows. */
  row(row: number): Int16Array {
    return this.#values.subarray(row * this.stride, row * this.stride + this.width);
  }

  /**
   * Puts values in place of a row's.
   * @throws {RangeError} if they are not `width` many, or the row is not there
   * @throws {BoundExceeded} if one is -32768
   */
  set(row: number, values: ArrayLike<number>): void {
    if (values.length !== this.width || !(row >= 0 && row < this.#rows))
      throw new RangeError(
        `${values.length} values do not fit row ${row} of a matrix of ${this.#rows} x ${this.width}`,
      );
    for (let f = 0; f < values.length; f++) if (!(Math.abs(values[f] ?? NaN) <= maxFactor)) throw offGrid(`Row ${row}`);
    this.#values.set(values, row * this.stride);
  }

  /** The values of some rows, one after the other, without pad columns. */
  copyOf(rows: readonly number[]): Int16Array<ArrayBuffer> {
    const { width, stride, values } = this;
    const copy = new Int16Array(rows.length * width);
    for (let n = 0, at = 0; n < rows.length; n++)
      for (let from = (rows[n] ?? 0) * stride, end = from + width; from < end; from++) copy[at++] = values[from] ?? 0;
    return copy;
  }

  /** Adds rows of zeros, or takes the last rows away. */
  resize(rows: number): void {
    if (rows > this.#capacity) this.#grow(Math.max(rows, 2 * this.#capacity));
    if (rows < this.#rows) this.#values.fill(0, rows * this.stride, this.#rows * this.stride);
    this.#rows = rows;
  }

  /** Gives the memory back; the matrix must not be used any more. */
  [Symbol.dispose](): void {
    this.#memory.free(this.#block);
  }

  #grow(capacity: number): void {
    const [old, values] = [this.#block, this.#values];
    this.#block = this.#memory.allocate((capacity + 1) * this.#rowBytes);
    this.#capacity = capacity;
    this.#values = this.#view();
    this.#values.set(values);
    this.#memory.free(old);
  }

  #view(): Int16Array {
    return this.#memory.int16(this.address, this.#capacity * this.stride);
  }

  get #rowBytes(): number {
    return 2 * this.stride;
  }
}
