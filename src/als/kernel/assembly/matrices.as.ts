import { fail, Job, Outcome, resultRow } from './jobs.as';
import { highHalf, lowHalf, rowAt, toGrid } from './simd.as';
import { gramOf, greatestOf, pack, packedPairs, rightOf, sizeOf } from './sums.as';

/**
 * The greatest absolute factor of each panel of 8 columns, at least 1: of rows 0 to count - 1, or of those that
 * `numbers` names. 32768 where a factor is -32768. Written as 16 integers.
 */
export function panelMaxima(matrix: usize, numbers: usize, count: i32, stride: i32, into: usize): void {
  const bytes: usize = (<usize>stride) << 1;
  let panel: usize = 0;
  for (; panel + 64 <= bytes; panel += 64) maximaOfFour(matrix, numbers, count, bytes, panel, into + (panel >> 2));
  for (; panel < bytes; panel += 16) maximaOfOne(matrix, numbers, count, bytes, panel, into + (panel >> 2));
}

/** Of four panels, which are a cache line of each row: it is read once. */
function maximaOfFour(matrix: usize, numbers: usize, count: i32, bytes: usize, panel: usize, into: usize): void {
  let a = i16x8.splat(1);
  let b = a;
  let c = a;
  let d = a;
  for (let n = 0; n < count; n++) {
    const row = rowAt(matrix, numbers ? load<i32>(numbers + ((<usize>n) << 2)) : n, bytes) + panel;
    a = i16x8.max_u(a, i16x8.abs(v128.load(row)));
    b = i16x8.max_u(b, i16x8.abs(v128.load(row, 16)));
    c = i16x8.max_u(c, i16x8.abs(v128.load(row, 32)));
    d = i16x8.max_u(d, i16x8.abs(v128.load(row, 48)));
  }
  store<i32>(into, greatestLane(a));
  store<i32>(into, greatestLane(b), 4);
  store<i32>(into, greatestLane(c), 8);
  store<i32>(into, greatestLane(d), 12);
}

function maximaOfOne(matrix: usize, numbers: usize, count: i32, bytes: usize, panel: usize, into: usize): void {
  let greatest = i16x8.splat(1);
  for (let n = 0; n < count; n++) {
    const row = numbers ? load<i32>(numbers + ((<usize>n) << 2)) : n;
    greatest = i16x8.max_u(greatest, i16x8.abs(v128.load(rowAt(matrix, row, bytes) + panel)));
  }
  store<i32>(into, greatestLane(greatest));
}

/** Lanes without a sign. */
function greatestLane(lanes: v128): i32 {
  const two = i16x8.max_u(lanes, v128.shuffle<i32>(lanes, lanes, 2, 3, 0, 1));
  const one = i16x8.max_u(two, v128.shuffle<i32>(two, two, 1, 0, 3, 2));
  return max<i32>(i16x8.extract_lane_u(one, 0), i16x8.extract_lane_u(one, 1));
}

/** For each pair of panels: floor((2^31 - 1) / (2 * greatest * greatest)) pairs, from 16 maxima behind the 256 widths. */
export function panelWidths(widths: usize, stride: i32): void {
  const panels = stride >> 3;
  const maxima = widths + 1024;
  for (let a = 0; a < panels; a++) {
    for (let c = 0; c < panels; c++) {
      const product = <i64>load<i32>(maxima + ((<usize>a) << 2)) * <i64>load<i32>(maxima + ((<usize>c) << 2));
      store<i32>(widths + ((<usize>(a * 16 + c)) << 2), <i32>(0x7fffffff / (2 * product)));
    }
  }
}

/** The greatest squared length of rows 0 to count - 1. */
export function greatestSquare(matrix: usize, count: i32, stride: i32): f64 {
  const bytes: usize = (<usize>stride) << 1;
  let greatest: f64 = 0;
  for (let row = 0; row < count; row++) greatest = max(greatest, squaredLength(rowAt(matrix, row, bytes), bytes));
  return greatest;
}

/** Exact: a lane of two squares fits 32 bits, their sums are of doubles. */
export function squaredLength(x: usize, bytes: usize): f64 {
  let sum = f64x2.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const values = v128.load(x + at);
    const squares = i32x4.dot_i16x8_s(values, values);
    sum = f64x2.add(sum, f64x2.convert_low_i32x4_s(squares));
    sum = f64x2.add(sum, f64x2.convert_low_i32x4_s(v128.shuffle<i32>(squares, squares, 2, 3, 2, 3)));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Bytes of scratch of a Gram matrix: row numbers and packed pairs. */
export function gramScratch(stride: i32): i32 {
  return 8 * packedPairs + 4 * stride * packedPairs;
}

/** Adds y y' of rows `first` to `end` - 1, at most 512, to the upper triangle at `into`, `stride` doubles a row. */
export function gramRows(
  matrix: usize,
  first: i32,
  end: i32,
  stride: i32,
  into: usize,
  widths: usize,
  scratch: usize,
): void {
  const packed = scratch + 8 * packedPairs;
  const rows = end - first;
  for (let n = 0; n < rows; n++) store<i32>(scratch + ((<usize>n) << 2), first + n);
  if (rows & 1) store<i32>(scratch + ((<usize>rows) << 2), -1);
  const pairs = (rows + 1) >> 1;
  pack(scratch, pairs, matrix, stride, packed);
  gramOf(packed, pairs, stride, into, stride, 1, widths);
}

/**
 * Takes x x' out of the upper triangle at `sum` and puts y y' in; answers whether its diagonal is still exact. A lane
 * gets y_a y_c - x_a x_c: at most 2 * 32767^2 in size.
 */
export function replaceOuter(sum: usize, stride: i32, x: usize, y: usize): bool {
  const bytes: usize = (<usize>stride) << 1;
  const rowBytes: usize = (<usize>stride) << 3;
  let exact = true;
  for (let a = 0; a < stride; a++) {
    const at: usize = (<usize>a) << 1;
    const both = i32x4.splat((<i32>load<u16>(y + at)) | (-(<i32>load<i16>(x + at)) << 16));
    for (let c: usize = at & ~15; c < bytes; c += 16) {
      const ys = v128.load(y + c);
      const xs = v128.load(x + c);
      const out = sum + (c << 2);
      const low = i32x4.dot_i16x8_s(both, v128.shuffle<i16>(ys, xs, 0, 8, 1, 9, 2, 10, 3, 11));
      const high = i32x4.dot_i16x8_s(both, v128.shuffle<i16>(ys, xs, 4, 12, 5, 13, 6, 14, 7, 15));
      add(out, lowHalf(low));
      add(out + 16, highHalf(low));
      add(out + 32, lowHalf(high));
      add(out + 48, highHalf(high));
    }
    if (!(load<f64>(sum + (at << 2)) <= 9007199254740991.0)) exact = false;
    sum += rowBytes;
  }
  return exact;
}

function add(at: usize, more: v128): void {
  v128.store(at, f64x2.add(v128.load(at), more));
}

/** Bytes of scratch of a product: sums and packed pairs. */
export function productScratch(stride: i32): i32 {
  return 8 * stride + 4 * stride * packedPairs;
}

/**
 * Sum of w * target * y for rows of entries. Mode 0 finds the greatest absolute value, mode 1 writes it times `scale`:
 * with `sums` (`stride` doubles a row) what mode 0 has found and kept there, else what it finds once more.
 */
export function productRows(job: Job, first: i32, end: i32, scratch: usize, outcome: Outcome): void {
  const stride = job.stride;
  const rowBytes: usize = (<usize>stride) << 3;
  const packed = scratch + rowBytes;
  for (let row = first; row < end; row++) {
    const sums = job.sums ? job.sums + <usize>row * rowBytes : scratch;
    if (job.mode == 0 || !job.sums) {
      memory.fill(sums, 0, rowBytes);
      if (!(productRow(job, row, sums, packed) * 32767 <= 9007199254740991.0)) fail(outcome, row, 2);
    }
    if (job.mode == 0) outcome.greatest = max(outcome.greatest, greatestDouble(sums, stride));
    else {
      const out = resultRow(job, row);
      for (let f = 0; f < stride; f++)
        store<i16>(out + ((<usize>f) << 1), toGrid(load<f64>(sums + ((<usize>f) << 3)) * job.scale));
    }
  }
}

/** Answers the sum of w |target|. */
function productRow(job: Job, row: i32, sums: usize, packed: usize): f64 {
  const at: usize = (<usize>row) << 2;
  let slot = load<i32>(job.rowSlots + at);
  let weighted: f64 = 0;
  for (let c = load<i32>(job.rowClasses + at), last = load<i32>(job.rowClasses + at, 4); c < last; c++) {
    const weight = <f64>load<i32>(job.classWeights + ((<usize>c) << 2));
    const end = load<i32>(job.classEnds + ((<usize>c) << 2));
    for (; slot < end; slot += 2 * packedPairs) {
      const slots = min(end - slot, 2 * packedPairs);
      const targets = job.targets + ((<usize>slot) << 1);
      const greatest = greatestOf(targets, slots);
      if (greatest == 0) continue;
      weighted += weight * sizeOf(targets, slots);
      pack(job.neighbours + ((<usize>slot) << 2), slots >> 1, job.from, job.stride, packed);
      rightOf(packed, targets, slots >> 1, job, weight, greatest, sums);
    }
    slot = end;
  }
  return weighted;
}

function greatestDouble(values: usize, count: i32): f64 {
  let greatest: f64 = 0;
  for (let n = 0; n < count; n++) greatest = max(greatest, abs(load<f64>(values + ((<usize>n) << 3))));
  return greatest;
}

/** Bytes of scratch of a transformation: one row of sums. */
export function transformScratch(stride: i32): i32 {
  return 8 * stride;
}

/** Rows of `from` times the matrix at `gram` (`width` rows of `intoStride` doubles), columns of `from` ascending. */
export function transformRows(job: Job, first: i32, end: i32, sums: usize, outcome: Outcome): void {
  const outBytes: usize = (<usize>job.intoStride) << 3;
  for (let row = first; row < end; row++) {
    const x = rowAt(job.from, row, (<usize>job.stride) << 1);
    for (let at: usize = 0; at < outBytes; at += 64) transformPanel(x, job.width, job.gram + at, outBytes, sums + at);
    const out = resultRow(job, row);
    for (let f = 0; f < job.intoStride; f++) {
      const value = load<f64>(sums + ((<usize>f) << 3)) * job.scale;
      const z = toGrid(value);
      if (<f64>z != nearest<f64>(value)) outcome.saturations++;
      store<i16>(out + ((<usize>f) << 1), z);
    }
  }
}

/** Eight columns of a row, whose sums stay in registers. */
function transformPanel(x: usize, width: i32, by: usize, bytes: usize, sums: usize): void {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let c = f64x2.splat(0);
  let d = f64x2.splat(0);
  for (let f = 0; f < width; f++) {
    const factor = f64x2.splat(<f64>load<i16>(x + ((<usize>f) << 1)));
    a = f64x2.add(a, f64x2.mul(factor, v128.load(by)));
    b = f64x2.add(b, f64x2.mul(factor, v128.load(by, 16)));
    c = f64x2.add(c, f64x2.mul(factor, v128.load(by, 32)));
    d = f64x2.add(d, f64x2.mul(factor, v128.load(by, 48)));
    by += bytes;
  }
  v128.store(sums, a);
  v128.store(sums, b, 16);
  v128.store(sums, c, 32);
  v128.store(sums, d, 48);
}
