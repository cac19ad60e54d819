/** Ratings in a file: user, item (32 bits each), stars (8 bits), one after the other in order of time. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Interaction } from '../../../src/als/index.ts';

export const recordBytes = 9;
const began = Date.UTC(2020, 0, 1);
const apart_ms = 60_000;

interface Written {
  readonly user: number;
  readonly item: number;
  readonly stars: number;
}

export function writeRating({ user, item, stars }: Written, into: Buffer, at: number): number {
  into.writeInt32LE(user, at);
  into.writeInt32LE(item, at + 4);
  return into.writeUInt8(stars, at + 8);
}

/** So many at a time, as the model learns them. */
export function* cutsOf(path: string, size: number): Generator<Interaction[]> {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(recordBytes * size);
  try {
    for (let first = 0; ; first += size) {
      const bytes = readSync(file, buffer, 0, buffer.length, first * recordBytes);
      if (bytes === 0) return;
      yield Array.from({ length: bytes / recordBytes }, (_, n) => interaction(buffer, n, first + n));
    }
  } finally {
    closeSync(file);
  }
}

function interaction(buffer: Buffer, record: number, number: number): Interaction {
  const at = record * recordBytes;
  return {
    userId: `u${buffer.readInt32LE(at)}`,
    itemId: `i${buffer.readInt32LE(at + 4)}`,
    kind: 'rating',
    value: buffer.readUInt8(at + 8),
    time: began + number * apart_ms,
    eventId: number.toString(36),
  };
}
