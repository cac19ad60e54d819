/** All item vectors in memory, kept up to date by the change feed: what likeness is measured over. */
import type { Documents } from '../../documents/port.ts';
import { dot, greatest, ItemMatrix } from '../../als/index.ts';
import { fromBytes } from '../domain/vectors.ts';
import { TooManyItems } from './errors.ts';
import { Followed } from './followed.ts';
import { asItemVector, type ItemVectorDocument } from './stored.ts';

/** At 64 factors about 64 MB. */
export const defaultMostItems = 500_000;

export interface Likeness {
  readonly itemId: string;
  /** Cosine of the angle between both vectors, -1 to 1. */
  readonly score: number;
}

/** Vectors of the newest generation: those of two generations never meet. Holds at most `mostItems`. */
export class ItemVectors {
  readonly #followed: Followed;
  readonly #mostItems: number;
  #matrix = new ItemMatrix(0);
  #generation = -1;

  constructor(documents: Pick<Documents, 'changes'>, mostItems = defaultMostItems) {
    this.#mostItems = mostItems;
    this.#followed = new Followed(documents, 'itemVectors', {
      begin: () => this.#begin(-1, 0),
      take: document => this.#take(asItemVector(document, document.body)),
    });
  }

  /** The n items most like this one, most alike first; undefined for an item without a vector. */
  async like(itemId: string, n: number): Promise<readonly Likeness[] | undefined> {
    await this.#followed.refresh();
    const matrix = this.#matrix;
    const own = matrix.get(itemId);
    if (own === undefined) return undefined;
    const length = lengthOf(own);
    return greatest(matrix.ids, { n, exclude: new Set([itemId]) }, row => {
      const other = matrix.row(row);
      // A vector of length zero has no direction: NaN, which takes no part.
      return dot(own, other) / (length * lengthOf(other));
    });
  }

  #take({ id, generation, factors }: ItemVectorDocument): void {
    if (generation < this.#generation) return;
    const row = fromBytes(Buffer.from(factors, 'base64'));
    if (generation > this.#generation) this.#begin(generation, row.length);
    if (this.#matrix.size >= this.#mostItems && this.#matrix.rowOf(id) === undefined)
      throw new TooManyItems(this.#mostItems);
    this.#matrix.set(id, row);
  }

  #begin(generation: number, k: number): void {
    this.#generation = generation;
    this.#matrix = new ItemMatrix(k);
  }
}

const lengthOf = (row: Int16Array): number => Math.sqrt(dot(row, row));
