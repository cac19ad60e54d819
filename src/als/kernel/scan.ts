import { maxFactor } from '../widths.ts';
import type { BestRows } from './best-rows.ts';

/** Rows of k grid integers, one after the other, that are scanned for the best. */
export interface ScannedRows {
  readonly k: number;
  /** All there is room for; valid until more is reserved. */
  readonly values: Int16Array;
  /** Makes room for so many values at least, and keeps those there are. @throws {BoundExceeded} past 4 GiB */
  reserve(length: number): void;
  /**
   * Offers the rows `first` up to `end` to the best. In 32 bits that nobody checks: see `ItemSearch` for what may be asked.
   * @throws {RangeError} for what does not fit
   */
  scan(scan: RowScan): void;
}

export interface RowScan {
  readonly first: number;
  readonly end: number;
  /** Of length k, within ±32767. */
  readonly x: Int16Array;
  /**
   * A row y is scored by x . y; or, by cosine, by x . y / |y|, each step rounded to 32 bits, as `ordered` has it: then a
   * row of zeros takes no part.
   */
  readonly by: 'product' | 'cosine';
  readonly best: BestRows;
}

export function checkScan({ first, end, x }: RowScan, { k, values }: Pick<ScannedRows, 'k' | 'values'>): void {
  if (!(Number.isInteger(first) && Number.isInteger(end) && first >= 0 && first <= end && end * k <= values.length))
    throw new RangeError(`Rows ${first} to ${end} are not among the ${Math.floor(values.length / k)} there are`);
  if (x.length !== k || x.includes(-1 - maxFactor))
    throw new RangeError(`What rows of ${k} are scanned for has to be ${k} numbers within ±${maxFactor}`);
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The bits of a number of 32 bits as an integer, such that integers are in the order of the numbers. */
export function ordered(number: number): number {
  float[0] = number;
  const raw = bits[0] ?? 0;
  return raw < 0 ? raw ^ 0x7fffffff : raw;
}

/** The number that `ordered` made an integer of. */
export function unordered(integer: number): number {
  bits[0] = integer < 0 ? integer ^ 0x7fffffff : integer;
  return float[0] ?? NaN;
}
