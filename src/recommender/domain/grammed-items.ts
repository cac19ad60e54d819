import { ItemMatrix } from '../../als/index.ts';

/**
 * Item vectors of one generation, with the Gram matrix of those that were learnt kept beside them: exact, since its sums
 * are of integers. An item without events was placed by its genres and tags: it has a vector, and shapes no other.
 */
export class GrammedItems {
  readonly matrix: ItemMatrix;
  /** Sum of y y' over all learnt items, k x k, in squared grid steps. */
  readonly gram: Float64Array;
  readonly #learnt = new Set<string>();

  constructor(k: number) {
    this.matrix = new ItemMatrix(k);
    this.gram = new Float64Array(k * k);
  }

  /** How many items have events. */
  get learnt(): number {
    return this.#learnt.size;
  }

  /** Puts an item's factors, of length k, in place of those it had; `events` is how many they were learnt from. */
  set(id: string, factors: Int16Array, events: number): void {
    const before = this.matrix.get(id);
    if (before !== undefined && this.#learnt.delete(id)) this.#add(before, -1);
    this.matrix.set(id, factors);
    if (events === 0) return;
    this.#learnt.add(id);
    this.#add(factors, 1);
  }

  #add(y: Int16Array, sign: 1 | -1): void {
    const k = this.matrix.k;
    for (let a = 0, at = 0; a < k; a++)
      for (let b = 0; b < k; b++, at++) this.gram[at] = (this.gram[at] ?? NaN) + sign * (y[a] ?? NaN) * (y[b] ?? NaN);
  }
}
