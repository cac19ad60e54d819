import { fixed } from './fixed.ts';
import { isThere, type Message, type Repeated, type Scalar, type Struct, tags, type Value } from './schema.ts';

export class Reader {
  readonly #bytes: Buffer;
  readonly #flexible: boolean;
  #at: number;

  constructor(bytes: Buffer, flexible: boolean, at = 0) {
    this.#bytes = bytes;
    this.#flexible = flexible;
    this.#at = at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  struct(message: Message, version: number): Struct {
    const there = message.filter(isThere(version));
    const struct: Struct = Object.fromEntries(there.map(({ name, type }) => [name, this.#value(type, version)]));
    return this.#flexible ? { ...struct, [tags]: this.tags() } : struct;
  }

  /** Of a flexible struct or header. */
  tags(): Buffer {
    const from = this.#at;
    for (let left = this.#varint(); left > 0; left--) {
      this.#varint();
      this.#skip(this.#varint());
    }
    return this.#bytes.subarray(from, this.#at);
  }

  #value(type: Scalar | Repeated, version: number): Value {
    if (typeof type !== 'string') return this.#array(type, version);
    if (type === 'bytes') return this.#counted(this.#length());
    if (type !== 'string' && type !== 'nullable') return fixed[type].read(this.#skip(fixed[type].bytes));
    return this.#counted(this.#flexible ? this.#length() : this.#skip(2).readInt16BE())?.toString() ?? null;
  }

  #counted(length: number): Buffer | null {
    return length < 0 ? null : this.#skip(length);
  }

  #array({ each }: Repeated, version: number): Value {
    const length = this.#length();
    if (length < 0) return null;
    return Array.from({ length }, () =>
      typeof each === 'string' ? this.#value(each, version) : this.struct(each, version),
    );
  }

  #length(): number {
    return this.#flexible ? this.#varint() - 1 : this.#skip(4).readInt32BE();
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#skip(1).readUInt8();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  #skip(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError(`A field of ${length} bytes, of which ${this.left} are there`);
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}
