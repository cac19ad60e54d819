/** The n foremost of all entries offered, in order: for choosing few of many without sorting them all. */
export class Foremost<T> {
  readonly #n: number;
  readonly #compare: (a: T, b: T) => number;
  readonly #list: T[] = [];

  /** `compare` is that of `Array.sort`; no two entries are equal under it. */
  constructor(n: number, compare: (a: T, b: T) => number) {
    this.#n = n;
    this.#compare = compare;
  }

  /** The foremost so far, first things first. */
  get list(): readonly T[] {
    return this.#list;
  }

  /** The last one, which an entry has to precede; undefined while there is room. */
  get last(): T | undefined {
    return this.#list[this.#n - 1];
  }

  offer(entry: T): void {
    const { last } = this;
    if (this.#n <= 0 || (last !== undefined && this.#compare(entry, last) > 0)) return;
    let [from, to] = [0, this.#list.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      const at = this.#list[middle];
      if (at !== undefined && this.#compare(entry, at) < 0) to = middle;
      else from = middle + 1;
    }
    this.#list.splice(from, 0, entry);
    if (this.#list.length > this.#n) this.#list.pop();
  }
}
