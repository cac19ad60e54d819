/** Values that take the same number of bytes in every version. */
import type { Fixed, Value } from './schema.ts';

interface Coding {
  readonly bytes: number;
  readonly read: (bytes: Buffer) => Value;
  readonly write: (value: Value | undefined) => Buffer;
}

const integer = (bytes: number, unsaid: number): Coding => ({
  bytes,
  read: from => from.readIntBE(0, bytes),
  write: value => filled(bytes, to => to.writeIntBE(Number(value ?? unsaid), 0, bytes)),
});

export const fixed: Readonly<Record<Fixed, Coding>> = {
  int8: integer(1, 0),
  int16: integer(2, -1),
  int32: integer(4, -1),
  int64: {
    bytes: 8,
    read: from => from.readBigInt64BE(),
    write: value => filled(8, to => to.writeBigInt64BE(typeof value === 'bigint' ? value : -1n)),
  },
  bool: integer(1, 0),
  uuid: {
    bytes: 16,
    read: from => from.toString('hex'),
    write: value => Buffer.from(typeof value === 'string' ? value : '0'.repeat(32), 'hex'),
  },
};

function filled(bytes: number, fill: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(bytes);
  fill(buffer);
  return buffer;
}
