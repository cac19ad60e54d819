/** Avro object container files: what Spark, Python and Java read and write too. */
import { Readable } from 'node:stream';
import { inflateRaw } from 'node:zlib';
import avro from 'avsc';
import { MillraceError } from '../errors.ts';
import type { Schema } from './schema.ts';
import { weightlessIn } from './weightless.ts';

export class BrokenContainer extends MillraceError {
  readonly code = 'BROKEN_CONTAINER';
}

/** A block is never unpacked to more: a few bytes could fill the memory otherwise. What we write, and Spark, has 64 KiB. */
export const maxBlockBytes = 64 << 20;

type Unpacked = (error: Error | null, bytes: Buffer) => void;

/** `deflate` as the codec has it, with a bound. */
const codecs = {
  null: (bytes: Buffer, done: Unpacked): void => done(null, bytes),
  deflate: (bytes: Buffer, done: Unpacked): void => inflateRaw(bytes, { maxOutputLength: maxBlockBytes }, done),
};

/**
 * The bytes of a container file with these values, in parts; the same values give the same bytes. No value is read before
 * a part is asked for, and none after the reader has left.
 */
export async function* toContainer<T>(
  schema: Schema<T>,
  values: Iterable<T> | AsyncIterable<T>,
): AsyncGenerator<Uint8Array> {
  // Avro leaves the marker between blocks to the writer; a random one would make equal files differ.
  const syncMarker = Buffer.from(schema.fingerprint.repeat(2), 'hex');
  const encoder = new avro.streams.BlockEncoder(schema.codec.type, { codec: 'deflate', syncMarker });
  const source = Readable.from(values, { objectMode: true });
  source.on('error', error => encoder.destroy(error));
  try {
    yield* source.pipe(encoder);
  } finally {
    source.destroy();
  }
}

/**
 * The values of a container file, read with today's schema. Bytes that are none throw `BrokenContainer`, and so do those
 * that would become far more: a block of more than 64 MiB, values that take no bytes.
 */
export async function* fromContainer<T>(schema: Schema<T>, parts: AsyncIterable<Uint8Array>): AsyncIterable<T> {
  const decoder = new avro.streams.BlockDecoder({ readerSchema: schema.codec.type, codecs, parseHook: typeOf });
  const source = Readable.from(parts, { objectMode: false });
  source.on('error', error => decoder.destroy(error));
  try {
    for await (const value of source.pipe(decoder)) yield value;
  } catch (error) {
    if (error instanceof MillraceError) throw error;
    throw new BrokenContainer(
      `This is no Avro container file of ${schema.name}: ${error instanceof Error ? error.message : String(error)}`,
      'Take another copy of the file',
      { cause: error },
    );
  }
}

/** @throws for a schema of which a few bytes are any number of values */
function typeOf(schema: avro.Schema): avro.Type {
  const type = avro.Type.forSchema(schema);
  const why = weightlessIn(type);
  if (why !== undefined) throw new RangeError(why);
  return type;
}
