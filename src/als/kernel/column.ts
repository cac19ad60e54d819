import type { Block, KernelMemory } from './memory.ts';

/** Bytes that a vector register may read past the last number, for nothing. */
const slack = 16;

/** A list of numbers in a kernel's memory that grows and keeps what is in it. */
export class Column<A extends Int32Array | Int16Array> implements Disposable {
  readonly #memory: KernelMemory;
  readonly #view: (address: number, length: number) => A;
  #block: Block;
  #values: A;

  /** `view` makes the numbers of an address and a length. */
  constructor(memory: KernelMemory, view: (address: number, length: number) => A, room = 1024) {
    this.#memory = memory;
    this.#view = view;
    const { BYTES_PER_ELEMENT: each } = view(0, 0);
    this.#block = memory.allocate(each * room + slack);
    this.#values = view(this.#block.address, room);
  }

  /** All there is room for: valid until more is reserved. */
  get values(): A {
    return this.#values;
  }

  reserve(length: number): void {
    const { values } = this;
    if (length <= values.length) return;
    const room = Math.max(length, 2 * values.length);
    const old = this.#block;
    this.#block = this.#memory.allocate(values.BYTES_PER_ELEMENT * room + slack);
    this.#values = this.#view(this.#block.address, room);
    this.#values.set(values);
    this.#memory.free(old);
  }

  [Symbol.dispose](): void {
    this.#memory.free(this.#block);
  }
}
