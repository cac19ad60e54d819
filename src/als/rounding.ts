import { maxFactor } from './widths.ts';

/** To the nearest integer, halves to the even one. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Writes values in units of 1/scale as integers from -32767 to 32767; answers how many met the end of the grid. */
export function toGrid(values: Float64Array, scale: number, into: Int16Array): number {
  let saturations = 0;
  for (let f = 0; f < into.length; f++) {
    const rounded = roundHalfEven((values[f] ?? NaN) * scale);
    const held = rounded > maxFactor ? maxFactor : rounded < -maxFactor ? -maxFactor : rounded;
    if (held !== rounded) saturations++;
    into[f] = held;
  }
  return saturations;
}
