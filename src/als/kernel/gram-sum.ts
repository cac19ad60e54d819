import { inexact } from '../gram.ts';
import { panelWidth } from './factor-matrix.ts';
import type { Block, KernelMemory } from './memory.ts';

/**
 * Takes x x' out of a sum of `stride` doubles a row and puts y y' in, at the addresses given; answers whether all of it
 * is still exact, for which the diagonal suffices.
 */
export type ReplaceOuter = (sum: number, stride: number, x: number, y: number) => boolean;

/**
 * A sum of y y' over rows that come, move and go, in a kernel's memory, where rows are solved against it. Its elements
 * are exact integers, so the order of what was done is nothing; only the upper triangle counts.
 */
export class GramSum implements Disposable {
  readonly width: number;
  /** Doubles a row. */
  readonly stride: number;
  readonly #memory: KernelMemory;
  readonly #block: Block;
  readonly #values: Float64Array;
  /** Where a row of zeros is: it stands in for one that was not there, or is not any more. */
  readonly #zeros: number;
  readonly #replaceOuter: ReplaceOuter;

  /** Of no rows. */
  constructor(memory: KernelMemory, width: number, replaceOuter: ReplaceOuter) {
    this.width = width;
    this.stride = Math.ceil(width / panelWidth) * panelWidth;
    const length = this.stride * this.stride;
    this.#memory = memory;
    this.#block = memory.allocate(8 * length + 2 * this.stride);
    this.#values = memory.float64(this.#block.address, length);
    this.#zeros = this.#block.address + 8 * length;
    this.#replaceOuter = replaceOuter;
  }

  get address(): number {
    return this.#block.address;
  }

  /** A copy, width x width. */
  values(): Float64Array {
    const { width, stride } = this;
    const copy = new Float64Array(width * width);
    for (let a = 0; a < width; a++) copy.set(this.#values.subarray(a * stride, a * stride + width), a * width);
    return copy;
  }

  /** Takes another sum, width x width, in its place. */
  set(sum: Float64Array): void {
    const { width, stride } = this;
    for (let a = 0; a < width; a++) this.#values.set(sum.subarray(a * width, (a + 1) * width), a * stride);
  }

  /**
   * A row was `from` and is `to`, each a row of a matrix of this kernel; undefined where there was or is none.
   * @throws {BoundExceeded} where a sum of squares passes 2^53
   */
  replace(from: Int16Array | undefined, to: Int16Array | undefined): void {
    const [x, y] = [from?.byteOffset ?? this.#zeros, to?.byteOffset ?? this.#zeros];
    if (!this.#replaceOuter(this.address, this.stride, x, y)) throw inexact();
  }

  /** Gives the memory back. */
  [Symbol.dispose](): void {
    this.#memory.free(this.#block);
  }
}
