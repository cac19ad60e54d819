/** The compressions of Kafka that Node knows. */
import { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import { CorruptBatch } from '../../record.ts';

const names = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** Bits of a batch's attributes that name the compression. */
export const compressionBits = 0b111;
export const gzipCode = 1;

/** A batch is never unpacked to more: a few bytes could fill the memory otherwise. */
export const maxUnpackedBytes = 64 * 1024 * 1024;

export const pack = (bytes: Buffer): Buffer => gzipSync(bytes, { level: 1 });

/** The records of a batch; `where` is named in errors. */
export function unpack(code: number, bytes: Buffer, where: string): Buffer {
  try {
    if (code === 0) return bytes;
    if (code === gzipCode) return gunzipSync(bytes, { maxOutputLength: maxUnpackedBytes });
    if (code === 4) return zstdDecompressSync(bytes, { maxOutputLength: maxUnpackedBytes });
  } catch (cause) {
    throw new CorruptBatch(`${where} cannot be unpacked`, 'Restore the log from a copy, or write it anew', { cause });
  }
  throw new CorruptBatch(
    `${where} is compressed with ${names[code] ?? `codec ${code}`}, which Node does not know`,
    'Let its producer use gzip, zstd or none, or set `compression.type` of the topic to one of them',
  );
}
