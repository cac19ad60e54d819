import { ItemMatrix, OuterSum } from '../../als/index.ts';

/**
 * Item vectors of one generation, with the Gram matrix of those that were learnt kept beside them: exact, since its sums
 * are of integers. An item without events was placed by its genres and tags: it has a vector, and shapes no other.
 */
export class GrammedItems {
  readonly matrix: ItemMatrix;
  readonly #gram: Float64Array;
  readonly #sum: OuterSum;
  /** By row. */
  readonly #isLearnt: boolean[] = [];
  #learnt = 0;

  constructor(k: number, matrix = new ItemMatrix(k)) {
    this.matrix = matrix;
    this.#gram = new Float64Array(k * k);
    this.#sum = new OuterSum(this.#gram, k, k);
  }

  /** Sum of y y' over all learnt items, k x k, in squared grid steps: the upper triangle. */
  get gram(): Float64Array {
    this.#sum.end();
    return this.#gram;
  }

  /** How many items have events. */
  get learnt(): number {
    return this.#learnt;
  }

  /** Puts an item's factors, of length k, in place of those it had; `events` is how many they were learnt from. Answers its row. */
  set(id: string, factors: Int16Array, events: number): number {
    const { matrix } = this;
    const before = matrix.rowOf(id);
    if (before !== undefined && this.#isLearnt[before] === true) this.#count(before, -1);
    const row = matrix.set(id, factors);
    this.#isLearnt[row] = events > 0;
    if (events > 0) this.#count(row, 1);
    return row;
  }

  #count(row: number, sign: 1 | -1): void {
    const { values, k } = this.matrix;
    this.#sum.add(values, row * k, sign);
    this.#learnt += sign;
  }
}
