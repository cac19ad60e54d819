/**
 * Reads Avro object container files block by block, and says where one is broken: file, byte, block.
 * Format: Apache Avro 1.12 specification, "Object Container Files".
 */
import { open, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import avro from 'avsc';
import { MillraceError } from '../../errors.ts';
import { weightlessIn } from '../../stream/weightless.ts';
import { snappyBlock } from './snappy.ts';

/** A Capture file cannot be read. */
export class BrokenCapture extends MillraceError {
  readonly code = 'BROKEN_CAPTURE';
}

/** More than Event Hubs captures into one window, so what asks for more is broken. */
const maxBlockBytes = 512 << 20;
const syncBytes = 16;
const inflated = promisify(inflateRaw);

export interface ContainerValue {
  readonly value: unknown;
  /** Where its block begins. */
  readonly byte: number;
}

/** The values of a file in their order. An empty file has none. @throws {BrokenCapture} */
export async function* valuesIn(path: string): AsyncGenerator<ContainerValue> {
  await using file = await opened(path);
  const { size } = await file.stat();
  if (size === 0) return; // written where nothing came for a while
  const reader = new FileReader(file, path, size);
  const { type, codec, sync } = await headOf(reader);
  while (!reader.ended) {
    const byte = reader.at;
    const count = await reader.long();
    const packed = await reader.bytes(await reader.long());
    if (!(await reader.bytes(syncBytes)).equals(sync)) throw broken(path, byte, 'the block does not end where it says');
    const block = await unpacked(packed, codec, path, byte);
    for (let [at, n] = [0, 0]; n < count; n++) {
      const { value, offset } = decoded(type, block, at, path, byte);
      if (offset < 0) throw broken(path, byte, `the block holds ${n} values and not ${count}`);
      at = offset;
      yield { value, byte };
    }
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    throw new BrokenCapture(`${path} cannot be opened`, 'Allow this user to read it', { cause });
  }
}

interface Head {
  readonly type: avro.Type;
  readonly codec: string;
  readonly sync: Buffer;
}

async function headOf(reader: FileReader): Promise<Head> {
  if (!(await reader.bytes(4)).equals(Buffer.from('Obj\u0001')))
    throw broken(reader.path, 0, 'this is no Avro container');
  const meta = new Map<string, Buffer>();
  for (let count = await reader.long(); count !== 0; count = await reader.long()) {
    if (count < 0) await reader.long(); // then the size of the entries follows
    for (let n = Math.abs(count); n > 0; n--) {
      const key = (await reader.bytes(await reader.long())).toString();
      meta.set(key, await reader.bytes(await reader.long()));
    }
  }
  const codec = meta.get('avro.codec')?.toString() ?? 'null';
  return { type: typeOf(meta.get('avro.schema'), reader.path), codec, sync: await reader.bytes(syncBytes) };
}

function typeOf(schema: Buffer | undefined, path: string): avro.Type {
  try {
    const text = schema?.toString() ?? '';
    // What is no JSON would be taken for the path of another file.
    const isDefinition = typeof JSON.parse(text) === 'object';
    const type: unknown = isDefinition ? avro.parse(text, { wrapUnions: true }) : undefined;
    if (!(type instanceof avro.Type)) throw new TypeError('it is no definition');
    const why = weightlessIn(type);
    if (why === undefined) return type;
    throw new RangeError(why);
  } catch (cause) {
    throw broken(path, 0, 'its head holds no Avro schema', cause);
  }
}

async function unpacked(packed: Buffer, codec: string, path: string, byte: number): Promise<Buffer> {
  try {
    if (codec === 'null') return packed;
    if (codec === 'deflate') return await inflated(packed, { maxOutputLength: maxBlockBytes });
    if (codec === 'snappy') return checked(packed);
  } catch (cause) {
    throw broken(path, byte, `the block cannot be unpacked (${codec})`, cause);
  }
  throw new BrokenCapture(
    `${path} is packed with '${codec}', which cannot be read here`,
    'Write it anew with null, deflate or snappy, for instance with avro-tools recodec',
  );
}

/** Avro puts the CRC-32 of what was packed behind a snappy block. */
function checked(packed: Buffer): Buffer {
  const block = snappyBlock(packed.subarray(0, -4), maxBlockBytes);
  if (crc32(block) !== packed.readUInt32BE(packed.length - 4)) throw new RangeError('its checksum is another');
  return block;
}

function decoded(
  type: avro.Type,
  block: Buffer,
  at: number,
  path: string,
  byte: number,
): { readonly value: unknown; readonly offset: number } {
  try {
    return type.decode(block, at);
  } catch (cause) {
    throw broken(path, byte, 'a value cannot be read', cause);
  }
}

const broken = (path: string, byte: number, what: string, cause?: unknown): BrokenCapture =>
  new BrokenCapture(
    `${path} is broken at byte ${byte}: ${what}`,
    'Take another copy of the file; what was imported before it stays, and the same command goes on',
    { cause },
  );

/** A file from its front to its end, each read within what is left of it. */
class FileReader {
  readonly path: string;
  at = 0;
  readonly #file: FileHandle;
  readonly #size: number;

  constructor(file: FileHandle, path: string, size: number) {
    this.#file = file;
    this.path = path;
    this.#size = size;
  }

  get ended(): boolean {
    return this.at >= this.#size;
  }

  async bytes(count: number): Promise<Buffer> {
    if (count < 0 || count > maxBlockBytes || count > this.#size - this.at) throw this.#short();
    const buffer = Buffer.allocUnsafe(count);
    for (let done = 0; done < count;) {
      const { bytesRead } = await this.#file.read(buffer, done, count - done, this.at + done);
      if (bytesRead === 0) throw this.#short();
      done += bytesRead;
    }
    this.at += count;
    return buffer;
  }

  /** A zigzag number of variable length. */
  async long(): Promise<number> {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = (await this.bytes(1)).readUInt8(0);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
      if (shift > 56n) throw this.#short();
    }
    return Number((value >> 1n) ^ -(value & 1n));
  }

  #short(): BrokenCapture {
    return broken(this.path, this.at, 'it is cut short, or a length in it is wrong');
  }
}
