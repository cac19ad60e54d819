/**
 * Where a partition key lies in the space that ranges divide: version 2 of the service's hash, MurmurHash3 (x64, 128
 * bits) of the marked text, its two highest bits cleared. Written after the public description of the algorithm.
 */
const mask = (1n << 64n) - 1n;
const c1 = 0x87c37b91114253d5n;
const c2 = 0x4cf5ad432745937fn;

export function effectiveKey(partitionKey: string): string {
  const bytes = Buffer.concat([Buffer.of(0x08), Buffer.from(partitionKey), Buffer.of(0xff)]);
  const hash = Buffer.from(murmur128(bytes)).reverse();
  hash[0] = (hash[0] ?? 0) & 0x3f;
  return hash.toString('hex').toUpperCase();
}

/** The two halves one after the other, each with its lowest byte first, as the service has them. */
function murmur128(bytes: Buffer): Buffer {
  let [h1, h2] = [0n, 0n];
  const blocks = Math.floor(bytes.length / 16);
  for (let n = 0; n < blocks; n += 1) {
    h1 ^= mixed(bytes.readBigUInt64LE(n * 16), c1, 31n, c2);
    h1 = add(add(rotated(h1, 27n), h2) * 5n, 0x52dce729n);
    h2 ^= mixed(bytes.readBigUInt64LE(n * 16 + 8), c2, 33n, c1);
    h2 = add(add(rotated(h2, 31n), h1) * 5n, 0x38495ab5n);
  }
  const tail = Buffer.alloc(16);
  bytes.copy(tail, 0, blocks * 16);
  h2 ^= mixed(tail.readBigUInt64LE(8), c2, 33n, c1);
  h1 ^= mixed(tail.readBigUInt64LE(0), c1, 31n, c2);
  h1 ^= BigInt(bytes.length);
  h2 ^= BigInt(bytes.length);
  h1 = add(h1, h2);
  h2 = add(h2, h1);
  h1 = finished(h1);
  h2 = finished(h2);
  h1 = add(h1, h2);
  h2 = add(h2, h1);
  const out = Buffer.alloc(16);
  out.writeBigUInt64LE(h1, 0);
  out.writeBigUInt64LE(h2, 8);
  return out;
}

const add = (a: bigint, b: bigint): bigint => (a + b) & mask;
const rotated = (value: bigint, by: bigint): bigint => ((value << by) | (value >> (64n - by))) & mask;
const mixed = (value: bigint, first: bigint, by: bigint, second: bigint): bigint =>
  (rotated((value * first) & mask, by) * second) & mask;

function finished(value: bigint): bigint {
  const once = ((value ^ (value >> 33n)) * 0xff51afd7ed558ccdn) & mask;
  const twice = ((once ^ (once >> 33n)) * 0xc4ceb9fe1a85ec53n) & mask;
  return twice ^ (twice >> 33n);
}
