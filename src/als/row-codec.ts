import { UnusableModelState } from './errors.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Writes checkpoint rows, one after the other: little-endian numbers and texts with their length, so that equal rows are equal bytes. */
export class RowWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /** As they lie in memory, which is little-endian: what WebAssembly shares is so on every machine that runs it. */
  integers({ buffer, byteOffset, byteLength }: Int16Array): void {
    this.#reserve(byteLength);
    this.#bytes.set(new Uint8Array(buffer, byteOffset, byteLength), this.#at);
    this.#at += byteLength;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#view.setUint8(this.#at++, value);
  }

  /** 32 bits without a sign. */
  word(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  text(value: string): void {
    const bytes = encoder.encode(value);
    this.#reserve(4 + bytes.length);
    this.#view.setUint32(this.#at, bytes.length, true);
    this.#bytes.set(bytes, this.#at + 4);
    this.#at += 4 + bytes.length;
  }

  /** The row, and the writer ready for the next one. */
  end(): Uint8Array {
    const row = this.#bytes.slice(0, this.#at);
    this.#at = 0;
    return row;
  }

  #reserve(length: number): void {
    if (this.#at + length <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + length));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Reads what a `RowWriter` wrote. @throws {UnusableModelState} where the bytes end too early or too late. */
export class RowReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #key: string;
  #at = 0;

  constructor(key: string, bytes: Uint8Array) {
    this.#key = key;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get more(): boolean {
    return this.#at < this.#bytes.length;
  }

  integers(into: Int16Array): void {
    const start = this.#take(2 * into.length);
    for (let n = 0; n < into.length; n++) into[n] = this.#view.getInt16(start + 2 * n, true);
  }

  byte(): number {
    return this.#view.getUint8(this.#take(1));
  }

  word(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** Whether a word is next; if so it is read. */
  begins(word: number): boolean {
    const is = this.#at + 4 <= this.#bytes.length && this.#view.getUint32(this.#at, true) === word;
    if (is) this.#at += 4;
    return is;
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  text(): string {
    const length = this.#view.getUint32(this.#take(4), true);
    const start = this.#take(length);
    return decoder.decode(this.#bytes.subarray(start, start + length));
  }

  end(): void {
    if (this.more) throw this.#unusable('more');
  }

  #take(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length) throw this.#unusable('less');
    this.#at += length;
    return start;
  }

  #unusable(amount: string): UnusableModelState {
    return new UnusableModelState(
      `Row '${this.#key}' of the model holds ${amount} than these settings say`,
      'Restore with the settings it was written with, or replay into a fresh state',
    );
  }
}
