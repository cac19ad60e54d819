import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { murmur2, partitionOf } from '../../src/transport/partitioner.ts';

/** The vectors of Kafka's own `UtilsTest`; the last three are of the Java client too. */
const vectors: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
  ['', 275646681],
  ['a', -1563381124],
  ['ab', 316155434],
];

/** The same hash written plainly, in integers without bounds: the oracle. */
function plainMurmur2(bytes: readonly number[]): number {
  const wrap = (value: bigint): bigint => BigInt.asUintN(32, value);
  const m = 0x5bd1e995n;
  let hash = wrap(0x9747b28cn ^ BigInt(bytes.length));
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    let word = bytes.slice(at, at + 4).reduce((sum, byte, n) => sum | (BigInt(byte) << BigInt(8 * n)), 0n);
    word = wrap(word * m);
    word = wrap((word ^ (word >> 24n)) * m);
    hash = wrap(hash * m) ^ word;
  }
  if (at < bytes.length) {
    bytes.slice(at).forEach((byte, n) => (hash ^= BigInt(byte) << BigInt(8 * n)));
    hash = wrap(hash * m);
  }
  hash = wrap((hash ^ (hash >> 13n)) * m);
  return Number(BigInt.asIntN(32, hash ^ (hash >> 15n)));
}

describe('the partitioner', () => {
  test.each(vectors)('hashes %j as Kafka does', (key, hash) => {
    expect(murmur2(Buffer.from(key), key.length)).toBe(hash);
    expect(partitionOf(key, 7)).toBe((hash & 0x7fffffff) % 7);
  });

  test('agrees with the hash written plainly, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), bytes => {
        expect(murmur2(Buffer.from(bytes), bytes.length)).toBe(plainMurmur2([...bytes]));
      }),
    );
  });

  test('hashes the UTF-8 of any key, also of keys over 8 kB', () => {
    const key = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(key, fc.constantFrom(1, 90, 900), fc.integer({ min: 1, max: 64 }), (part, times, partitions) => {
        const long = part.repeat(times);
        expect(partitionOf(long, partitions)).toBe((plainMurmur2([...Buffer.from(long)]) & 0x7fffffff) % partitions);
      }),
      { numRuns: 60 },
    );
  });

  test('puts every key of a topic with one partition there', () => {
    expect(partitionOf('anything', 1)).toBe(0);
  });
});
