import { Adjacency } from './adjacency.ts';
import { RowDigests } from './digests.ts';
import { firstValues } from './first-values.ts';
import { addOuter, checkExact } from './gram.ts';
import { ItemMatrix } from './matrix.ts';
import { Numbers } from './numbers.ts';
import type { ModelSettings } from './settings.ts';

/** Star factors and biases are integers in units of 2^-10 on both sides. */
export const starUnit = 1024;
/** Standard deviation of a first vector's length, about: small beside a trained one, large beside a grid step. */
const firstLength = 0.1;

export type SideName = 'users' | 'items';

/** All users or all items: their vectors in both models, the Gram matrix of the implicit ones, and how stale they are. */
export class Side {
  readonly name: SideName;
  /** 2^exponent: grid steps in one. */
  readonly unit: number;
  readonly vectors: ItemMatrix;
  /** Bias, then star factors. */
  readonly starVectors: ItemMatrix;
  /** Upper triangle of the sum of y y' over all rows: exact integers. */
  readonly gram: Float64Array;
  /** How far neighbours have moved since the row was solved, in 1/16 grid steps: integers, so that order is nothing. */
  readonly staleness = new Numbers(length => new Float64Array(length));
  /** Pairs with a weight, and those with preference 1. */
  readonly events = new Numbers(length => new Int32Array(length));
  readonly likes = new Numbers(length => new Int32Array(length));
  /** Pairs by row. */
  readonly pairs = new Adjacency();
  /** Rows whose checkpoint row is behind; and rows whose vectors the cut has changed. */
  readonly dirty = new Set<number>();
  readonly changed = new Set<number>();
  /** Of both vectors by row, for the hash of the model. */
  readonly digests: RowDigests;
  readonly #settings: ModelSettings;

  constructor(name: SideName, settings: ModelSettings) {
    this.name = name;
    this.unit = 1 << settings.gridExponent[name];
    this.vectors = new ItemMatrix(settings.factors);
    this.starVectors = new ItemMatrix(settings.explicit.factors + 1);
    this.digests = new RowDigests(this.vectors, this.starVectors);
    this.gram = new Float64Array(settings.factors * settings.factors);
    this.#settings = settings;
  }

  get size(): number {
    return this.vectors.size;
  }

  idOf(row: number): string {
    return this.vectors.ids[row] ?? '';
  }

  /** The row of an id; a new one begins with its first values. */
  add(id: string): number {
    const known = this.vectors.rowOf(id);
    if (known !== undefined) return known;
    const row = this.vectors.add(id);
    this.starVectors.add(id);
    this.#begin(row);
    this.#addToGram(row, 1);
    this.dirty.add(row);
    this.changed.add(row);
    return row;
  }

  /** Puts a solved vector in place of a row's; answers the distance it moved, in grid steps. */
  move(row: number, vector: Int16Array): number {
    const old = this.vectors.row(row);
    let squared = 0;
    for (let f = 0; f < vector.length; f++) {
      const difference = (vector[f] ?? NaN) - (old[f] ?? NaN);
      squared += difference * difference;
    }
    if (squared === 0) return 0;
    this.#addToGram(row, -1);
    old.set(vector);
    this.#addToGram(row, 1);
    this.#mark(row);
    return Math.sqrt(squared);
  }

  moveStars(row: number, vector: Int16Array): void {
    const old = this.starVectors.row(row);
    if (vector.every((value, f) => value === old[f])) return;
    old.set(vector);
    this.#mark(row);
  }

  /** All rows back to their first values: a generation begins. */
  beginAll(): void {
    for (let row = 0; row < this.size; row++) {
      this.#begin(row);
      this.#mark(row);
    }
    this.staleness.clear();
    this.sumGram();
  }

  sumGram(): void {
    this.gram.fill(0);
    for (let row = 0; row < this.size; row++) this.#addToGram(row, 1);
  }

  #begin(row: number): void {
    const { seed, factors, explicit } = this.#settings;
    const id = this.idOf(row);
    const length = firstLength * this.unit;
    firstValues(seed, this.name, id, length / Math.sqrt(factors), this.vectors.row(row));
    const stars = this.starVectors.row(row);
    const starLength = firstLength * starUnit;
    firstValues(seed, `${this.name} stars`, id, starLength / Math.sqrt(explicit.factors), stars);
    stars[0] = 0;
  }

  #addToGram(row: number, weight: 1 | -1): void {
    const { k } = this.vectors;
    addOuter(this.gram, k, Float64Array.from(this.vectors.row(row)), weight);
    checkExact(this.gram, k, k);
  }

  #mark(row: number): void {
    this.dirty.add(row);
    this.changed.add(row);
    this.digests.touch(row);
  }
}
