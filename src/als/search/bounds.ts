import { powerOfTwo } from '../kernel/powers.ts';
import { maxFactor } from '../widths.ts';

/** Bounds of all rows that a matrix has, and of those it had: nothing is taken back where a row changes. */
export class RowBounds {
  /** The greatest sum of squares of a row. */
  greatestSquare = 0;
  /** The greatest sum of absolute values of a row. */
  greatestSum = 0;

  take(row: Int16Array): void {
    let [square, sum] = [0, 0];
    for (let f = 0; f < row.length; f++) {
      const value = Math.abs(row[f] ?? NaN);
      square += value * value;
      sum += value;
    }
    if (square > this.greatestSquare) this.greatestSquare = square;
    if (sum > this.greatestSum) this.greatestSum = sum;
  }
}

/** What the kernel's sums hold. */
export const mostProduct = 0x7fffffff;
const mostProductSquared = mostProduct * mostProduct;

/** Factors times a scale, rounded: so fine as 16 bits hold them, and their products with any row 32 bits. */
export interface OnGrid {
  readonly x: Int16Array;
  /** Grid steps in one: a power of two, so that nothing but the rounding moves a factor. */
  readonly scale: number;
  /** The most that a factor in grid steps was moved by its rounding: half a step, or nothing. */
  readonly moved: number;
}

/** What is greater or smaller may leave what a double holds. */
const mostScale = powerOfTwo(900);

/** Undefined where no grid holds them: for zeros, for what is no number, and beyond 2^±900. */
export function onGrid(
  factors: Float64Array,
  { greatestSquare }: Pick<RowBounds, 'greatestSquare'>,
): OnGrid | undefined {
  const greatest = factors.reduce((most, factor) => Math.max(most, Math.abs(factor)), 0);
  if (!(greatest > 0 && greatest < Infinity)) return undefined;
  let scale = 1;
  while (greatest * scale * 2 <= maxFactor && scale < mostScale) scale *= 2;
  for (; scale * mostScale >= 1; scale /= 2) {
    if (greatest * scale > maxFactor) continue;
    const x = Int16Array.from(factors, factor => Math.round(factor * scale));
    const square = x.reduce((sum, value) => sum + value * value, 0);
    // By Cauchy and Schwarz: no product with a row is greater.
    if (square * greatestSquare <= mostProductSquared) return { x, scale, moved: movedBy(x, factors, scale) };
  }
  return undefined;
}

const movedBy = (x: Int16Array, factors: Float64Array, scale: number): number =>
  factors.reduce((most, factor, f) => Math.max(most, Math.abs(factor * scale - (x[f] ?? NaN))), 0);
