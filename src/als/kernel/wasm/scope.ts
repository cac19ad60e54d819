import type { Block, KernelMemory } from '../memory.ts';

/** What one call holds in the memory: freed together when the call ends. */
export class Scope implements Disposable {
  readonly #memory: KernelMemory;
  readonly #blocks: Block[] = [];

  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  /** The address of so many bytes, all 0. */
  room(bytes: number): number {
    const block = this.#memory.allocate(bytes);
    this.#blocks.push(block);
    return block.address;
  }

  int32(values: Int32Array): number {
    const address = this.room(4 * values.length);
    this.#memory.int32(address, values.length).set(values);
    return address;
  }

  float64(values: Float64Array): number {
    const address = this.room(8 * values.length);
    this.#memory.float64(address, values.length).set(values);
    return address;
  }

  /** A matrix of doubles, its rows padded by zeros to `stride`. */
  padded(values: Float64Array, columns: number, stride: number): number {
    if (columns === stride) return this.float64(values);
    const rows = values.length / columns;
    const address = this.room(8 * Math.max(rows, stride) * stride);
    const room = this.#memory.float64(address, rows * stride);
    for (let row = 0; row < rows; row++) room.set(values.subarray(row * columns, (row + 1) * columns), row * stride);
    return address;
  }

  [Symbol.dispose](): void {
    for (const block of this.#blocks) this.#memory.free(block);
  }
}
