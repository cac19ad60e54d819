/**
 * Which partition a key belongs to: Kafka's default, so that any Kafka client and the embedded log agree.
 * Hash: MurmurHash2 by Austin Appleby (32 bits), with the seed of Kafka's `Utils.murmur2`.
 */

const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;
/** Keys whose UTF-8 certainly fits are encoded here; longer ones, which are rare, get a buffer of their own. */
const scratch = Buffer.allocUnsafeSlow(1024);

/** Partition of a key: the hash of its UTF-8 bytes without the sign bit, modulo the number of partitions. */
export function partitionOf(key: string, partitions: number): number {
  if (partitions === 1) return 0;
  return (murmur2Of(key) & 0x7fffffff) % partitions;
}

function murmur2Of(key: string): number {
  if (key.length * 3 > scratch.length) {
    const bytes = Buffer.from(key);
    return murmur2(bytes, bytes.length);
  }
  return murmur2(scratch, scratch.write(key));
}

/** MurmurHash2 of the first `length` bytes, as a signed 32-bit integer like Java's. */
export function murmur2(bytes: Buffer, length: number): number {
  let hash = seed ^ length;
  const whole = length & ~3;
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), multiplier);
    word ^= word >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier);
  }
  if (length > whole) hash = Math.imul(hash ^ bytes.readUIntLE(whole, length - whole), multiplier);
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}
