import { Job } from './jobs.as';
import { held, madd, rowAt, widen, zip } from './simd.as';

/** Pairs of entries that are packed at once: they stay in the fastest cache while they are summed. */
export const packedPairs: i32 = 256;

/** Packs pairs of neighbours for `gramOf` and `rightOf`: `stride` columns of two rows, column by column. */
export function pack(neighbours: usize, pairs: i32, matrix: usize, stride: i32, into: usize): void {
  const bytes: usize = (<usize>stride) << 1;
  for (let pair = 0; pair < pairs; pair++) {
    const a = rowAt(matrix, load<i32>(neighbours), bytes);
    const b = rowAt(matrix, load<i32>(neighbours, 4), bytes);
    for (let at: usize = 0; at < bytes; at += 16) {
      zip(into, v128.load(a + at), v128.load(b + at));
      into += 32;
    }
    neighbours += 8;
  }
}

/** Puts the unit in place of the biases of packed pairs; a slot of the row of zeros stays zero. */
export function packUnit(neighbours: usize, pairs: i32, unit: i32, stride: i32, into: usize): void {
  const step: usize = (<usize>stride) << 2;
  for (let pair = 0; pair < pairs; pair++) {
    if (load<i32>(neighbours) >= 0) store<i16>(into, unit);
    if (load<i32>(neighbours, 4) >= 0) store<i16>(into, unit, 2);
    into += step;
    neighbours += 8;
  }
}

/** What mean and bias leave of the targets of a few slots, held within ±32767. */
export function unexplained(neighbours: usize, targets: usize, slots: i32, job: Job, into: usize): void {
  const bytes: usize = (<usize>job.stride) << 1;
  for (let slot = 0; slot < slots; slot++) {
    const row = load<i32>(neighbours + ((<usize>slot) << 2));
    const at: usize = (<usize>slot) << 1;
    const left = row < 0 ? 0 : held(load<i16>(targets + at) - job.mean - load<i16>(rowAt(job.from, row, bytes)));
    store<i16>(into + at, left);
  }
}

/**
 * Adds weight * (sum of y y') of packed pairs to the upper triangle of A, `leading` doubles a row. `widths` says for
 * each pair of panels of 8 columns after how many pairs a sum in 32 bits must be widened.
 */
export function gramOf(
  packed: usize,
  pairs: i32,
  stride: i32,
  A: usize,
  leading: i32,
  weight: f64,
  widths: usize,
): void {
  const weights = f64x2.splat(weight);
  const step: usize = (<usize>stride) << 2;
  const row: usize = (<usize>leading) << 3;
  for (let a = 0; a < stride; a += 4) {
    for (let c = a & ~7; c < stride; c += 8) {
      const width = load<i32>(widths + ((<usize>((a >> 3) * 16 + (c >> 3))) << 2));
      const out = A + <usize>a * row + ((<usize>c) << 3);
      let p = packed + ((<usize>a) << 2);
      let q = packed + ((<usize>c) << 2);
      for (let pair = 0; pair < pairs; pair += width) {
        let r00 = i32x4.splat(0);
        let r01 = i32x4.splat(0);
        let r10 = i32x4.splat(0);
        let r11 = i32x4.splat(0);
        let r20 = i32x4.splat(0);
        let r21 = i32x4.splat(0);
        let r30 = i32x4.splat(0);
        let r31 = i32x4.splat(0);
        for (const end = q + <usize>min(pairs - pair, width) * step; q < end; q += step) {
          const y0 = v128.load(q);
          const y1 = v128.load(q, 16);
          let x = v128.load_splat<i32>(p);
          r00 = madd(r00, x, y0);
          r01 = madd(r01, x, y1);
          x = v128.load_splat<i32>(p, 4);
          r10 = madd(r10, x, y0);
          r11 = madd(r11, x, y1);
          x = v128.load_splat<i32>(p, 8);
          r20 = madd(r20, x, y0);
          r21 = madd(r21, x, y1);
          x = v128.load_splat<i32>(p, 12);
          r30 = madd(r30, x, y0);
          r31 = madd(r31, x, y1);
          p += step;
        }
        let t = out;
        widen(t, r00, weights);
        widen(t + 32, r01, weights);
        t += row;
        widen(t, r10, weights);
        widen(t + 32, r11, weights);
        t += row;
        widen(t, r20, weights);
        widen(t + 32, r21, weights);
        t += row;
        widen(t, r30, weights);
        widen(t + 32, r31, weights);
      }
    }
  }
}

/** Adds weight * (sum of target * y) of packed pairs to `stride` doubles; `greatest` bounds the targets. */
export function rightOf(
  packed: usize,
  targets: usize,
  pairs: i32,
  job: Job,
  weight: f64,
  greatest: i32,
  into: usize,
): void {
  const weights = f64x2.splat(weight);
  const step: usize = (<usize>job.stride) << 2;
  for (let c = 0; c < job.stride; c += 8) {
    const factor = load<i32>(job.widths + ((256 + ((<usize>c) >> 3)) << 2));
    const width = <i32>(0x7fffffff / (2 * <i64>factor * <i64>greatest));
    let q = packed + ((<usize>c) << 2);
    let target = targets;
    for (let pair = 0; pair < pairs; pair += width) {
      let r0 = i32x4.splat(0);
      let r1 = i32x4.splat(0);
      for (const end = q + <usize>min(pairs - pair, width) * step; q < end; q += step) {
        const x = v128.load_splat<i32>(target);
        r0 = madd(r0, x, v128.load(q));
        r1 = madd(r1, x, v128.load(q, 16));
        target += 4;
      }
      widen(into + ((<usize>c) << 3), r0, weights);
      widen(into + ((<usize>c) << 3) + 32, r1, weights);
    }
  }
}

/** The greatest absolute value of a few 16-bit integers, none of them -32768. */
export function greatestOf(values: usize, count: i32): i32 {
  let greatest = 0;
  for (let n = 0; n < count; n++) greatest = max(greatest, abs(<i32>load<i16>(values + ((<usize>n) << 1))));
  return greatest;
}

/** The sum of absolute values of a few 16-bit integers. */
export function sizeOf(values: usize, count: i32): f64 {
  let sum: i64 = 0;
  for (let n = 0; n < count; n++) sum += abs(<i64>load<i16>(values + ((<usize>n) << 1)));
  return <f64>sum;
}
