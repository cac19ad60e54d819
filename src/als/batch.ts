import type { SparseRows } from './kernel/entries.ts';

/** Sparse rows that are filled entry by entry, in arrays that are used again. */
export class Batch {
  readonly rows: number[] = [];
  #starts = new Int32Array(64);
  #neighbours = new Int32Array(1024);
  #weights = new Uint16Array(1024);
  #targets = new Int16Array(1024);
  #entries = 0;

  get entries(): number {
    return this.#entries;
  }

  /** Where entries go, for loops over very many: to be filled from `entries` on, and ended. Valid until a row begins. */
  get arrays(): { readonly neighbours: Int32Array; readonly weights: Uint16Array; readonly targets: Int16Array } {
    return { neighbours: this.#neighbours, weights: this.#weights, targets: this.#targets };
  }

  /** So many entries there are now, all told; the new ones are the last row's. */
  end(entries: number): void {
    this.#entries = entries;
    this.#starts[this.rows.length] = entries;
  }

  get sparse(): SparseRows {
    return {
      starts: this.#starts.subarray(0, this.rows.length + 1),
      neighbours: this.#neighbours,
      weights: this.#weights,
      targets: this.#targets,
    };
  }

  /** Entries that follow are another row's, of which there will be at most so many. */
  begin(row: number, most: number): void {
    this.rows.push(row);
    if (this.rows.length + 1 > this.#starts.length)
      this.#starts = grown(this.#starts, length => new Int32Array(length));
    this.#starts[this.rows.length] = this.#entries;
    while (this.#entries + most > this.#neighbours.length) {
      this.#neighbours = grown(this.#neighbours, length => new Int32Array(length));
      this.#weights = grown(this.#weights, length => new Uint16Array(length));
      this.#targets = grown(this.#targets, length => new Int16Array(length));
    }
  }

  add(neighbour: number, weight: number, target: number): void {
    const at = this.#entries++;
    this.#neighbours[at] = neighbour;
    this.#weights[at] = weight;
    this.#targets[at] = target;
    this.#starts[this.rows.length] = this.#entries;
  }

  clear(): void {
    this.rows.length = 0;
    this.#entries = 0;
  }
}

function grown<A extends { readonly length: number; set(from: A): void }>(array: A, make: (length: number) => A): A {
  const larger = make(2 * array.length);
  larger.set(array);
  return larger;
}
