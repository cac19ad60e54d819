/**
 * What both models make of a pair, in 32 bits: its rating in star units in the upper 16 (`noStars` for none), preference
 * in bit 13, and weight in 1/16 steps, 0 to 4096, below. One number to read where a row is gathered.
 */
export const codeOf = (weight: number, preference: number, stars: number): number =>
  (stars << 16) | (preference << 13) | weight;

export const weightIn = (code: number): number => code & 0x1fff;
export const preferenceIn = (code: number): number => (code >> 13) & 1;
export const starsIn = (code: number): number => code >> 16;

/** What stands in place of a rating where there is none. */
export const noStars = -32768;

/** Of a pair that says nothing. */
export const silentCode = codeOf(0, 0, noStars);
