/** 2^exponent, exact, for integers up to 1023: `**` may differ between engines. */
export function powerOfTwo(exponent: number): number {
  let power = 1;
  for (let n = 0; n < exponent; n++) power *= 2;
  return power;
}
