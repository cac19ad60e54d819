import { fail, fitsDot, Outcome } from './jobs.as';
import { keyOf, leastScore, placeKey } from './keys.as';
import { squaredLength } from './matrices.as';
import { madd, rowAt } from './simd.as';

const pastDot: i32 = 4;

/** What lists are made of, laid out as `layout.ts` writes it. Positions are places in the order of falling length. */
@unmanaged
export class ListJob {
  users: usize;
  stride: i32;
  /** Row numbers of the users, and what each has seen: item rows from starts[list] up to starts[list + 1]. */
  rows: usize;
  seenStarts: usize;
  seenItems: usize;
  /** Position of each item row. */
  positions: usize;
  /** Items in panels of 8, by position, two columns at a time; and the rank of each position. */
  panels: usize;
  ranks: usize;
  items: i32;
  /** The greatest length of each panel, and of its columns from `prefix` on. */
  lengths: usize;
  restLengths: usize;
  prefix: i32;
  /** n keys a list, the greatest first: score in the high half, what the rank lacks to 2^32 - 1 in the low. */
  keys: usize;
  n: i32;
  greatestSquare: f64;
}

/** Copies rows in the order that `order` names into panels of 8 rows: two columns of each in turn. */
export function packPanels(matrix: usize, order: usize, count: i32, stride: i32, into: usize): void {
  const pairs = stride >> 1;
  const bytes: usize = (<usize>stride) << 1;
  for (let first = 0; first < count; first += 8) {
    for (let row = 0; row < 8; row++) {
      const there = first + row < count;
      const from = there ? rowAt(matrix, load<i32>(order + ((<usize>(first + row)) << 2)), bytes) : 0;
      for (let t = 0; t < pairs; t++)
        store<i32>(
          into + ((<usize>(first * pairs + t * 8 + row)) << 2),
          there ? load<i32>(from + ((<usize>t) << 2)) : 0,
        );
    }
  }
}

/** Bytes of scratch of a thread: four users' state, a panel's scores, a byte for each user and panel. */
export function listScratch(items: i32): i32 {
  return 256 + ((((items + 7) >> 3) << 2) + 64);
}

/** Of one of the four users who are listed together. */
@unmanaged
class Reader {
  x: usize;
  keys: usize;
  length: f64;
  restLength: f64;
  /** The score that an item has to reach: that of the last place, or the least there is while there is room. */
  threshold: i32;
  count: i32;
}

const readerBytes: usize = 32;
const scores: usize = 128;
const marks: usize = 256;

/** Lists `first` up to `end`, at most 64 in a call, four at a time. */
export function listRows(job: ListJob, first: i32, end: i32, scratch: usize, outcome: Outcome): void {
  for (let list = first; list < end; list += 4) {
    const readers = min(end - list, 4);
    begin(job, list, readers, scratch, outcome);
    markSeen(job, list, readers, scratch + marks);
    search(job, readers, scratch);
  }
}

/** Where there are fewer than four users, the last stands in for the others: as one that no item can reach. */
function begin(job: ListJob, list: i32, readers: i32, scratch: usize, outcome: Outcome): void {
  const bytes: usize = (<usize>job.stride) << 1;
  const rest: usize = (<usize>job.prefix) << 1;
  for (let r = 0; r < 4; r++) {
    const reader = changetype<Reader>(scratch + <usize>r * readerBytes);
    const number = list + min(r, readers - 1);
    reader.x = rowAt(job.users, load<i32>(job.rows + ((<usize>number) << 2)), bytes);
    reader.keys = job.keys + ((<usize>number * <usize>job.n) << 3);
    const squares = squaredLength(reader.x, bytes);
    if (!fitsDot(squares * job.greatestSquare)) fail(outcome, number, pastDot);
    reader.count = 0;
    reader.length = 0;
    reader.restLength = 0;
    reader.threshold = i32.MAX_VALUE;
    if (r >= readers) continue;
    reader.length = sqrt<f64>(squares);
    reader.restLength = sqrt<f64>(squaredLength(reader.x + rest, bytes - rest));
    reader.threshold = i32.MIN_VALUE;
    for (let place = 0; place < job.n; place++) store<i64>(reader.keys + ((<usize>place) << 3), i64.MIN_VALUE);
  }
}

/** A bit for each item that a user is not to get: 8 items a byte, the bytes of four users side by side. */
function markSeen(job: ListJob, list: i32, readers: i32, marked: usize): void {
  const panels = (job.items + 7) >> 3;
  memory.fill(marked, 0, (<usize>panels) << 2);
  for (let position = job.items; position < panels << 3; position++) {
    const at = marked + ((<usize>(position >> 3)) << 2);
    store<u32>(at, load<u32>(at) | (0x01010101 << (position & 7)));
  }
  for (let r = 0; r < readers; r++) {
    const starts = job.seenStarts + ((<usize>(list + r)) << 2);
    for (let at = load<i32>(starts), end = load<i32>(starts, 4); at < end; at++) {
      const position = load<i32>(job.positions + ((<usize>load<i32>(job.seenItems + ((<usize>at) << 2))) << 2));
      const mark = marked + ((<usize>(position >> 3)) << 2) + r;
      store<u8>(mark, (<i32>load<u8>(mark)) | (1 << (position & 7)));
    }
  }
}

/** Panel by panel, the longest items first, until no later item can reach any of the four lists. */
function search(job: ListJob, readers: i32, scratch: usize): void {
  const a = changetype<Reader>(scratch);
  const b = changetype<Reader>(scratch + readerBytes);
  const c = changetype<Reader>(scratch + 2 * readerBytes);
  const d = changetype<Reader>(scratch + 3 * readerBytes);
  const out = scratch + scores;
  const panels = (job.items + 7) >> 3;
  const bytes: usize = (<usize>job.stride) << 1;
  const prefix: usize = (<usize>job.prefix) << 1;
  for (let panel = 0; panel < panels; panel++) {
    const length = load<f64>(job.lengths + ((<usize>panel) << 3));
    if (beyond(a, length) && beyond(b, length) && beyond(c, length) && beyond(d, length)) return;
    const items = job.panels + <usize>panel * (bytes << 3);
    dots(a.x, b.x, c.x, d.x, items, 0, prefix, out);
    if (prefix < bytes) {
      const rest = load<f64>(job.restLengths + ((<usize>panel) << 3));
      if (
        !reachable(a, out, rest) &&
        !reachable(b, out + 32, rest) &&
        !reachable(c, out + 64, rest) &&
        !reachable(d, out + 96, rest)
      )
        continue;
      dots(a.x, b.x, c.x, d.x, items, prefix, bytes, out);
    }
    const marked = scratch + marks + ((<usize>panel) << 2);
    for (let r = 0; r < readers; r++) {
      const reader = changetype<Reader>(scratch + <usize>r * readerBytes);
      let bits = over(out + ((<usize>r) << 5), reader.threshold) & ~(<i32>load<u8>(marked + r));
      while (bits) {
        offer(reader, job, (panel << 3) + ctz(bits), load<i32>(out + ((<usize>r) << 5) + ((<usize>ctz(bits)) << 2)));
        bits &= bits - 1;
      }
    }
  }
}

/** Whether |x||y| lies under the threshold; half a step more than the rounding of two roots can be. */
function beyond(reader: Reader, length: f64): bool {
  return reader.length * length < <f64>reader.threshold - 0.5;
}

/** Whether an item of a panel may still come to the threshold, by the products of its first columns and Cauchy-Schwarz. */
function reachable(reader: Reader, partial: usize, rest: f64): bool {
  const lacking = <f64>reader.threshold - (reader.restLength * rest + 1);
  const limit = i32x4.splat(lacking < -2147483648.0 ? i32.MIN_VALUE : <i32>floor(lacking));
  return v128.any_true(v128.or(i32x4.ge_s(v128.load(partial), limit), i32x4.ge_s(v128.load(partial, 16), limit)));
}

function over(at: usize, threshold: i32): i32 {
  const least = i32x4.splat(threshold);
  return i32x4.bitmask(i32x4.ge_s(v128.load(at), least)) | (i32x4.bitmask(i32x4.ge_s(v128.load(at, 16), least)) << 4);
}

/** Products of four users with the 8 items of a panel over some of the columns; from column 0 on they begin anew. */
function dots(a: usize, b: usize, c: usize, d: usize, items: usize, from: usize, to: usize, out: usize): void {
  let r00 = i32x4.splat(0);
  let r01 = i32x4.splat(0);
  let r10 = i32x4.splat(0);
  let r11 = i32x4.splat(0);
  let r20 = i32x4.splat(0);
  let r21 = i32x4.splat(0);
  let r30 = i32x4.splat(0);
  let r31 = i32x4.splat(0);
  if (from) {
    r00 = v128.load(out);
    r01 = v128.load(out, 16);
    r10 = v128.load(out, 32);
    r11 = v128.load(out, 48);
    r20 = v128.load(out, 64);
    r21 = v128.load(out, 80);
    r30 = v128.load(out, 96);
    r31 = v128.load(out, 112);
  }
  let q = items + (from << 3);
  for (let t = from; t < to; t += 4) {
    const y0 = v128.load(q);
    const y1 = v128.load(q, 16);
    let x = v128.load_splat<i32>(a + t);
    r00 = madd(r00, x, y0);
    r01 = madd(r01, x, y1);
    x = v128.load_splat<i32>(b + t);
    r10 = madd(r10, x, y0);
    r11 = madd(r11, x, y1);
    x = v128.load_splat<i32>(c + t);
    r20 = madd(r20, x, y0);
    r21 = madd(r21, x, y1);
    x = v128.load_splat<i32>(d + t);
    r30 = madd(r30, x, y0);
    r31 = madd(r31, x, y1);
    q += 32;
  }
  v128.store(out, r00);
  v128.store(out, r01, 16);
  v128.store(out, r10, 32);
  v128.store(out, r11, 48);
  v128.store(out, r20, 64);
  v128.store(out, r21, 80);
  v128.store(out, r30, 96);
  v128.store(out, r31, 112);
}

/** Puts an item in its place among the reader's keys, unless the last of a full list is greater. */
function offer(reader: Reader, job: ListJob, position: i32, score: i32): void {
  const rank = load<u32>(job.ranks + ((<usize>position) << 2));
  reader.count = placeKey(reader.keys, reader.count, job.n, keyOf(score, rank));
  reader.threshold = leastScore(reader.keys, reader.count, job.n);
}
