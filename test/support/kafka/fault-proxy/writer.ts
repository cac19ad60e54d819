import { fixed } from './fixed.ts';
import {
  isThere,
  type Message,
  type Repeated,
  type Scalar,
  type Struct,
  structOf,
  tags,
  type Value,
} from './schema.ts';

const nothing = Buffer.alloc(0);
const noTags = Buffer.from([0]);

/** Fields that the struct does not have get a value that says nothing: -1, an empty string, an empty array. */
export class Writer {
  readonly #flexible: boolean;

  constructor(flexible: boolean) {
    this.#flexible = flexible;
  }

  struct(message: Message, version: number, struct: Struct): Buffer {
    const fields = message.filter(isThere(version)).map(({ name, type }) => this.#bytesOf(type, version, struct[name]));
    return Buffer.concat([...fields, this.tags(struct[tags])]);
  }

  /** Of a struct or header; there are none in what is not flexible. */
  tags(raw?: Value): Buffer {
    if (!this.#flexible) return Buffer.alloc(0);
    return Buffer.isBuffer(raw) && raw.length > 0 ? raw : noTags;
  }

  #bytesOf(type: Scalar | Repeated, version: number, value: Value | undefined): Buffer {
    if (typeof type !== 'string') return this.#array(type, version, value);
    if (type === 'bytes') return this.#counted(4, value === null || Buffer.isBuffer(value) ? value : nothing);
    if (type === 'string') return this.#counted(2, typeof value === 'string' ? Buffer.from(value) : nothing);
    if (type === 'nullable') return this.#counted(2, typeof value === 'string' ? Buffer.from(value) : null);
    return fixed[type].write(value);
  }

  #array({ each }: Repeated, version: number, value: Value | undefined): Buffer {
    if (value === null) return this.#size(4, -1);
    const items = Array.isArray(value) ? value : [];
    const parts = items.map(item =>
      typeof each === 'string' ? this.#bytesOf(each, version, item) : this.struct(each, version, structOf(item)),
    );
    return Buffer.concat([this.#size(4, parts.length), ...parts]);
  }

  #counted(plainBytes: number, content: Buffer | null): Buffer {
    return content === null
      ? this.#size(plainBytes, -1)
      : Buffer.concat([this.#size(plainBytes, content.length), content]);
  }

  #size(plainBytes: number, size: number): Buffer {
    return this.#flexible ? varint(size + 1) : plain(plainBytes, size);
  }
}

function plain(bytes: number, size: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntBE(size, 0, bytes);
  return buffer;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) + 0x80);
  return Buffer.from([...bytes, left]);
}
