/** Rows that were marked, each once: a byte for each row and a list, so that to mark one again costs next to nothing. */
export class Marks {
  #marked = new Uint8Array(64);
  #list: number[] = [];

  get size(): number {
    return this.#list.length;
  }

  add(row: number): void {
    if (row >= this.#marked.length) this.#grow(row + 1);
    if (this.#marked[row] === 1) return;
    this.#marked[row] = 1;
    this.#list.push(row);
  }

  has(row: number): boolean {
    return this.#marked[row] === 1;
  }

  delete(row: number): void {
    if (!this.has(row)) return;
    this.#marked[row] = 0;
    this.#list.splice(this.#list.indexOf(row), 1);
  }

  /** In the order in which they were marked: sort them where order matters. */
  [Symbol.iterator](): Iterator<number> {
    return this.#list.values();
  }

  clear(): void {
    for (const row of this.#list) this.#marked[row] = 0;
    this.#list = [];
  }

  #grow(least: number): void {
    const larger = new Uint8Array(Math.max(least, 2 * this.#marked.length));
    larger.set(this.#marked);
    this.#marked = larger;
  }
}
