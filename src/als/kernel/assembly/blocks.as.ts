import { factorise, substituteBack } from './cholesky.as';
import { fail, fitsDot, Job, Outcome, resultRow } from './jobs.as';
import { squaredLength } from './matrices.as';
import { held, madd, rowAt, rowDot, splat64, sumLanes, toGrid, widen, zip } from './simd.as';

/** Pairs of a row that are packed once for all its blocks; a heavier row is packed block by block, as many at a time. */
const packedPairs: i32 = 2048;
/** Residuals are in units of 2^-12, or of the prediction where that is coarser. */
const residualBits: i32 = 12;

const pastGram: i32 = 1;
const singular: i32 = 3;
const pastDot: i32 = 4;

/** Where the parts of a thread's scratch begin: a system of 8 rows of 16 doubles, then rows of 8 doubles. */
const classRight: usize = 1024;
const right: usize = 1088;
const pull: usize = 1152;
const solution: usize = 1216;
const moved: usize = 1280;
const row64: usize = 1344;

/** Bytes of scratch that a thread needs for rows of up to `longest` slots. */
export function blockScratch(stride: i32, longest: i32): i32 {
  return <i32>row64 + 8 * stride + 6 * (longest + 8) + packBytes(stride, longest);
}

function packBytes(stride: i32, longest: i32): i32 {
  return max(32 * packedPairs, min(longest >> 1, packedPairs) * 4 * stride);
}

/** Rows `first` up to `end` of the entries: at most 64 in a call. */
export function blockRows(job: Job, first: i32, end: i32, scratch: usize, outcome: Outcome): void {
  for (let row = first; row < end; row++) {
    const failure = sweepRow(job, row, scratch, outcome);
    if (failure) fail(outcome, row, failure);
  }
}

function sweepRow(job: Job, row: i32, scratch: usize, outcome: Outcome): i32 {
  const at: usize = (<usize>row) << 2;
  const start = load<i32>(job.rowSlots + at);
  const slots = load<i32>(job.rowSlots + at, 4) - start;
  const bytes: usize = (<usize>job.stride) << 1;
  const x = resultRow(job, row);
  if (slots == 0) {
    memory.fill(x, 0, bytes);
    return 0;
  }
  const neighbours = job.neighbours + ((<usize>start) << 2);
  const x64 = scratch + row64;
  const predictions = x64 + ((<usize>job.stride) << 3);
  const residuals = predictions + ((<usize>(job.longest + 8)) << 2);
  const packed = residuals + ((<usize>(job.longest + 8)) << 1);
  let squares = squaredLength(x, bytes);
  if (!fitsDot(squares * job.greatestSquare)) return pastDot;
  for (let f = 0; f < job.stride; f++) store<f64>(x64 + ((<usize>f) << 3), <f64>load<i16>(x + ((<usize>f) << 1)));
  predict(neighbours, slots, job.from, bytes, x, predictions);
  const whole = slots >> 1 <= packedPairs;
  if (whole) packBlocks(neighbours, slots >> 1, job.from, bytes, job.stride >> 3, packed);
  for (let column = 0; column < job.stride; column += 8) {
    const greatest = residual(predictions, job.targets + ((<usize>start) << 1), slots, job.exponent, residuals);
    const panel: usize = (<usize>column) >> 3;
    const widths = job.widths + ((panel * 17) << 2);
    const factor = load<i32>(job.widths + ((256 + panel) << 2));
    const width = min(load<i32>(widths), <i32>(0x7fffffff / (2 * <i64>factor * <i64>greatest)));
    memory.fill(scratch, 0, pull);
    if (whole) sumWhole(job, row, start, packed + panel * ((<usize>slots) << 4), residuals, width, scratch);
    else sumHeavy(job, row, start, job.from + ((<usize>column) << 1), packed, residuals, width, scratch);
    if (!diagonalFits(scratch)) return pastGram;
    complete(job, row, column, scratch);
    if (!factorise(scratch, 8, 16)) return singular;
    substituteBack(scratch, 8, 16, scratch + solution);
    squares += step(x, column, scratch, outcome);
    if (!fitsDot(squares * job.greatestSquare)) return pastDot;
    if (column + 8 < job.stride && v128.any_true(v128.load(scratch + moved)))
      advance(neighbours, slots, job.from + ((<usize>column) << 1), bytes, scratch + moved, predictions);
  }
  return 0;
}

/** x . y of each slot, four at a time; two more at the end where their number asks for it. */
function predict(neighbours: usize, slots: i32, from: usize, bytes: usize, x: usize, predictions: usize): void {
  let slot = 0;
  for (; slot + 4 <= slots; slot += 4) {
    const at = neighbours + ((<usize>slot) << 2);
    const a = rowDot(rowAt(from, load<i32>(at), bytes), x, bytes);
    const b = rowDot(rowAt(from, load<i32>(at, 4), bytes), x, bytes);
    const c = rowDot(rowAt(from, load<i32>(at, 8), bytes), x, bytes);
    const d = rowDot(rowAt(from, load<i32>(at, 12), bytes), x, bytes);
    v128.store(predictions + ((<usize>slot) << 2), sumLanes(a, b, c, d));
  }
  const none = i32x4.splat(0);
  v128.store(predictions + ((<usize>slot) << 2), none);
  v128.store(predictions + ((<usize>slot) << 2), none, 16);
  if (slot < slots) {
    const at = neighbours + ((<usize>slot) << 2);
    const a = rowDot(rowAt(from, load<i32>(at), bytes), x, bytes);
    const b = rowDot(rowAt(from, load<i32>(at, 4), bytes), x, bytes);
    v128.store(predictions + ((<usize>slot) << 2), sumLanes(a, b, none, none));
  }
}

/** Adds what a block's move changed in each prediction. */
function advance(neighbours: usize, slots: i32, from: usize, bytes: usize, move: usize, predictions: usize): void {
  const moves = v128.load(move);
  let slot = 0;
  for (; slot + 4 <= slots; slot += 4) {
    const at = neighbours + ((<usize>slot) << 2);
    const a = change(from, load<i32>(at), bytes, moves);
    const b = change(from, load<i32>(at, 4), bytes, moves);
    const c = change(from, load<i32>(at, 8), bytes, moves);
    const d = change(from, load<i32>(at, 12), bytes, moves);
    const out = predictions + ((<usize>slot) << 2);
    v128.store(out, i32x4.add(v128.load(out), sumLanes(a, b, c, d)));
  }
  if (slot < slots) {
    const at = neighbours + ((<usize>slot) << 2);
    const none = i32x4.splat(0);
    const two = sumLanes(
      change(from, load<i32>(at), bytes, moves),
      change(from, load<i32>(at, 4), bytes, moves),
      none,
      none,
    );
    const out = predictions + ((<usize>slot) << 2);
    v128.store(out, i32x4.add(v128.load(out), two));
  }
}

function change(from: usize, row: i32, bytes: usize, moves: v128): v128 {
  return i32x4.dot_i16x8_s(v128.load(rowAt(from, row, bytes)), moves);
}

/**
 * target - prediction of each slot, in units of 2^-bits: the prediction is rounded half up and held within 16 bits, what
 * is left within ±32767. Answers a bound of their magnitudes: the or of them, which is less than twice the greatest.
 */
function residual(predictions: usize, targets: usize, slots: i32, exponent: i32, residuals: usize): i32 {
  const bits = min(residualBits, exponent);
  const shift = exponent - bits;
  const half = i32x4.splat(shift ? 1 : 0);
  const least = i16x8.splat(-32767);
  let magnitudes = i32x4.splat(0);
  for (let slot: usize = 0; slot < <usize>slots; slot += 8) {
    const p = v128.load(predictions + (slot << 2));
    const q = v128.load(predictions + (slot << 2), 16);
    const low = i32x4.add(i32x4.shr_s(p, shift), v128.and(i32x4.shr_s(p, shift - 1), half));
    const high = i32x4.add(i32x4.shr_s(q, shift), v128.and(i32x4.shr_s(q, shift - 1), half));
    const wanted = i16x8.shl(v128.load(targets + (slot << 1)), bits);
    const left = i16x8.max_s(i16x8.sub_sat_s(wanted, i16x8.narrow_i32x4_s(low, high)), least);
    v128.store(residuals + (slot << 1), left);
    magnitudes = v128.or(magnitudes, i16x8.abs(left));
  }
  magnitudes = v128.or(magnitudes, v128.shuffle<i32>(magnitudes, magnitudes, 2, 3, 0, 1));
  magnitudes = v128.or(magnitudes, v128.shuffle<i32>(magnitudes, magnitudes, 1, 0, 3, 2));
  return max(1, i16x8.extract_lane_s(magnitudes, 0) | i16x8.extract_lane_s(magnitudes, 1));
}

/** Packs panels of 8 columns one after the other: a block's pairs are contiguous, 32 bytes each. */
function packBlocks(neighbours: usize, pairs: i32, from: usize, bytes: usize, panels: i32, into: usize): void {
  const step: usize = (<usize>pairs) << 5;
  const end: usize = (<usize>panels) << 4;
  for (let pair = 0; pair < pairs; pair++) {
    const a = rowAt(from, load<i32>(neighbours), bytes);
    const b = rowAt(from, load<i32>(neighbours, 4), bytes);
    let out = into;
    for (let at: usize = 0; at < end; at += 16) {
      zip(out, v128.load(a + at), v128.load(b + at));
      out += step;
    }
    neighbours += 8;
    into += 32;
  }
}

/** The sums of a block whose pairs lie packed at `packed`, class by class. */
function sumWhole(job: Job, row: i32, start: i32, packed: usize, residuals: usize, width: i32, scratch: usize): void {
  const at: usize = (<usize>row) << 2;
  let slot = start;
  for (let c = load<i32>(job.rowClasses + at), last = load<i32>(job.rowClasses + at, 4); c < last; c++) {
    const end = load<i32>(job.classEnds + ((<usize>c) << 2));
    const done: usize = slot - start;
    const weight = <f64>load<i32>(job.classWeights + ((<usize>c) << 2));
    sumPairs(packed + (done << 4), residuals + (done << 1), (end - slot) >> 1, weight, width, scratch);
    endClass(weight, scratch);
    slot = end;
  }
}

/** The same for a row too heavy to be kept packed. */
function sumHeavy(
  job: Job,
  row: i32,
  start: i32,
  from: usize,
  packed: usize,
  residuals: usize,
  width: i32,
  scratch: usize,
): void {
  const at: usize = (<usize>row) << 2;
  const bytes: usize = (<usize>job.stride) << 1;
  let slot = start;
  for (let c = load<i32>(job.rowClasses + at), last = load<i32>(job.rowClasses + at, 4); c < last; c++) {
    const end = load<i32>(job.classEnds + ((<usize>c) << 2));
    const weight = <f64>load<i32>(job.classWeights + ((<usize>c) << 2));
    for (; slot < end; slot += 2 * packedPairs) {
      const pairs = min(end - slot, 2 * packedPairs) >> 1;
      packBlocks(job.neighbours + ((<usize>slot) << 2), pairs, from, bytes, 1, packed);
      sumPairs(packed, residuals + ((<usize>(slot - start)) << 1), pairs, weight, width, scratch);
    }
    endClass(weight, scratch);
    slot = end;
  }
}

/** Adds weight * y y' of a block's pairs to the upper triangle, and residual * y, without the weight, to the class's. */
function sumPairs(packed: usize, residuals: usize, pairs: i32, weight: f64, width: i32, A: usize): void {
  const weights = f64x2.splat(weight);
  const one = f64x2.splat(1);
  const b = A + classRight;
  for (let pair = 0; pair < pairs; pair += width) {
    const first = packed + ((<usize>pair) << 5);
    const end = first + ((<usize>min(pairs - pair, width)) << 5);
    let left = residuals + ((<usize>pair) << 2);
    let r00 = i32x4.splat(0);
    let r01 = i32x4.splat(0);
    let r10 = i32x4.splat(0);
    let r11 = i32x4.splat(0);
    let r20 = i32x4.splat(0);
    let r21 = i32x4.splat(0);
    let r30 = i32x4.splat(0);
    let r31 = i32x4.splat(0);
    let b0 = i32x4.splat(0);
    let b1 = i32x4.splat(0);
    for (let q = first; q < end; q += 32) {
      const y0 = v128.load(q);
      const y1 = v128.load(q, 16);
      let x = v128.load_splat<i32>(q);
      r00 = madd(r00, x, y0);
      r01 = madd(r01, x, y1);
      x = v128.load_splat<i32>(q, 4);
      r10 = madd(r10, x, y0);
      r11 = madd(r11, x, y1);
      x = v128.load_splat<i32>(q, 8);
      r20 = madd(r20, x, y0);
      r21 = madd(r21, x, y1);
      x = v128.load_splat<i32>(q, 12);
      r30 = madd(r30, x, y0);
      r31 = madd(r31, x, y1);
      x = v128.load_splat<i32>(left);
      b0 = madd(b0, x, y0);
      b1 = madd(b1, x, y1);
      left += 4;
    }
    widen(A, r00, weights);
    widen(A + 32, r01, weights);
    widen(A + 128, r10, weights);
    widen(A + 160, r11, weights);
    widen(A + 256, r20, weights);
    widen(A + 288, r21, weights);
    widen(A + 384, r30, weights);
    widen(A + 416, r31, weights);
    widen(b, b0, one);
    widen(b + 32, b1, one);
    r00 = i32x4.splat(0);
    r10 = i32x4.splat(0);
    r20 = i32x4.splat(0);
    r30 = i32x4.splat(0);
    for (let q = first + 16; q < end; q += 32) {
      const y = v128.load(q);
      r00 = madd(r00, v128.load_splat<i32>(q), y);
      r10 = madd(r10, v128.load_splat<i32>(q, 4), y);
      r20 = madd(r20, v128.load_splat<i32>(q, 8), y);
      r30 = madd(r30, v128.load_splat<i32>(q, 12), y);
    }
    widen(A + 544, r00, weights);
    widen(A + 672, r10, weights);
    widen(A + 800, r20, weights);
    widen(A + 928, r30, weights);
  }
}

/** The weight multiplies the exact sum of its class: classes ascend, so the order is the same everywhere. */
function endClass(weight: f64, scratch: usize): void {
  const weights = f64x2.splat(weight);
  for (let at: usize = 0; at < 64; at += 16) {
    const sum = scratch + right + at;
    const ofClass = scratch + classRight + at;
    v128.store(sum, f64x2.add(v128.load(sum), f64x2.mul(weights, v128.load(ofClass))));
    v128.store(ofClass, f64x2.splat(0));
  }
}

function diagonalFits(A: usize): bool {
  for (let a: usize = 0; a < 8; a++) if (!(load<f64>(A + a * 136) <= 9007199254740991.0)) return false;
  return true;
}

/** Adds what rows share and the row's diagonal, and takes from the right-hand side how they pull the row as it is. */
function complete(job: Job, row: i32, column: i32, A: usize): void {
  const stride = job.stride;
  const bytes: usize = (<usize>stride) << 3;
  const offset: usize = (<usize>column) << 3;
  const x64 = A + row64;
  const regularisation = load<f64>(job.diagonal + ((<usize>row) << 3));
  const scale = <f64>(1 << (job.exponent - min(residualBits, job.exponent)));
  const shared = f64x2.splat(job.shared);
  pullOf(job.gram + offset, x64, stride, bytes, A + pull);
  for (let a = 0; a < 8; a++) {
    const system = A + ((<usize>a) << 7);
    const gram = job.gram + <usize>(column + a) * bytes + offset;
    const at: usize = (<usize>a) << 3;
    for (let j: usize = 0; j < 64; j += 16)
      v128.store(system + j, f64x2.add(v128.load(system + j), f64x2.mul(shared, v128.load(gram + j))));
    const added = column + a < job.width ? regularisation : 1.0;
    store<f64>(system + at, load<f64>(system + at) + added);
    const held = job.shared * load<f64>(A + pull + at) + regularisation * load<f64>(x64 + offset + at);
    store<f64>(system, load<f64>(A + right + at) * scale - held, 64);
  }
}

/** G x over all columns, ascending, for the 8 rows of a block. */
function pullOf(gram: usize, x64: usize, stride: i32, bytes: usize, into: usize): void {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  for (let t = 0; t < stride; t++) {
    const x = splat64(x64 + ((<usize>t) << 3));
    s0 = f64x2.add(s0, f64x2.mul(x, v128.load(gram)));
    s1 = f64x2.add(s1, f64x2.mul(x, v128.load(gram, 16)));
    s2 = f64x2.add(s2, f64x2.mul(x, v128.load(gram, 32)));
    s3 = f64x2.add(s3, f64x2.mul(x, v128.load(gram, 48)));
    gram += bytes;
  }
  v128.store(into, s0);
  v128.store(into, s1, 16);
  v128.store(into, s2, 32);
  v128.store(into, s3, 48);
}

/** Moves a block's columns, on the grid; answers by how much the squared length grew, and leaves the moves. */
function step(x: usize, column: i32, scratch: usize, outcome: Outcome): f64 {
  let grown: f64 = 0;
  for (let a: usize = 0; a < 8; a++) {
    const at = x + ((<usize>column) << 1) + (a << 1);
    const old = <i32>load<i16>(at);
    const wished = old + toGrid(load<f64>(scratch + solution + (a << 3)));
    const value = held(wished);
    if (value != wished) outcome.saturations++;
    store<i16>(at, value);
    store<f64>(scratch + row64 + ((<usize>column) << 3) + (a << 3), <f64>value);
    store<i16>(scratch + moved + (a << 1), value - old);
    grown += <f64>(<i64>value * <i64>value - <i64>old * <i64>old);
  }
  return grown;
}
