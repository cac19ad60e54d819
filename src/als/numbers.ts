/** A list of numbers that grows with zeros: one for each row or pair. */
export class Numbers<A extends Float64Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Uint8Array> {
  #values: A;
  readonly #make: (length: number) => A;

  constructor(make: (length: number) => A) {
    this.#make = make;
    this.#values = make(64);
  }

  copy(): Numbers<A> {
    const copy = new Numbers(this.#make);
    copy.#values = this.#make(this.#values.length);
    copy.#values.set(this.#values);
    return copy;
  }

  /** The numbers themselves, for loops over many: valid until one is set past the end. */
  get values(): A {
    return this.#values;
  }

  get(at: number): number {
    return this.#values[at] ?? 0;
  }

  set(at: number, value: number): void {
    if (at >= this.#values.length) this.#grow(at + 1);
    this.#values[at] = value;
  }

  add(at: number, value: number): void {
    this.set(at, this.get(at) + value);
  }

  clear(): void {
    this.#values.fill(0);
  }

  #grow(least: number): void {
    const larger = this.#make(Math.max(least, this.#values.length * 2));
    larger.set(this.#values);
    this.#values = larger;
  }
}
