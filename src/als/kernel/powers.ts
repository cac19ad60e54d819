import { roundHalfEven } from '../rounding.ts';
import { maxFactor } from '../widths.ts';

/** 2^exponent, exact, for integers up to 1023: `**` may differ between engines. */
export function powerOfTwo(exponent: number): number {
  let power = 1;
  for (let n = 0; n < exponent; n++) power *= 2;
  return power;
}

/** The least e >= 0 for which a value times 2^-e rounds to 32767 or less. */
export function exponentFor(greatest: number): number {
  let exponent = 0;
  while (roundHalfEven(greatest / powerOfTwo(exponent)) > maxFactor) exponent++;
  return exponent;
}
