import { Numbers } from './numbers.ts';

const smallestBlock = 4;

/**
 * A list of integers for each row, in blocks of one pool: a block has 4, 8, 16... places, a list that outgrows its
 * block moves to one of twice the size, and blocks given back serve other rows. The order in a list means nothing.
 */
export class Adjacency {
  readonly #start = new Numbers(length => new Int32Array(length));
  readonly #count = new Numbers(length => new Int32Array(length));
  readonly #room = new Numbers(length => new Int32Array(length));
  /** Blocks given back, by the binary logarithm of their size. */
  readonly #free: number[][] = [];
  #pool = new Int32Array(64);
  #used = 0;

  count(row: number): number {
    return this.#count.get(row);
  }

  /** A view on a row's list: valid until one is changed. */
  of(row: number): Int32Array {
    const start = this.#start.get(row);
    return this.#pool.subarray(start, start + this.#count.get(row));
  }

  add(row: number, entry: number): void {
    const count = this.#count.get(row);
    if (count === this.#room.get(row)) this.#move(row, Math.max(smallestBlock, 2 * count));
    this.#pool[this.#start.get(row) + count] = entry;
    this.#count.set(row, count + 1);
  }

  /** Takes one entry out; the last one of the list takes its place. */
  remove(row: number, entry: number): void {
    const list = this.of(row);
    const at = list.indexOf(entry);
    if (at < 0) return;
    list[at] = list.at(-1) ?? 0;
    this.#count.add(row, -1);
  }

  /** Empties a row's list and gives its block back. */
  clear(row: number): void {
    this.#giveBack(row);
    this.#count.set(row, 0);
    this.#room.set(row, 0);
  }

  #move(row: number, size: number): void {
    const start = this.#free[31 - Math.clz32(size)]?.pop() ?? this.#allot(size);
    const from = this.#start.get(row);
    this.#pool.copyWithin(start, from, from + this.#count.get(row));
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
    if (this.#used > this.#pool.length) {
      const larger = new Int32Array(Math.max(this.#used, Math.ceil(this.#pool.length * 1.5)));
      larger.set(this.#pool);
      this.#pool = larger;
    }
    return start;
  }
}
