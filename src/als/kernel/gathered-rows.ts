import { BoundExceeded } from '../errors.ts';
import { noStars, preferenceIn, starsIn, weightIn } from '../share-code.ts';
import { Column } from './column.ts';
import { evenUp, maxWeight, zeroRow, type EntryRows } from './entries.ts';
import type { KernelMemory } from './memory.ts';

/** Weights that a code can hold. */
const codedWeights = 1 << 13;
/** Of a rating: in the model of the stars all count alike. */
const once = 1;

/**
 * Rows that are gathered one by one from lists of neighbours and codes (share-code.ts), in blocks of a kernel's memory
 * that serve batch after batch. They come to the classes and slots that `Entries` of the same rows have.
 */
export class GatheredRows implements EntryRows, Disposable {
  readonly #rowSlots: Column<Int32Array>;
  readonly #rowClasses: Column<Int32Array>;
  readonly #classWeights: Column<Int32Array>;
  readonly #classEnds: Column<Int32Array>;
  readonly #neighbours: Column<Int32Array>;
  readonly #targets: Column<Int16Array>;
  /** Entries of each row, without what fills a class up. */
  readonly #counts: number[] = [];
  /** How often each weight occurs in the row at hand, then where its next entry goes; in between 0. */
  readonly #places = new Int32Array(codedWeights);
  #classes = 0;
  #slots = 0;
  #greatest = -1;

  constructor(memory: KernelMemory) {
    const int32 = (): Column<Int32Array> => new Column(memory, (address, length) => memory.int32(address, length));
    this.#rowSlots = int32();
    this.#rowClasses = int32();
    this.#classWeights = int32();
    this.#classEnds = int32();
    this.#neighbours = int32();
    this.#targets = new Column(memory, (address, length) => memory.int16(address, length));
  }

  get rows(): number {
    return this.#counts.length;
  }

  get slots(): number {
    return this.#slots;
  }

  get greatest(): number {
    return this.#greatest;
  }

  get rowSlots(): Int32Array {
    return this.#rowSlots.values;
  }

  get rowClasses(): Int32Array {
    return this.#rowClasses.values;
  }

  get classWeights(): Int32Array {
    return this.#classWeights.values;
  }

  get classEnds(): Int32Array {
    return this.#classEnds.values;
  }

  get neighbours(): Int32Array {
    return this.#neighbours.values;
  }

  get targets(): Int16Array {
    return this.#targets.values;
  }

  /** How many entries a row has. */
  countOf(row: number): number {
    return this.#counts[row] ?? 0;
  }

  /** Begins again, without rows. */
  clear(): void {
    this.#counts.length = 0;
    this.#classes = 0;
    this.#slots = 0;
    this.#greatest = -1;
  }

  /** Adds a row of none. */
  addEmpty(): void {
    this.#endRow(0);
  }

  /** Adds a row of those that have a weight; their targets are the preferences. @throws {BoundExceeded} past 4096 */
  addWeighed(neighbours: Int32Array, codes: Int32Array): void {
    const found = this.#weightsOf(codes);
    let count = 0;
    for (const weight of found) {
      const length = this.#places[weight] ?? 0;
      count += length;
      this.#places[weight] = this.#addClass(weight, length);
    }
    this.#placeWeighed(neighbours, codes);
    for (const weight of found) this.#places[weight] = 0;
    this.#endRow(count);
  }

  /** Adds a row of those that are rated, each with weight 1; their targets are the stars, in star units. */
  addRated(neighbours: Int32Array, codes: Int32Array): void {
    let count = 0;
    for (let n = 0; n < codes.length; n++) if (starsIn(codes[n] ?? 0) !== noStars) count++;
    if (count > 0) this.#placeRated(neighbours, codes, this.#addClass(once, count));
    this.#endRow(count);
  }

  [Symbol.dispose](): void {
    const columns = [this.#rowSlots, this.#rowClasses, this.#classWeights, this.#classEnds, this.#neighbours];
    for (const column of [...columns, this.#targets]) column[Symbol.dispose]();
  }

  /** Counts the weights of a row into `#places`; answers those that occur, ascending. */
  #weightsOf(codes: Int32Array): number[] {
    const places = this.#places;
    const found: number[] = [];
    for (let n = 0; n < codes.length; n++) {
      const weight = weightIn(codes[n] ?? 0);
      const before = places[weight] ?? 0;
      places[weight] = before + 1;
      if (before === 0) found.push(weight);
    }
    places[0] = 0;
    found.sort((a, b) => a - b);
    if ((found.at(-1) ?? 0) > maxWeight) {
      for (const weight of found) places[weight] = 0;
      throw new BoundExceeded(
        `An entry has the weight ${found.at(-1)}, past ${maxWeight}`,
        'Take smaller confidences in the table of weights',
      );
    }
    return found[0] === 0 ? found.slice(1) : found;
  }

  /** Room for so many entries of a weight, and one that says nothing where they are odd; answers where they go. */
  #addClass(weight: number, length: number): number {
    const first = this.#slots;
    const end = first + evenUp(length);
    this.#neighbours.reserve(end);
    this.#targets.reserve(end);
    if (end > first + length) {
      this.neighbours[end - 1] = zeroRow;
      this.targets[end - 1] = 0;
    }
    this.#classWeights.reserve(this.#classes + 1);
    this.#classEnds.reserve(this.#classes + 1);
    this.classWeights[this.#classes] = weight;
    this.classEnds[this.#classes++] = end;
    this.#slots = end;
    return first;
  }

  #placeWeighed(from: Int32Array, codes: Int32Array): void {
    const [places, neighbours, targets] = [this.#places, this.neighbours, this.targets];
    let greatest = this.#greatest;
    for (let n = 0; n < codes.length; n++) {
      const code = codes[n] ?? 0;
      const weight = weightIn(code);
      if (weight === 0) continue;
      const slot = places[weight] ?? 0;
      places[weight] = slot + 1;
      const neighbour = from[n] ?? 0;
      neighbours[slot] = neighbour;
      targets[slot] = preferenceIn(code);
      if (neighbour > greatest) greatest = neighbour;
    }
    this.#greatest = greatest;
  }

  #placeRated(from: Int32Array, codes: Int32Array, first: number): void {
    const [neighbours, targets] = [this.neighbours, this.targets];
    let [slot, greatest] = [first, this.#greatest];
    for (let n = 0; n < codes.length; n++) {
      const stars = starsIn(codes[n] ?? 0);
      if (stars === noStars) continue;
      const neighbour = from[n] ?? 0;
      neighbours[slot] = neighbour;
      targets[slot++] = stars;
      if (neighbour > greatest) greatest = neighbour;
    }
    this.#greatest = greatest;
  }

  #endRow(count: number): void {
    const row = this.#counts.push(count);
    this.#rowSlots.reserve(row + 1);
    this.#rowClasses.reserve(row + 1);
    this.rowSlots[row] = this.#slots;
    this.rowClasses[row] = this.#classes;
  }
}
