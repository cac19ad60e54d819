/** All item vectors in memory, kept up to date by the change feed: what likeness and fit are measured over. */
import type { Documents } from '../../documents/port.ts';
import { dot, fittingBest, greatest, ItemMatrix } from '../../als/index.ts';
import { GrammedItems } from '../domain/grammed-items.ts';
import { fromBytes } from '../domain/vectors.ts';
import { TooManyItems } from './errors.ts';
import { Followed } from './followed.ts';
import { asItemVector, type FactorsDocument, type ItemVectorDocument, type UserVectorDocument } from './stored.ts';

/** At 64 factors about 64 MB. */
export const defaultMostItems = 500_000;

export interface Ranked {
  readonly itemId: string;
  readonly score: number;
}

/** Whether an item may take part. */
export type IsAllowed = (itemId: string) => boolean;

const everything: IsAllowed = () => true;

/** The vectors of one generation, and the exponent of its items' grid. */
interface Space {
  readonly matrix: ItemMatrix;
  readonly exponent: number;
  /** Made when it is first asked for, and kept up from then on. */
  grammed?: GrammedItems;
}

/**
 * Vectors of the live generation and of the one that an experiment tries out beside it: those of two generations never
 * meet, and either may have the greater number. Live is what most items are of: a switch writes them all, and a document
 * that was left behind says nothing, in whatever order a feed of several ranges tells them. Holds at most `mostItems`;
 * beyond, `refresh` rejects with `TooManyItems`. What it answers is as of the last `refresh`.
 */
export class ItemVectors {
  readonly #followed: Followed;
  readonly #mostItems: number;
  readonly #spaces = new Map<number, Space>();
  readonly #events = new Map<string, number>();
  /** Generations that the document of an item names, and how many documents name one. */
  readonly #named = new Map<string, readonly number[]>();
  readonly #naming = new Map<number, number>();
  /** How many items are of a generation, beside which they may be of a candidate. */
  readonly #living = new Map<number, number>();
  #live = -1;

  constructor(documents: Pick<Documents, 'changes'>, mostItems = defaultMostItems) {
    this.#mostItems = mostItems;
    this.#followed = new Followed(documents, 'itemVectors', {
      begin: () => this.#begin(),
      take: document => this.#take(asItemVector(document, document.body)),
    });
  }

  refresh(): Promise<void> {
    return this.#followed.refresh();
  }

  /**
   * The n allowed items most like this one, most alike first, by the cosine of the angle between both vectors, -1 to 1;
   * undefined for an item without a vector. Exact: every allowed item is compared.
   */
  like(itemId: string, n: number, isAllowed = everything): readonly Ranked[] | undefined {
    const matrix = this.#spaces.get(this.#live)?.matrix;
    const own = matrix?.get(itemId);
    if (matrix === undefined || own === undefined) return undefined;
    const length = lengthOf(own);
    return rankedBy(matrix, { n, exclude: new Set([itemId]), isAllowed }, other => {
      // A vector of length zero has no direction: NaN, which takes no part.
      return dot(own, other) / (length * lengthOf(other));
    });
  }

  /**
   * The n allowed items that fit the user best, best first; undefined where no item is of the generation of the user's
   * vector. Exact: every allowed item is scored.
   */
  fitting(user: UserVectorDocument, n: number, isAllowed = everything): readonly Ranked[] | undefined {
    const space = this.#spaces.get(user.generation);
    if (space === undefined) return undefined;
    const factors = factorsOf(user);
    const unit = 2 ** (user.exponent + space.exponent);
    return rankedBy(space.matrix, { n, isAllowed }, row => dot(factors, row) / unit);
  }

  /**
   * The n allowed items that fit somebody best whose factors lie on no grid, as `foldedIn` answers them; undefined for
   * a generation that is not here. Exact: every item is scored.
   */
  fittingFolded(generation: number, factors: Float64Array, n: number, isAllowed = everything) {
    const matrix = this.#spaces.get(generation)?.matrix;
    return matrix && fittingBest(factors, matrix, { n, isAllowed });
  }

  /** The n allowed items of most events, most first. */
  mostEvents(n: number, isAllowed = everything): readonly Ranked[] {
    const ids = this.#spaces.get(this.#live)?.matrix.ids ?? [];
    return greatest(ids, { n }, row => {
      const id = ids[row] ?? '';
      return isAllowed(id) ? this.eventsOf(id) : NaN;
    });
  }

  /** All items of a generation with their Gram matrix; undefined for a generation that is not here. */
  grammed(generation: number): GrammedItems | undefined {
    const space = this.#spaces.get(generation);
    if (space === undefined || space.grammed !== undefined) return space?.grammed;
    space.grammed = new GrammedItems(space.matrix.k);
    for (const id of space.matrix.ids)
      space.grammed.set(id, space.matrix.get(id) ?? new Int16Array(space.matrix.k), this.eventsOf(id));
    return space.grammed;
  }

  has(itemId: string): boolean {
    return this.#spaces.get(this.#live)?.matrix.rowOf(itemId) !== undefined;
  }

  /** Events that the item's vector was learnt from; 0 for one without a vector. */
  eventsOf(itemId: string): number {
    return this.#events.get(itemId) ?? 0;
  }

  #take({ id, generation, candidate, events, ...factors }: ItemVectorDocument): void {
    if (this.#events.size >= this.#mostItems && !this.#events.has(id)) throw new TooManyItems(this.#mostItems);
    this.#events.set(id, events);
    this.#put(id, generation, factors);
    if (candidate !== null) this.#put(id, candidate.generation, candidate);
    this.#countLive(generation, this.#named.get(id)?.[0]);
    this.#name(id, candidate === null ? [generation] : [generation, candidate.generation]);
  }

  /** Of as many items the one that was told last. */
  #countLive(generation: number, before: number | undefined): void {
    if (before !== undefined) this.#living.set(before, (this.#living.get(before) ?? 0) - 1);
    const items = (this.#living.get(generation) ?? 0) + 1;
    this.#living.set(generation, items);
    if (before !== undefined && this.#living.get(before) === 0) this.#living.delete(before);
    if (items >= (this.#living.get(this.#live) ?? 0)) this.#live = generation;
  }

  /** What no document names any more goes. */
  #name(id: string, generations: readonly number[]): void {
    for (const generation of generations) this.#naming.set(generation, (this.#naming.get(generation) ?? 0) + 1);
    for (const generation of this.#named.get(id) ?? []) {
      const left = (this.#naming.get(generation) ?? 0) - 1;
      this.#naming.set(generation, left);
      if (left > 0) continue;
      this.#naming.delete(generation);
      this.#spaces.delete(generation);
    }
    this.#named.set(id, generations);
  }

  #put(id: string, generation: number, factors: FactorsDocument): void {
    const row = factorsOf(factors);
    const space: Space = this.#spaces.get(generation) ?? {
      matrix: new ItemMatrix(row.length),
      exponent: factors.exponent,
    };
    this.#spaces.set(generation, space);
    space.matrix.set(id, row);
    space.grammed?.set(id, row, this.eventsOf(id));
  }

  #begin(): void {
    this.#live = -1;
    this.#spaces.clear();
    this.#events.clear();
    this.#named.clear();
    this.#naming.clear();
    this.#living.clear();
  }
}

interface Ranking {
  readonly n: number;
  readonly exclude?: ReadonlySet<string>;
  readonly isAllowed: IsAllowed;
}

/** Who is not allowed is not scored: NaN takes no part. */
const rankedBy = (matrix: ItemMatrix, { isAllowed, ...options }: Ranking, scoreOf: (row: Int16Array) => number) =>
  greatest(matrix.ids, options, row => (isAllowed(matrix.ids[row] ?? '') ? scoreOf(matrix.row(row)) : NaN));

const factorsOf = ({ factors }: Pick<FactorsDocument, 'factors'>): Int16Array =>
  fromBytes(Buffer.from(factors, 'base64'));

const lengthOf = (row: Int16Array): number => Math.sqrt(dot(row, row));
