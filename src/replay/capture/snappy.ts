/** Unpacks a raw Snappy block: https://github.com/google/snappy/blob/main/format_description.txt */

/** @throws {RangeError} for what is none, or would be larger than `most` bytes */
export function snappyBlock(packed: Buffer, most: number): Buffer {
  const { begin, length } = lengthOf(packed);
  if (length > most) throw new RangeError(`${length} bytes are too many`);
  const into: Unpacking = { packed, at: begin, block: Buffer.alloc(length), end: 0 };
  while (into.at < packed.length) {
    const tag = packed.readUInt8(into.at++);
    if ((tag & 3) === 0) literal(into, tag);
    else copy(into, tag);
  }
  if (into.end !== length) throw new RangeError(`it holds ${into.end} bytes and not ${length}`);
  return into.block;
}

interface Unpacking {
  readonly packed: Buffer;
  /** The next byte of `packed` to read. */
  at: number;
  readonly block: Buffer;
  /** Where the next byte of `block` goes. */
  end: number;
}

function literal(into: Unpacking, tag: number): void {
  const { packed, block } = into;
  const extra = Math.max(0, (tag >> 2) - 59);
  const size = (extra === 0 ? tag >> 2 : packed.readUIntLE(into.at, extra)) + 1;
  into.at += extra;
  if (into.at + size > packed.length || into.end + size > block.length)
    throw new RangeError('a literal runs over the end');
  packed.copy(block, into.end, into.at, into.at + size);
  into.at += size;
  into.end += size;
}

function copy(into: Unpacking, tag: number): void {
  const { packed, block } = into;
  const kind = tag & 3;
  const size = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
  const width = kind === 3 ? 4 : kind;
  const back = packed.readUIntLE(into.at, width) + (kind === 1 ? (tag >> 5) << 8 : 0);
  into.at += width;
  if (back === 0 || back > into.end || into.end + size > block.length)
    throw new RangeError('a copy lies outside of the block');
  // Byte by byte: a copy may reach into what it writes itself.
  for (let n = 0; n < size; n++, into.end++) block[into.end] = block[into.end - back] ?? 0;
}

/** Where the elements begin, and how many bytes they make. */
function lengthOf(packed: Buffer): { readonly begin: number; readonly length: number } {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    const byte = packed.readUInt8(at);
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { begin: at + 1, length };
  }
  throw new RangeError('its length is none');
}
