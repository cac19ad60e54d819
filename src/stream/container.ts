/** Avro object container files: what Spark, Python and Java read and write too. */
import { Readable } from 'node:stream';
import avro from 'avsc';
import { MillraceError } from '../errors.ts';
import type { Schema } from './schema.ts';

export class BrokenContainer extends MillraceError {
  readonly code = 'BROKEN_CONTAINER';
}

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

/** The values of a container file, read with today's schema. Bytes that are none throw `BrokenContainer`. */
export async function* fromContainer<T>(schema: Schema<T>, parts: AsyncIterable<Uint8Array>): AsyncIterable<T> {
  const decoder = new avro.streams.BlockDecoder({ readerSchema: schema.codec.type });
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
