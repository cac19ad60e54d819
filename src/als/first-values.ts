import { hash32, mixed } from './hash32.ts';
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
