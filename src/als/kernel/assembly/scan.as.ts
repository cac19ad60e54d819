import { keyOf, leastScore, placeKey } from './keys.as';
import { madd, sumLanes } from './simd.as';

/**
 * Offers each of the rows `first` up to `end` to the n greatest keys, of which there are `count`; answers how many there
 * are then. Rows are k values one after the other without padding: four are taken at a time, each by registers of eight
 * columns, so that up to 3 rows and 14 bytes behind the last are read, and count for nothing. `x` is padded by zeros.
 * A row's score is its product with x, or, by cosine, the bits of product / length as `ordered` has them.
 */
export function scanRows(
  values: usize,
  first: i32,
  end: i32,
  k: i32,
  x: usize,
  keys: usize,
  count: i32,
  n: i32,
  byCosine: i32,
): i32 {
  const bytes: usize = (<usize>k) << 1;
  const padded: usize = (bytes + 15) & ~15;
  let least = leastScore(keys, count, n);
  let row = values + <usize>first * bytes;
  for (let number = first; number < end; number += 4) {
    const scores = byCosine ? cosines(row, bytes, padded, x) : products(row, bytes, padded, x);
    row += bytes << 2;
    let bits = i32x4.bitmask(i32x4.ge_s(scores, i32x4.splat(least)));
    if (!bits) continue;
    if (end - number < 4) bits &= (1 << (end - number)) - 1;
    while (bits) {
      const lane = ctz(bits);
      const score = laneOf(scores, lane);
      // What has no direction is less than everything else, and takes no place.
      if (score != i32.MIN_VALUE) count = placeKey(keys, count, n, keyOf(score, number + lane));
      bits &= bits - 1;
    }
    least = leastScore(keys, count, n);
  }
  return count;
}

function laneOf(lanes: v128, lane: i32): i32 {
  if (lane < 2) return lane == 0 ? i32x4.extract_lane(lanes, 0) : i32x4.extract_lane(lanes, 1);
  return lane == 2 ? i32x4.extract_lane(lanes, 2) : i32x4.extract_lane(lanes, 3);
}

function products(row: usize, bytes: usize, padded: usize, x: usize): v128 {
  const row1 = row + bytes;
  const row2 = row1 + bytes;
  const row3 = row2 + bytes;
  let r0 = i32x4.splat(0);
  let r1 = i32x4.splat(0);
  let r2 = i32x4.splat(0);
  let r3 = i32x4.splat(0);
  for (let t: usize = 0; t < padded; t += 16) {
    const at = v128.load(x + t);
    r0 = madd(r0, at, v128.load(row + t));
    r1 = madd(r1, at, v128.load(row1 + t));
    r2 = madd(r2, at, v128.load(row2 + t));
    r3 = madd(r3, at, v128.load(row3 + t));
  }
  return sumLanes(r0, r1, r2, r3);
}

/** What of a row's last register is its own. */
function ownOf(row: usize, t: usize, bytes: usize): v128 {
  const value = v128.load(row + t);
  const left = <i32>((bytes - t) >> 1);
  if (left >= 8) return value;
  const columns = i16x8(0, 1, 2, 3, 4, 5, 6, 7);
  return v128.and(value, i16x8.lt_s(columns, i16x8.splat(<i16>left)));
}

function cosines(row: usize, bytes: usize, padded: usize, x: usize): v128 {
  const row1 = row + bytes;
  const row2 = row1 + bytes;
  const row3 = row2 + bytes;
  let r0 = i32x4.splat(0);
  let r1 = i32x4.splat(0);
  let r2 = i32x4.splat(0);
  let r3 = i32x4.splat(0);
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  let s2 = i32x4.splat(0);
  let s3 = i32x4.splat(0);
  for (let t: usize = 0; t < padded; t += 16) {
    const at = v128.load(x + t);
    let y = ownOf(row, t, bytes);
    r0 = madd(r0, at, y);
    s0 = madd(s0, y, y);
    y = ownOf(row1, t, bytes);
    r1 = madd(r1, at, y);
    s1 = madd(s1, y, y);
    y = ownOf(row2, t, bytes);
    r2 = madd(r2, at, y);
    s2 = madd(s2, y, y);
    y = ownOf(row3, t, bytes);
    r3 = madd(r3, at, y);
    s3 = madd(s3, y, y);
  }
  const lengths = f32x4.sqrt(f32x4.convert_i32x4_s(sumLanes(s0, s1, s2, s3)));
  return ordered(f32x4.div(f32x4.convert_i32x4_s(sumLanes(r0, r1, r2, r3)), lengths));
}

/** Integers in the order of the numbers; no number is the least of them. */
function ordered(numbers: v128): v128 {
  const flipped = v128.and(i32x4.shr_s(numbers, 31), i32x4.splat(0x7fffffff));
  return v128.bitselect(v128.xor(numbers, flipped), i32x4.splat(i32.MIN_VALUE), f32x4.eq(numbers, numbers));
}
