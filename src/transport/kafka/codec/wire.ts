/** The primitive types of Kafka's protocol, in the plain and in the flexible (compact) form. */
import { Unavailable } from '../../../errors.ts';

const two32 = 2 ** 32;

export class WireWriter {
  readonly #flexible: boolean;
  #buffer = Buffer.allocUnsafe(1024);
  #at = 0;

  constructor(flexible: boolean) {
    this.#flexible = flexible;
  }

  int8(value: number): this {
    this.#reserve(1);
    this.#at = this.#buffer.writeInt8(value, this.#at);
    return this;
  }

  int16(value: number): this {
    this.#reserve(2);
    this.#at = this.#buffer.writeInt16BE(value, this.#at);
    return this;
  }

  int32(value: number): this {
    this.#reserve(4);
    this.#at = this.#buffer.writeInt32BE(value, this.#at);
    return this;
  }

  int64(value: number): this {
    this.int32(Math.floor(value / two32));
    this.#reserve(4);
    this.#at = this.#buffer.writeUInt32BE(value >>> 0, this.#at);
    return this;
  }

  string(value: string | null): this {
    if (value === null) return this.#flexible ? this.#uvarint(0) : this.int16(-1);
    const bytes = Buffer.byteLength(value);
    if (this.#flexible) this.#uvarint(bytes + 1);
    else this.int16(bytes);
    this.#reserve(bytes);
    this.#at += this.#buffer.write(value, this.#at);
    return this;
  }

  raw(bytes: Buffer): this {
    this.#reserve(bytes.length);
    this.#at += bytes.copy(this.#buffer, this.#at);
    return this;
  }

  /** The number of bytes that follow, which the caller sends itself. */
  bytesOf(length: number): this {
    return this.#flexible ? this.#uvarint(length + 1) : this.int32(length);
  }

  array<T>(values: readonly T[], write: (value: T) => void): this {
    if (this.#flexible) this.#uvarint(values.length + 1);
    else this.int32(values.length);
    for (const value of values) write(value);
    return this;
  }

  /** The end of a structure: no tagged fields. */
  end(): this {
    return this.#flexible ? this.#uvarint(0) : this;
  }

  /** What has been written since the last call. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#at);
    this.#buffer = Buffer.allocUnsafe(1024);
    this.#at = 0;
    return taken;
  }

  #uvarint(value: number): this {
    this.#reserve(5);
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.#buffer[this.#at++] = (rest & 0x7f) | 0x80;
    this.#buffer[this.#at++] = rest;
    return this;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const bigger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + bytes));
    this.#buffer.copy(bigger, 0, 0, this.#at);
    this.#buffer = bigger;
  }
}

/** Reads an answer. One that is cut short is nobody's data: it throws `Unavailable`, and is asked for again. */
export class WireReader {
  readonly #buffer: Buffer;
  readonly #flexible: boolean;
  #at = 0;

  constructor(buffer: Buffer, flexible: boolean) {
    this.#buffer = buffer;
    this.#flexible = flexible;
  }

  int8(): number {
    return this.#buffer.readInt8(this.#next(1));
  }

  int16(): number {
    return this.#buffer.readInt16BE(this.#next(2));
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.#next(4));
  }

  int64(): number {
    const at = this.#next(8);
    return this.#buffer.readInt32BE(at) * two32 + this.#buffer.readUInt32BE(at + 4);
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  /** An identifier of a topic. */
  uuid(): string {
    return this.raw(16).toString('hex');
  }

  string(): string | null {
    const length = this.#flexible ? this.#uvarint() - 1 : this.int16();
    return length < 0 ? null : this.raw(length).toString();
  }

  /** Bytes, not copied; none where they are null. */
  bytes(): Buffer {
    const length = this.#flexible ? this.#uvarint() - 1 : this.int32();
    return this.raw(Math.max(0, length));
  }

  array<T>(read: () => T): T[] {
    const length = this.#flexible ? this.#uvarint() - 1 : this.int32();
    const values: T[] = [];
    for (let n = 0; n < length; n++) values.push(read());
    return values;
  }

  /** The tagged fields at the end of a structure, which are for others. */
  end(): void {
    if (!this.#flexible) return;
    for (let fields = this.#uvarint(); fields > 0; fields--) {
      this.#uvarint();
      this.raw(this.#uvarint());
    }
  }

  raw(length: number): Buffer {
    const at = this.#next(length);
    return this.#buffer.subarray(at, at + length);
  }

  #uvarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#buffer.readUInt8(this.#next(1));
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw cutShort();
  }

  #next(bytes: number): number {
    const at = this.#at;
    this.#at += bytes;
    if (this.#at > this.#buffer.length) throw cutShort();
    return at;
  }
}

const cutShort = (): Unavailable =>
  new Unavailable('A broker sent an answer that is cut short', 'It is asked again; look at what lies between');
