import { ItemMatrix } from '../../als/index.ts';

/** Item vectors of one generation, with their Gram matrix kept beside them: exact, since its sums are of integers. */
export class GrammedItems {
  readonly matrix: ItemMatrix;
  /** Sum of y y' over all items, k x k, in squared grid steps. */
  readonly gram: Float64Array;

  constructor(k: number) {
    this.matrix = new ItemMatrix(k);
    this.gram = new Float64Array(k * k);
  }

  /** Puts an item's factors, of length k, in place of those it had. */
  set(id: string, factors: Int16Array): void {
    const before = this.matrix.get(id);
    if (before !== undefined) this.#add(before, -1);
    this.matrix.set(id, factors);
    this.#add(factors, 1);
  }

  #add(y: Int16Array, sign: 1 | -1): void {
    const k = this.matrix.k;
    for (let a = 0, at = 0; a < k; a++)
      for (let b = 0; b < k; b++, at++) this.gram[at] = (this.gram[at] ?? NaN) + sign * (y[a] ?? NaN) * (y[b] ?? NaN);
  }
}
