/** Lists of the greatest keys, 64 bits each, the greatest first: a score above, and below what a place lacks to 2^32 - 1. */

export function keyOf(score: i32, place: u32): i64 {
  return ((<i64>score) << 32) | (<i64>(0xffffffff - <u64>place));
}

/** Puts a key in its place among `count`, of which n are kept; answers how many there are then. */
export function placeKey(keys: usize, count: i32, n: i32, key: i64): i32 {
  if (count == n) {
    if (key < load<i64>(keys + ((<usize>(n - 1)) << 3))) return count;
    count--;
  }
  let from = 0;
  let to = count;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (load<i64>(keys + ((<usize>middle) << 3)) < key) to = middle;
    else from = middle + 1;
  }
  const place = keys + ((<usize>from) << 3);
  memory.copy(place + 8, place, (<usize>(count - from)) << 3);
  store<i64>(place, key);
  return count + 1;
}

/** The score that a key has to reach: that of the last one, or the least there is while there is room. */
export function leastScore(keys: usize, count: i32, n: i32): i32 {
  return count == n ? load<i32>(keys + ((<usize>(n - 1)) << 3), 4) : i32.MIN_VALUE;
}
