import { InvalidSettings } from './errors.ts';

/** Integers up to here are exact in a double. */
export const exactLimit = Number.MAX_SAFE_INTEGER;
/** Factors lie within +-32767: -32768 overflows `i32x4.dot_i16x8_s`, which adds two products of 16 bits. */
export const maxFactor = 32767;
const maxInt32 = 0x7fffffff;

/**
 * After how many pairs of weighted products a sum in 32 bits must be widened: floor((2^31 - 1) / (2 M^2 W)), where M is
 * the greatest absolute factor and W the greatest weight. Each step of `i32x4.dot_i16x8_s` adds one such pair to a lane.
 * @throws {InvalidSettings} if not even one pair fits: the weight must then be multiplied after widening.
 */
export function pairsPerWidening(greatestFactor: number, greatestWeight: number): number {
  if (greatestFactor === 0 || greatestWeight === 0) return maxInt32;
  const pairs = Math.floor(maxInt32 / (2 * greatestFactor * greatestFactor * greatestWeight));
  if (pairs >= 1) return pairs;
  throw new InvalidSettings(
    `Two products of factors up to ${greatestFactor} with weight ${greatestWeight} do not fit 32 bits`,
    'Multiply by the weight after widening, or take a smaller grid exponent',
  );
}
