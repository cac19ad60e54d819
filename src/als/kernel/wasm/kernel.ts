import { checkExact } from '../../gram.ts';
import { checkBlocks, checkProduct, checkSolve, checkSolveSums, checkSums, checkTransform } from '../checks.ts';
import { Entries, type EntryRows, type SparseRows } from '../entries.ts';
import { FactorMatrix } from '../factor-matrix.ts';
import { failureOf } from '../failures.ts';
import { GatheredRows } from '../gathered-rows.ts';
import { GramSum } from '../gram-sum.ts';
import type {
  Blocks,
  Kernel,
  ListedItems,
  Lister,
  Product,
  RowSums,
  SolveRows,
  SolveSums,
  Transform,
} from '../kernel.ts';
import { KernelMemory } from '../memory.ts';
import { exponentFor, powerOfTwo } from '../powers.ts';
import { Crew, type Work, type WorkDone } from '../workers/crew.ts';
import { instantiate, type KernelExports } from './exports.ts';
import { jobBytes, jobDoubles, jobWords, writeFields } from './layout.ts';
import { WasmLister } from './lister.ts';
import { kernelModule } from './module.ts';
import { Scope } from './scope.ts';
import { Widths } from './widths.ts';

/** What `mode` of a job asks for: see assembly/solve.as.ts and assembly/matrices.as.ts. */
const modes = { fromEntries: 0, keepSums: 1, fromSums: 2, greatest: 0, write: 1 };
/** Rows whose Gram matrix is summed in one call. */
const gramRows = 512;
/** Up to here the sums of a product are kept until their greatest is known; past it they are summed once more. */
const mostSumBytes = 1 << 26;

type Fields = Partial<Record<(typeof jobWords)[number] | (typeof jobDoubles)[number], number>>;

/** The kernel in WebAssembly, on one thread or several. */
export class WasmKernel implements Kernel {
  readonly name = 'wasm';
  readonly #memory = new KernelMemory();
  readonly #kernel: KernelExports;
  readonly #crew: Crew;
  readonly #widths: Widths;

  /** @throws {KernelMissing} where it has not been built @throws {RangeError} if threads are not 1 to 64 */
  constructor(options: { readonly threads: number; readonly patience_ms?: number }) {
    const module = kernelModule();
    this.#kernel = instantiate(module, this.#memory.memory);
    this.#widths = new Widths(this.#memory, this.#kernel);
    this.#crew = new Crew(this.#memory, module, this.#kernel, options);
  }

  get threads(): number {
    return this.#crew.threads;
  }

  matrix(width: number, rows = 0): FactorMatrix {
    return new FactorMatrix(this.#memory, width, rows);
  }

  entries(sparse: SparseRows): Entries {
    return new Entries(this.#memory, sparse);
  }

  gathering(): GatheredRows {
    return new GatheredRows(this.#memory);
  }

  gram(matrix: FactorMatrix): Float64Array {
    using scope = new Scope(this.#memory);
    const { rows, stride, width, address } = matrix;
    const widths = this.#widths.ofRows(scope, matrix);
    const sums = scope.room(8 * stride * stride);
    const scratch = scope.room(this.#kernel.gramScratch(stride));
    for (let first = 0; first < rows; first += gramRows)
      this.#kernel.gramRows(address, first, Math.min(first + gramRows, rows), stride, sums, widths, scratch);
    const padded = this.#memory.float64(sums, stride * stride);
    const gram = new Float64Array(width * width);
    for (let a = 0; a < width; a++)
      for (let b = 0; b < width; b++) gram[a * width + b] = padded[Math.min(a, b) * stride + Math.max(a, b)] ?? NaN;
    checkExact(gram, width, width);
    return gram;
  }

  gramSum(width: number): GramSum {
    return new GramSum(this.#memory, width, (...given) => this.#kernel.replaceOuter(...given) !== 0);
  }

  solveRows(batch: SolveRows): number {
    checkSolve(batch);
    using scope = new Scope(this.#memory);
    const { entries, from } = batch;
    const fields = { ...this.#sumFields(scope, batch), ...this.#solveFields(scope, batch) };
    return this.#run(scope, 'solveRows', entries.rows, { ...fields, mode: modes.fromEntries }, from.stride).saturations;
  }

  sumRows(batch: RowSums): Float64Array {
    checkSums(batch);
    using scope = new Scope(this.#memory);
    const { entries, from } = batch;
    const length = entries.rows * from.width * (from.width + 1);
    const sums = scope.room(8 * length);
    const fields = { ...this.#sumFields(scope, batch), sums, mode: modes.keepSums };
    this.#run(scope, 'solveRows', entries.rows, fields, from.stride);
    return this.#memory.float64(sums, length).slice();
  }

  solveSums(batch: SolveSums): number {
    checkSolveSums(batch);
    using scope = new Scope(this.#memory);
    const { sums, into } = batch;
    const { stride, width } = into;
    const rows = sums.length / (width * (width + 1));
    const fields = {
      ...this.#solveFields(scope, batch),
      sums: scope.float64(sums),
      stride,
      width,
      mode: modes.fromSums,
    };
    return this.#run(scope, 'solveRows', rows, fields, stride).saturations;
  }

  blocks(batch: Blocks): number {
    checkBlocks(batch);
    using scope = new Scope(this.#memory);
    const { entries, from, into, exponent } = batch;
    const widths = this.#widths.ofRows(scope, from);
    this.#widths.checkRows(scope, into, 0, into.rows);
    const greatestSquare = this.#kernel.greatestSquare(from.address, from.rows, from.stride);
    const fields = {
      ...this.#entryFields(entries, from),
      ...this.#solveFields(scope, { ...batch, gram: symmetric(batch.gram, from.width), scale: 1, grid: 1 }),
      widths,
      greatestSquare,
      exponent,
      longest: entries.longest,
    };
    const scratch = this.#kernel.blockScratch(from.stride, entries.longest);
    return this.#work(scope, { operation: 'blockRows', rows: entries.rows, scratch }, fields).saturations;
  }

  product(batch: Product): number {
    checkProduct(batch);
    using scope = new Scope(this.#memory);
    const { entries, from, into } = batch;
    into.resize(entries.rows);
    const sumBytes = 8 * from.stride * entries.rows;
    const fields = {
      ...this.#sumFields(scope, batch),
      ...(sumBytes <= mostSumBytes && { sums: scope.room(sumBytes) }),
      into: into.address,
      intoStride: into.stride,
      intoWidth: into.width,
    };
    const work = {
      operation: 'productRows',
      rows: entries.rows,
      scratch: this.#kernel.productScratch(from.stride),
    } as const;
    const { greatest } = this.#work(scope, work, { ...fields, mode: modes.greatest });
    const exponent = exponentFor(greatest);
    this.#work(scope, work, { ...fields, mode: modes.write, scale: 1 / powerOfTwo(exponent) });
    return exponent;
  }

  transform(batch: Transform): number {
    checkTransform(batch);
    using scope = new Scope(this.#memory);
    const { from, by, scale, into } = batch;
    if (into !== from) into.resize(from.rows);
    const fields = {
      from: from.address,
      stride: from.stride,
      width: from.width,
      scale,
      into: into.address,
      intoStride: into.stride,
      intoWidth: into.width,
      gram: scope.padded(by, into.width, into.stride),
    };
    const scratch = this.#kernel.transformScratch(into.stride);
    return this.#work(scope, { operation: 'transformRows', rows: from.rows, scratch }, fields).saturations;
  }

  lister(items: ListedItems): Lister {
    return new WasmLister(
      { memory: this.#memory, kernel: this.#kernel, crew: this.#crew, widths: this.#widths },
      items,
    );
  }

  /** Ends the threads. The memory goes with the last reference to it. */
  [Symbol.dispose](): void {
    this.#crew[Symbol.dispose]();
  }

  #entryFields(entries: EntryRows, from: FactorMatrix): Fields {
    return {
      rowSlots: entries.rowSlots.byteOffset,
      rowClasses: entries.rowClasses.byteOffset,
      classWeights: entries.classWeights.byteOffset,
      classEnds: entries.classEnds.byteOffset,
      neighbours: entries.neighbours.byteOffset,
      targets: entries.targets.byteOffset,
      from: from.address,
      stride: from.stride,
      width: from.width,
    };
  }

  #sumFields(scope: Scope, { entries, from, bias }: RowSums): Fields {
    const { unit = 0, mean = 0 } = bias ?? {};
    const widths = this.#widths.ofNeighbours(scope, entries, from, unit);
    return { ...this.#entryFields(entries, from), widths, unit, mean };
  }

  #solveFields(scope: Scope, batch: Omit<SolveSums, 'sums'>): Fields {
    const { gram, shared, diagonal, bias, scale, grid, into, rows } = batch;
    const { width, stride } = into;
    return {
      gram: gramAddress(scope, gram, into),
      shared,
      scale,
      grid,
      into: into.address,
      intoStride: stride,
      intoWidth: width,
      diagonal: scope.float64(diagonal),
      ...(bias && { biasDiagonal: scope.float64(bias.diagonal) }),
      ...(rows && { intoRows: scope.int32(rows) }),
    };
  }

  #run(scope: Scope, operation: 'solveRows', rows: number, fields: Fields, stride: number): WorkDone {
    return this.#work(scope, { operation, rows, scratch: this.#kernel.solveScratch(stride) }, fields);
  }

  /** @throws {BoundExceeded} naming the first row that failed */
  #work(scope: Scope, work: Omit<Work, 'job'>, fields: Fields): WorkDone {
    const job = scope.room(jobBytes);
    writeFields(this.#memory, job, { words: jobWords, doubles: jobDoubles }, fields);
    const done = this.#crew.run({ ...work, job });
    if (done.failed !== undefined) throw failureOf(done.failed.code, done.failed.row);
    return done;
  }
}

/** Where rows share nothing, zeros stand in. */
function gramAddress(scope: Scope, gram: SolveRows['gram'], { width, stride }: FactorMatrix): number {
  if (gram === undefined) return scope.room(8 * stride * stride);
  return gram instanceof GramSum ? gram.address : scope.padded(gram, width, stride);
}

/** The upper triangle, mirrored. */
function symmetric(gram: Float64Array, k: number): Float64Array {
  const both = gram.slice();
  for (let a = 0; a < k; a++) for (let b = 0; b < a; b++) both[a * k + b] = gram[b * k + a] ?? NaN;
  return both;
}
