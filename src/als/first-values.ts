import { roundHalfEven } from './rounding.ts';

/** Standard deviation of a sum of four uniform integers of 16 bits: 65536 / sqrt(3). */
const deviationOfSum = 65536 / Math.sqrt(3);
const meanOfSum = 2 * 0xffff;
const golden = 0x9e3779b9;

/**
 * Where a row begins: nearly normal numbers that depend on nothing but seed, side and id, each the sum of four 16-bit
 * integers (by the central limit theorem, without log or cos). `deviation` is theirs, in grid steps.
 */
export function firstValues(seed: number, salt: string, id: string, deviation: number, into: Int16Array): void {
  const low = hash32(salt + id, seed);
  const high = hash32(id + salt, mixed(seed ^ golden));
  const scale = deviation / deviationOfSum;
  for (let f = 0; f < into.length; f++) {
    const a = mixed(low + Math.imul(2 * f + 1, golden));
    const b = mixed(high ^ Math.imul(2 * f + 2, golden));
    const sum = (a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16) - meanOfSum;
    into[f] = roundHalfEven(sum * scale);
  }
}

/** FNV-1a over UTF-16 code units (Fowler, Noll, Vo), mixed at both ends. */
function hash32(text: string, seed: number): number {
  let hash = mixed(seed ^ 0x811c9dc5);
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mixed(hash);
}

/** The finaliser of MurmurHash3 by Austin Appleby: every bit of the input moves every bit of the result. */
function mixed(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
