import { Adjacency } from './adjacency.ts';
import { RowDigests } from './digests.ts';
import { firstValues } from './first-values.ts';
import { HeavyRows } from './heavy-rows.ts';
import type { FactorMatrix } from './kernel/factor-matrix.ts';
import type { GramSum } from './kernel/gram-sum.ts';
import type { Kernel } from './kernel/kernel.ts';
import { Marks } from './marks.ts';
import { Numbers } from './numbers.ts';
import { RowIds } from './row-ids.ts';
import type { ModelSettings } from './settings.ts';
import { StaleRows } from './stale-rows.ts';

/** Star factors and biases are integers in units of 2^-10 on both sides. */
export const starUnit = 1024;
/** Standard deviation of a first vector's length, about: small beside a trained one, large beside a grid step. */
export const firstLength = 0.1;
/** Staleness is counted in 1/16 grid steps, so that small moves add up exactly. */
export const stalenessSteps = 16;

export type SideName = 'users' | 'items';

/** What is known of rows, whatever their vectors are. */
export interface SideFacts {
  readonly ids: RowIds;
  /** Pairs with a weight, and those with preference 1. */
  readonly events: Numbers<Int32Array>;
  readonly likes: Numbers<Int32Array>;
  /** The base counter of the model when a weight or rating of the row changed last. */
  readonly touchedAt: Numbers<Int32Array>;
  /** Pairs by row. */
  readonly pairs: Adjacency;
  readonly digests?: RowDigests;
}

const noFacts = (): SideFacts => ({
  ids: new RowIds(),
  events: new Numbers(length => new Int32Array(length)),
  likes: new Numbers(length => new Int32Array(length)),
  touchedAt: new Numbers(length => new Int32Array(length)),
  pairs: new Adjacency(),
});

/** All users or all items: their vectors in both models, the Gram matrix of the implicit ones, and how stale they are. */
export class Side implements SideFacts, Disposable {
  readonly name: SideName;
  readonly ids: RowIds;
  readonly events: Numbers<Int32Array>;
  readonly likes: Numbers<Int32Array>;
  readonly touchedAt: Numbers<Int32Array>;
  readonly pairs: Adjacency;
  /** How far neighbours have moved since the row was solved, in 1/16 grid steps: integers, so that order is nothing. */
  readonly staleness: StaleRows;
  /** Rows whose checkpoint row is behind; and rows whose vectors the cut has changed. */
  readonly dirty = new Marks();
  readonly changed = new Marks();
  /** Of both vectors by row, for the hash of the model. */
  readonly digests: RowDigests;
  /** Rows without events that stand at the mean of their groups, or are known to nobody any more: they count for nothing in the other side's systems. */
  readonly cold = new Marks();
  /** Sums of rows with very many neighbours. */
  readonly heavy: HeavyRows;
  readonly #kernel: Kernel;
  #settings: ModelSettings;
  #vectors: FactorMatrix;
  #starVectors: FactorMatrix;
  #gram: GramSum;

  /** Of rows that are known already all vectors are zeros, until the caller sets them and sums the Gram matrix. */
  constructor(name: SideName, settings: ModelSettings, kernel: Kernel, facts: SideFacts = noFacts()) {
    this.name = name;
    this.ids = facts.ids;
    this.events = facts.events;
    this.likes = facts.likes;
    this.touchedAt = facts.touchedAt;
    this.pairs = facts.pairs;
    this.staleness = new StaleRows(settings.refresh.threshold * stalenessSteps);
    this.heavy = new HeavyRows(settings.heavy.cache_bytes);
    this.#settings = settings;
    this.#kernel = kernel;
    this.#vectors = kernel.matrix(settings.factors, this.ids.end);
    this.#starVectors = kernel.matrix(settings.explicit.factors + 1, this.ids.end);
    this.#gram = kernel.gramSum(settings.factors);
    for (let row = 0; row < this.ids.end; row++) {
      this.staleness.set(row, 0);
      this.staleness.weigh(row, this.events.get(row));
    }
    this.digests = new RowDigests(this.ids, row => [this.#vectors.row(row), this.#starVectors.row(row)], facts.digests);
  }

  /** The same rows with vectors of another generation, all zeros yet: worked on while these are read. */
  successor(settings: ModelSettings): Side {
    return new Side(this.name, settings, this.#kernel, this);
  }

  get size(): number {
    return this.ids.size;
  }

  /** Rows that count in the other side's systems. */
  get counted(): number {
    return this.ids.size - this.cold.size;
  }

  /** 2^exponent: grid steps in one. */
  get unit(): number {
    return 1 << this.#settings.gridExponent[this.name];
  }

  /** Of the implicit model. */
  get vectors(): FactorMatrix {
    return this.#vectors;
  }

  /** Bias, then star factors. */
  get starVectors(): FactorMatrix {
    return this.#starVectors;
  }

  /** Sum of y y' over all rows that count. */
  get gram(): GramSum {
    return this.#gram;
  }

  idOf(row: number): string {
    return this.ids.idOf(row);
  }

  /** The row of an id; a new one begins with its first values. */
  add(id: string): number {
    const known = this.ids.rowOf(id);
    if (known !== undefined) return known;
    const row = this.ids.add(id);
    this.staleness.set(row, 0);
    for (const matrix of [this.#vectors, this.#starVectors]) matrix.resize(Math.max(matrix.rows, row + 1));
    this.begin(row);
    this.#gram.replace(undefined, this.#vectors.row(row));
    return row;
  }

  /** Begins a cold row anew, as `add` does a new one. */
  renew(row: number): void {
    this.cold.delete(row);
    this.touchedAt.set(row, 0);
    this.begin(row);
    this.#gram.replace(undefined, this.#vectors.row(row));
  }

  /** Takes a row out whose pairs are gone. */
  remove(row: number): void {
    this.#gram.replace(this.#vectors.row(row), undefined);
    for (const matrix of [this.#vectors, this.#starVectors]) matrix.row(row).fill(0);
    this.staleness.set(row, 0);
    this.touchedAt.set(row, 0);
    for (const marks of [this.dirty, this.changed]) marks.delete(row);
    this.pairs.clear(row);
    this.digests.remove(row);
    this.ids.remove(row);
  }

  /** Puts a solved vector, a row of a matrix of the kernel, in place of a row's; answers the distance it moved, in grid steps. */
  move(row: number, vector: Int16Array): number {
    const old = this.#vectors.row(row);
    let squared = 0;
    for (let f = 0; f < vector.length; f++) {
      const difference = (vector[f] ?? NaN) - (old[f] ?? NaN);
      squared += difference * difference;
    }
    if (squared === 0 && !this.cold.has(row)) return 0;
    this.#gram.replace(this.cold.has(row) ? undefined : old, vector);
    this.cold.delete(row);
    old.set(vector);
    this.mark(row);
    return Math.sqrt(squared);
  }

  /**
   * Puts a vector in the place of a row's without events: it is listed and scored, and no part of what the other side
   * is solved against until it is moved.
   */
  placeCold(row: number, vector: Int16Array): void {
    const old = this.#vectors.row(row);
    if (!this.cold.has(row)) this.#gram.replace(old, undefined);
    this.cold.add(row);
    if (vector.every((value, f) => value === old[f])) return;
    old.set(vector);
    this.mark(row);
  }

  moveStars(row: number, vector: Int16Array): void {
    const old = this.#starVectors.row(row);
    if (vector.every((value, f) => value === old[f])) return;
    old.set(vector);
    this.mark(row);
  }

  /** So many pairs of the row have a weight now that had none, or the other way round. */
  countEvents(row: number, more: number): void {
    if (more === 0) return;
    this.events.add(row, more);
    this.staleness.weigh(row, this.events.get(row));
  }

  /** A weight or a rating of the row has changed. */
  touch(row: number, base: number): void {
    if (this.touchedAt.get(row) === base) return;
    this.touchedAt.set(row, base);
    this.dirty.add(row);
  }

  /** Takes the settings of another generation: all vectors are zeros of their widths until the caller sets them, and sums the Gram matrix. */
  reshape(settings: ModelSettings): void {
    for (const held of [this.#vectors, this.#starVectors, this.#gram]) held[Symbol.dispose]();
    this.#settings = settings;
    this.#gram = this.#kernel.gramSum(settings.factors);
    this.#vectors = this.#kernel.matrix(settings.factors, this.ids.end);
    this.#starVectors = this.#kernel.matrix(settings.explicit.factors + 1, this.ids.end);
    this.staleness.clear();
    this.heavy.clear();
  }

  /** Sums up the Gram matrix: the vectors were set otherwise than by `move`. */
  sumGram(): void {
    const cold = [...this.cold].map(row => ({ row, vector: this.#vectors.row(row).slice() }));
    for (const { row } of cold) this.#vectors.row(row).fill(0);
    this.#gram.set(this.#kernel.gram(this.#vectors));
    for (const { row, vector } of cold) this.#vectors.row(row).set(vector);
  }

  /** The row's first values, as if it were new. */
  begin(row: number): void {
    const { seed, factors, explicit } = this.#settings;
    const id = this.idOf(row);
    const length = firstLength * this.unit;
    firstValues(seed, this.name, id, length / Math.sqrt(factors), this.#vectors.row(row));
    const stars = this.#starVectors.row(row);
    const starLength = firstLength * starUnit;
    firstValues(seed, `${this.name} stars`, id, starLength / Math.sqrt(explicit.factors), stars);
    stars[0] = 0;
    this.mark(row);
  }

  /** A vector of the row has changed. */
  mark(row: number): void {
    this.dirty.add(row);
    this.changed.add(row);
    this.digests.touch(row);
  }

  [Symbol.dispose](): void {
    for (const held of [this.#vectors, this.#starVectors, this.#gram]) held[Symbol.dispose]();
  }
}
