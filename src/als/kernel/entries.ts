import { BoundExceeded } from '../errors.ts';
import { maxFactor } from '../widths.ts';
import type { Block, KernelMemory } from './memory.ts';

/** The greatest weight of an entry, in 1/16 steps: 256. */
export const maxWeight = 4096;
/** Bytes that a vector register reads past the last target, for nothing. */
const slack = 16;
/** The number of the row of zeros before a matrix, which fills a weight class up to an even number of slots. */
export const zeroRow = -1;

/** Sparse rows as a caller has them (CSR): the entries of row n are those from `starts[n]` up to `starts[n + 1]`. */
export interface SparseRows {
  /** One more than there are rows. */
  readonly starts: Int32Array;
  /** Row numbers of the other side. */
  readonly neighbours: Int32Array;
  /** Integers from 0 to 4096, in 1/16 steps; an entry of weight 0 says nothing and is left out. */
  readonly weights: Uint16Array;
  /** What the neighbour is to explain: preferences 0 and 1, or stars in star units. */
  readonly targets: Int16Array;
}

/** Rows in a kernel's memory, their entries sorted into classes of equal weight: what sums are made of. */
export interface EntryRows {
  /** How many rows there are. */
  readonly rows: number;
  /** The greatest row number of the other side; -1 without entries. */
  readonly greatest: number;
  /** Slots of all rows; what stands behind them in the arrays is nothing. */
  readonly slots: number;
  /** Where each row's slots begin, and one more; always even. */
  readonly rowSlots: Int32Array;
  /** Where each row's classes begin, and one more. */
  readonly rowClasses: Int32Array;
  /** Weight of each class, and where its slots end. */
  readonly classWeights: Int32Array;
  readonly classEnds: Int32Array;
  /** Neighbour and target of each slot. */
  readonly neighbours: Int32Array;
  readonly targets: Int16Array;
}

/**
 * Sparse rows in a kernel's memory, for any number of calls. A row's entries are sorted into classes of equal weight, so
 * that a weight multiplies the exact sum of its class; each class is padded by the row of zeros to an even number of
 * slots, because the kernel takes entries two at a time.
 */
export class Entries implements EntryRows, Disposable {
  readonly rows: number;
  readonly greatest: number;
  readonly slots: number;
  /** Slots of the row that has the most. */
  readonly longest: number;
  /** The greatest absolute target. */
  readonly greatestTarget: number;
  readonly rowSlots: Int32Array;
  readonly rowClasses: Int32Array;
  readonly classWeights: Int32Array;
  readonly classEnds: Int32Array;
  readonly neighbours: Int32Array;
  readonly targets: Int16Array;
  readonly #memory: KernelMemory;
  readonly #blocks: Block[] = [];

  /** @throws {RangeError} if the arrays do not fit each other @throws {BoundExceeded} on a weight past 4096 */
  constructor(memory: KernelMemory, sparse: SparseRows) {
    checkShape(sparse);
    const sorted = new ClassSort(sparse);
    const { rows, slots, classes } = sorted;
    this.#memory = memory;
    this.rows = rows;
    this.slots = slots;
    this.rowSlots = this.#int32(rows + 1);
    this.rowClasses = this.#int32(rows + 1);
    this.classWeights = this.#int32(classes);
    this.classEnds = this.#int32(classes);
    this.neighbours = this.#int32(slots);
    const block = memory.allocate(2 * slots + slack);
    this.#blocks.push(block);
    this.targets = memory.int16(block.address, slots);
    const { greatest, longest } = sorted.write(this);
    this.greatest = greatest;
    this.longest = longest;
    this.greatestTarget = greatestOf(this.targets);
  }

  /** Gives the memory back; the entries must not be used any more. */
  [Symbol.dispose](): void {
    for (const block of this.#blocks) this.#memory.free(block);
  }

  #int32(length: number): Int32Array {
    const block = this.#memory.allocate(4 * length);
    this.#blocks.push(block);
    return this.#memory.int32(block.address, length);
  }
}

type Arrays = Pick<Entries, 'rowSlots' | 'rowClasses' | 'classWeights' | 'classEnds' | 'neighbours' | 'targets'>;

/** Sorts each row's entries by weight, by counting: once to know how much room they take, once to write them. */
class ClassSort {
  readonly rows: number;
  readonly slots: number;
  readonly classes: number;
  readonly #sparse: SparseRows;
  /** How often each weight occurs in the row at hand, then where its next entry goes. */
  readonly #places = new Int32Array(maxWeight + 1);

  constructor(sparse: SparseRows) {
    this.#sparse = sparse;
    this.rows = sparse.starts.length - 1;
    let [slots, classes] = [0, 0];
    for (let row = 0; row < this.rows; row++) {
      const weights = this.#count(row);
      classes += weights.length;
      for (const weight of weights) {
        slots += evenUp(this.#places[weight] ?? 0);
        this.#places[weight] = 0;
      }
    }
    this.slots = slots;
    this.classes = classes;
  }

  write(into: Arrays): { readonly greatest: number; readonly longest: number } {
    into.neighbours.fill(zeroRow);
    let [greatest, longest, slot, classNumber] = [-1, 0, 0, 0];
    for (let row = 0; row < this.rows; row++) {
      const first = slot;
      for (const weight of this.#count(row)) {
        const length = evenUp(this.#places[weight] ?? 0);
        this.#places[weight] = slot;
        slot += length;
        into.classWeights[classNumber] = weight;
        into.classEnds[classNumber++] = slot;
      }
      greatest = Math.max(greatest, this.#place(row, into));
      longest = Math.max(longest, slot - first);
      into.rowSlots[row + 1] = slot;
      into.rowClasses[row + 1] = classNumber;
    }
    return { greatest, longest };
  }

  /** Counts the weights of a row into `#places`; answers those that occur, ascending. */
  #count(row: number): number[] {
    const { starts, weights } = this.#sparse;
    const found: number[] = [];
    for (let entry = starts[row] ?? 0, end = starts[row + 1] ?? 0; entry < end; entry++) {
      const weight = weights[entry] ?? 0;
      if (weight === 0) continue;
      const before = this.#places[weight] ?? 0;
      if (before === 0) found.push(weight);
      this.#places[weight] = before + 1;
    }
    return found.sort((a, b) => a - b);
  }

  /** Puts a row's entries in their places, which it clears; answers the greatest neighbour. */
  #place(row: number, { neighbours: toNeighbours, targets: toTargets }: Arrays): number {
    const { starts, weights, neighbours, targets } = this.#sparse;
    const places = this.#places;
    const [from, end] = [starts[row] ?? 0, starts[row + 1] ?? 0];
    let greatest = -1;
    for (let entry = from; entry < end; entry++) {
      const weight = weights[entry] ?? 0;
      if (weight === 0) continue;
      const slot = places[weight] ?? 0;
      places[weight] = slot + 1;
      const neighbour = neighbours[entry] ?? 0;
      toNeighbours[slot] = neighbour;
      toTargets[slot] = Math.max(targets[entry] ?? 0, -maxFactor);
      if (neighbour > greatest) greatest = neighbour;
    }
    for (let entry = from; entry < end; entry++) places[weights[entry] ?? 0] = 0;
    return greatest;
  }
}

/** The greatest absolute value. By index: to iterate over shared memory takes several times as long. */
function greatestOf(values: Int16Array): number {
  let [least, greatest] = [0, 0];
  for (let at = 0, { length } = values; at < length; at++) {
    const value = values[at] ?? 0;
    if (value > greatest) greatest = value;
    if (value < least) least = value;
  }
  return Math.max(greatest, -least);
}

/** A class takes an even number of slots. */
export const evenUp = (count: number): number => count + (count & 1);

function checkShape({ starts, neighbours, weights, targets }: SparseRows): void {
  const end = starts.at(-1) ?? -1;
  if (end < 0 || [neighbours, weights, targets].some(({ length }) => length < end))
    throw new RangeError(
      `Sparse rows end at entry ${end}, past an array. Give starts, and arrays as long as their last`,
    );
  if (starts.some((start, row) => start < (starts[row - 1] ?? 0)))
    throw new RangeError('The starts of sparse rows do not ascend');
  for (let entry = starts[0] ?? 0; entry < end; entry++) {
    if ((weights[entry] ?? 0) > maxWeight)
      throw new BoundExceeded(
        `Entry ${entry} has the weight ${weights[entry]}, past ${maxWeight}`,
        'Take smaller confidences in the table of weights',
      );
    if ((neighbours[entry] ?? -1) < 0) throw new RangeError(`Entry ${entry} has the neighbour ${neighbours[entry]}`);
  }
}
