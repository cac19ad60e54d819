import { Numbers } from './numbers.ts';
import { silentCode } from './share-code.ts';

const smallestBlock = 4;

/**
 * The pairs of each row, and beside each its other end and what it comes to (`codeOf`): a row is gathered by reading
 * straight on. Lists stand in blocks of a pool with 4, 8, 16... places; one that outgrows its block moves to another of
 * twice the size, and blocks given back serve other rows. The order in a list means nothing.
 */
export class Adjacency {
  readonly #start = new Numbers(length => new Int32Array(length));
  readonly #count = new Numbers(length => new Int32Array(length));
  readonly #room = new Numbers(length => new Int32Array(length));
  /** Blocks given back, by the binary logarithm of their size. */
  readonly #free: number[][] = [];
  #pairs = new Int32Array(64);
  #neighbours = new Int32Array(64);
  #codes = new Int32Array(64);
  #used = 0;

  count(row: number): number {
    return this.#count.get(row);
  }

  /** Views on a row's list: valid until one is changed. */
  of(row: number): Int32Array {
    return this.#view(this.#pairs, row);
  }

  neighboursOf(row: number): Int32Array {
    return this.#view(this.#neighbours, row);
  }

  codesOf(row: number): Int32Array {
    return this.#view(this.#codes, row);
  }

  /** Adds a pair that says nothing yet. */
  add(row: number, pair: number, neighbour: number): void {
    const count = this.#count.get(row);
    if (count === this.#room.get(row)) this.#move(row, Math.max(smallestBlock, 2 * count));
    const at = this.#start.get(row) + count;
    this.#pairs[at] = pair;
    this.#neighbours[at] = neighbour;
    this.#codes[at] = silentCode;
    this.#count.set(row, count + 1);
  }

  /** Says what a pair of the row comes to. Sought from the end: what is new is mostly what changes. */
  setCode(row: number, pair: number, code: number): void {
    const start = this.#start.get(row);
    for (let at = start + this.#count.get(row) - 1; at >= start; at--)
      if (this.#pairs[at] === pair) {
        this.#codes[at] = code;
        return;
      }
  }

  /** Says what all pairs of a row come to: for when many have changed. */
  setCodes(row: number, codes: Int32Array): void {
    const start = this.#start.get(row);
    for (let at = start, end = start + this.#count.get(row); at < end; at++)
      this.#codes[at] = codes[this.#pairs[at] ?? 0] ?? silentCode;
  }

  /** Takes one pair out; the last one of the list takes its place. */
  remove(row: number, pair: number): void {
    const at = this.of(row).indexOf(pair);
    if (at < 0) return;
    for (const list of [this.of(row), this.neighboursOf(row), this.codesOf(row)]) list[at] = list.at(-1) ?? 0;
    this.#count.add(row, -1);
  }

  /** Empties a row's list and gives its block back. */
  clear(row: number): void {
    this.#giveBack(row);
    this.#count.set(row, 0);
    this.#room.set(row, 0);
  }

  #view(pool: Int32Array, row: number): Int32Array {
    const start = this.#start.get(row);
    return pool.subarray(start, start + this.#count.get(row));
  }

  #move(row: number, size: number): void {
    const start = this.#free[31 - Math.clz32(size)]?.pop() ?? this.#allot(size);
    const from = this.#start.get(row);
    const end = from + this.#count.get(row);
    for (const pool of [this.#pairs, this.#neighbours, this.#codes]) pool.copyWithin(start, from, end);
    this.#giveBack(row);
    this.#start.set(row, start);
    this.#room.set(row, size);
  }

  #giveBack(row: number): void {
    const size = this.#room.get(row);
    if (size > 0) (this.#free[31 - Math.clz32(size)] ??= []).push(this.#start.get(row));
  }

  #allot(size: number): number {
    const start = this.#used;
    this.#used += size;
    if (this.#used > this.#pairs.length) {
      const length = Math.max(this.#used, Math.ceil(this.#pairs.length * 1.5));
      this.#pairs = grown(this.#pairs, length);
      this.#neighbours = grown(this.#neighbours, length);
      this.#codes = grown(this.#codes, length);
    }
    return start;
  }
}

function grown(pool: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(pool);
  return larger;
}
