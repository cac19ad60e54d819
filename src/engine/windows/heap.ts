/** A binary heap: the least number first, with what it stands for. */
export class Heap<T> {
  readonly #entries: { readonly at: number; readonly item: T }[] = [];

  get first(): { readonly at: number; readonly item: T } | undefined {
    return this.#entries[0];
  }

  push(at: number, item: T): void {
    const entries = this.#entries;
    let index = entries.length;
    entries.push({ at, item });
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#at(parent) <= at) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  /** Removes the first; nothing where there is none. */
  pop(): void {
    const last = this.#entries.pop();
    if (last === undefined || this.#entries.length === 0) return;
    this.#entries[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const least = this.#at(left + 1) < this.#at(left) ? left + 1 : left;
      if (this.#at(least) >= last.at) return;
      this.#swap(index, least);
      index = least;
    }
  }

  clear(): void {
    this.#entries.length = 0;
  }

  #at(index: number): number {
    return this.#entries[index]?.at ?? Infinity;
  }

  #swap(a: number, b: number): void {
    const entries = this.#entries;
    const [first, second] = [entries[a], entries[b]];
    if (first === undefined || second === undefined) return;
    entries[a] = second;
    entries[b] = first;
  }
}
