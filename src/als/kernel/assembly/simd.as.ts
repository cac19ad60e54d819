/** Small steps on vector registers that the kernels share. Addresses are bytes in the one imported memory. */

/** Adds to each 32-bit lane the two products of 16-bit integers that stand in it. */
export function madd(sum: v128, a: v128, b: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(a, b));
}

/** sum - a * b, rounded twice: no fused operation, which would answer other bits. */
export function nmadd(sum: v128, a: v128, b: v128): v128 {
  return f64x2.sub(sum, f64x2.mul(a, b));
}

export function splat64(at: usize): v128 {
  return v128.load_splat<f64>(at);
}

export function lowHalf(a: v128): v128 {
  return f64x2.convert_low_i32x4_s(a);
}

export function highHalf(a: v128): v128 {
  return f64x2.convert_low_i32x4_s(v128.shuffle<i32>(a, a, 2, 3, 2, 3));
}

/** Widens four exact sums, multiplies them, and adds them to four doubles. */
export function widen(at: usize, sums: v128, weight: v128): void {
  v128.store(at, f64x2.add(v128.load(at), f64x2.mul(lowHalf(sums), weight)));
  v128.store(at, f64x2.add(v128.load(at, 16), f64x2.mul(highHalf(sums), weight)), 16);
}

/** Eight columns of two rows, column by column: what `i32x4.dot_i16x8_s` takes two rows at a time. */
export function zip(into: usize, a: v128, b: v128): void {
  v128.store(into, v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11));
  v128.store(into, v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), 16);
}

/** The sums of the lanes of four registers. */
export function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
}

/** The dot product of two rows of `bytes` bytes, in four lanes whose sum it is. */
export function rowDot(y: usize, x: usize, bytes: usize): v128 {
  let sum = i32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) sum = madd(sum, v128.load(y + at), v128.load(x + at));
  return sum;
}

/** The address of a row; row -1 is the row of zeros before the first. */
export function rowAt(matrix: usize, row: i32, bytes: usize): usize {
  return matrix + <usize>row * bytes;
}

export function held(value: i32): i32 {
  return max(-32767, min(32767, value));
}

/** To the nearest integer, halves to the even one, within ±32767. */
export function toGrid(value: f64): i32 {
  const rounded = nearest<f64>(value);
  if (rounded > 32767) return 32767;
  if (rounded < -32767) return -32767;
  return rounded == rounded ? <i32>rounded : 0;
}
