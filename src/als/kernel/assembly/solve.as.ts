import { factorise, substituteBack } from './cholesky.as';
import { fail, Job, Outcome, resultRow } from './jobs.as';
import { toGrid } from './simd.as';
import { gramOf, greatestOf, pack, packedPairs, packUnit, rightOf, sizeOf, unexplained } from './sums.as';

/** What `mode` asks of the sums. */
const fromEntries: i32 = 0;
const keepSums: i32 = 1;
const fromSums: i32 = 2;

/** Failures, as in failures.ts. */
const pastGram: i32 = 1;
const pastTarget: i32 = 2;
const singular: i32 = 3;

const exactLimit: f64 = 9007199254740991.0;

/** Bytes of scratch that a thread needs: system, solution, packed pairs, targets. */
export function solveScratch(stride: i32): i32 {
  return 8 * stride * (stride + 8) + 8 * (2 * stride) + 4 * stride * packedPairs + 4 * packedPairs + 64;
}

/** Rows `first` up to `end` of the entries: at most 64 in a call, so that the engine's optimised code takes over soon. */
export function solveRows(job: Job, first: i32, end: i32, scratch: usize, outcome: Outcome): void {
  for (let row = first; row < end; row++) {
    const failure =
      job.mode == fromSums ? solveSummed(job, row, scratch, outcome) : solveRow(job, row, scratch, outcome);
    if (failure) fail(outcome, row, failure);
  }
}

function solveRow(job: Job, row: i32, A: usize, outcome: Outcome): i32 {
  const stride = job.stride;
  const right = A + <usize>(stride * (stride + 8)) * 8 + ((<usize>stride) << 3);
  memory.fill(A, 0, ((<usize>(stride * (stride + 8))) << 3) + ((<usize>stride) << 4));
  const empty = load<i32>(job.rowSlots + ((<usize>row) << 2)) == load<i32>(job.rowSlots + ((<usize>row) << 2), 4);
  const failure = empty ? 0 : accumulate(job, row, A, right);
  if (failure) return failure;
  if (job.mode == keepSums) {
    writeSums(job, row, A, right);
    return 0;
  }
  if (empty) {
    memory.fill(resultRow(job, row), 0, (<usize>stride) << 1);
    return 0;
  }
  return finish(job, row, A, right, outcome);
}

/** Exact sums of a row: its Gram matrix into A, its right-hand side into `right`. */
function accumulate(job: Job, row: i32, A: usize, right: usize): i32 {
  const at: usize = (<usize>row) << 2;
  const stride = job.stride;
  const packed = right + ((<usize>stride) << 3);
  const left = packed + <usize>(4 * stride * packedPairs);
  let slot = load<i32>(job.rowSlots + at);
  let weighted: f64 = 0;
  for (let c = load<i32>(job.rowClasses + at), last = load<i32>(job.rowClasses + at, 4); c < last; c++) {
    const weight = <f64>load<i32>(job.classWeights + ((<usize>c) << 2));
    const end = load<i32>(job.classEnds + ((<usize>c) << 2));
    for (; slot < end; slot += 2 * packedPairs) {
      const slots = min(end - slot, 2 * packedPairs);
      weighted += weight * accumulateSlots(job, slot, slots, weight, A, right, packed, left);
    }
    slot = end;
  }
  if (!(weighted * 32767 <= exactLimit)) return pastTarget;
  return diagonalFits(A, job) ? 0 : pastGram;
}

/** Adds a few slots of one weight; answers the sum of their absolute targets. */
function accumulateSlots(
  job: Job,
  slot: i32,
  slots: i32,
  weight: f64,
  A: usize,
  right: usize,
  packed: usize,
  left: usize,
): f64 {
  const pairs = slots >> 1;
  const stride = job.stride;
  const neighbours = job.neighbours + ((<usize>slot) << 2);
  let targets = job.targets + ((<usize>slot) << 1);
  pack(neighbours, pairs, job.from, stride, packed);
  if (job.unit) {
    unexplained(neighbours, targets, slots, job, left);
    targets = left;
    packUnit(neighbours, pairs, job.unit, stride, packed);
  }
  gramOf(packed, pairs, stride, A, stride + 8, weight, job.widths);
  const greatest = greatestOf(targets, slots);
  if (greatest == 0) return 0;
  rightOf(packed, targets, pairs, job, weight, greatest, right);
  return sizeOf(targets, slots);
}

function diagonalFits(A: usize, job: Job): bool {
  const step: usize = (<usize>(job.stride + 9)) << 3;
  for (let a = 0; a < job.width; a++) if (!(load<f64>(A + <usize>a * step) <= exactLimit)) return false;
  return true;
}

function writeSums(job: Job, row: i32, A: usize, right: usize): void {
  let out = job.sums + <usize>row * ((<usize>(job.width * (job.width + 1))) << 3);
  for (let a = 0; a < job.width; a++) {
    const from = A + <usize>(a * (job.stride + 8)) * 8;
    memory.copy(out, from, (<usize>job.width) << 3);
    memory.fill(out, 0, (<usize>a) << 3);
    out += (<usize>job.width) << 3;
    store<f64>(out, load<f64>(right + ((<usize>a) << 3)));
    out += 8;
  }
}

/** A row whose sums are given. */
function solveSummed(job: Job, row: i32, A: usize, outcome: Outcome): i32 {
  const stride = job.stride;
  const right = A + <usize>(stride * (stride + 8)) * 8 + ((<usize>stride) << 3);
  memory.fill(A, 0, ((<usize>(stride * (stride + 8))) << 3) + ((<usize>stride) << 4));
  let given = job.sums + <usize>row * ((<usize>(job.width * (job.width + 1))) << 3);
  for (let a = 0; a < job.width; a++) {
    memory.copy(A + <usize>(a * (stride + 8)) * 8, given, (<usize>job.width) << 3);
    given += (<usize>job.width) << 3;
    store<f64>(right + ((<usize>a) << 3), load<f64>(given));
    given += 8;
  }
  if (!diagonalFits(A, job)) return pastGram;
  return finish(job, row, A, right, outcome);
}

/** Adds what rows share and the diagonal, solves, and writes the row on the grid. */
function finish(job: Job, row: i32, A: usize, right: usize, outcome: Outcome): i32 {
  const stride = job.stride;
  const width = job.width;
  const solution = right - ((<usize>stride) << 3);
  complete(job, row, A, right);
  if (!factorise(A, stride, stride + 8)) return singular;
  substituteBack(A, stride, stride + 8, solution);
  const x = resultRow(job, row);
  for (let f = 0; f < width; f++) {
    const value = load<f64>(solution + ((<usize>f) << 3)) * job.grid;
    const z = toGrid(value);
    if (<f64>z != nearest<f64>(value)) outcome.saturations++;
    store<i16>(x + ((<usize>f) << 1), z);
  }
  return 0;
}

/** Pad columns get a pivot of 1 and nothing else, so that they change no bit of the others. */
function complete(job: Job, row: i32, A: usize, right: usize): void {
  const stride = job.stride;
  const diagonal = load<f64>(job.diagonal + ((<usize>row) << 3));
  const shared = f64x2.splat(job.shared);
  for (let a = 0; a < stride; a++) {
    const system = A + <usize>(a * (stride + 8)) * 8;
    const gram = job.gram + <usize>(a * stride) * 8;
    for (let j = (<usize>(a & ~1)) << 3, end = (<usize>stride) << 3; j < end; j += 16)
      v128.store(system + j, f64x2.add(v128.load(system + j), f64x2.mul(shared, v128.load(gram + j))));
    const pivot = system + ((<usize>a) << 3);
    const bias = a == 0 && job.biasDiagonal != 0;
    const added = a >= job.width ? 1.0 : bias ? load<f64>(job.biasDiagonal + ((<usize>row) << 3)) : diagonal;
    store<f64>(pivot, load<f64>(pivot) + added);
    store<f64>(system + ((<usize>stride) << 3), load<f64>(right + ((<usize>a) << 3)) * job.scale);
  }
}
