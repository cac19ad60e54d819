/** All item vectors in memory, kept up to date by the change feed: what likeness and fit are measured over. */
import { setImmediate } from 'node:timers/promises';
import type { Documents } from '../../documents/port.ts';
import { dot, greatest, ItemSearch, type SearchOptions } from '../../als/index.ts';
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

export interface VectorOptions extends Partial<Pick<SearchOptions, 'counts' | 'leastScanned' | 'scannedPerTurn'>> {
  /** Items held at most; default 500,000. */
  readonly mostItems?: number | undefined;
}

/** The vectors of one generation, and the exponent of its items' grid. */
interface Space {
  readonly search: ItemSearch;
  /** The same items with their Gram matrix: kept up from the first item on, so that nobody waits for all of them. */
  readonly grammed: GrammedItems;
  readonly exponent: number;
}

/**
 * Vectors of the live generation and of the one that an experiment tries out beside it: those of two generations never
 * meet, and either may have the greater number. Live is what most items are of: a switch writes them all, and a document
 * that was left behind says nothing, in whatever order a feed of several ranges tells them. Holds at most `mostItems`;
 * beyond, `refresh` rejects with `TooManyItems`. What it answers is as of the last `refresh`, or of one that came while others
 * had their turn.
 */
export class ItemVectors {
  readonly #followed: Followed;
  readonly #mostItems: number;
  readonly #searching: Omit<VectorOptions, 'mostItems'>;
  readonly #spaces = new Map<number, Space>();
  readonly #events = new Map<string, number>();
  /** Generations that the document of an item names, and how many documents name one. */
  readonly #named = new Map<string, readonly number[]>();
  /** Most items name the same: one list of it, in place of a million. */
  #lastNamed: readonly number[] = [];
  readonly #naming = new Map<number, number>();
  /** How many items are of a generation, beside which they may be of a candidate. */
  readonly #living = new Map<number, number>();
  #live = -1;

  constructor(
    documents: Pick<Documents, 'changes'>,
    { mostItems = defaultMostItems, ...searching }: VectorOptions = {},
  ) {
    this.#mostItems = mostItems;
    this.#searching = searching;
    this.#followed = new Followed(documents, 'itemVectors', {
      begin: () => this.#begin(),
      take: document => this.#take(asItemVector(document, document.body)),
    });
  }

  refresh(): Promise<void> {
    return this.#followed.refresh();
  }

  /** Reads all of them in the background; whoever needs them before waits. `report` is told why it failed. */
  load(report: (error: unknown) => void): void {
    this.#followed.refresh().catch(report);
  }

  /** Ends a reading under way. */
  close(): Promise<void> {
    return this.#followed.close();
  }

  /**
   * The n allowed items most like this one, most alike first, by the cosine of the angle between both vectors, -1 to 1;
   * undefined for an item without a vector. Exact: see `ItemSearch`.
   */
  async like(itemId: string, n: number, isAllowed = everything): Promise<readonly Ranked[] | undefined> {
    return this.#spaces.get(this.#live)?.search.alike(itemId, { n, isAllowed });
  }

  /**
   * The n allowed items that fit the user best, best first; undefined where no item is of the generation of the user's
   * vector. Exact: see `ItemSearch`.
   */
  async fitting(user: UserVectorDocument, n: number, isAllowed = everything): Promise<readonly Ranked[] | undefined> {
    const space = this.#spaces.get(user.generation);
    if (space === undefined) return undefined;
    const found = await space.search.fitting(Float64Array.from(factorsOf(user)), { n, isAllowed });
    const unit = unitOf(user, space);
    return found.map(({ itemId, score }) => ({ itemId, score: score / unit }));
  }

  /** How well one item fits the user; undefined where it has no vector of that generation. */
  fitOf(user: UserVectorDocument, itemId: string): number | undefined {
    const space = this.#spaces.get(user.generation);
    const row = space?.grammed.matrix.get(itemId);
    return space && row && dot(factorsOf(user), row) / unitOf(user, space);
  }

  /**
   * The n allowed items that fit somebody best whose factors lie on no grid, as `foldedIn` answers them; undefined for
   * a generation that is not here. Exact: see `ItemSearch`.
   */
  async fittingFolded(
    generation: number,
    factors: Float64Array,
    n: number,
    isAllowed = everything,
  ): Promise<readonly Ranked[] | undefined> {
    return this.#spaces.get(generation)?.search.fitting(factors, { n, isAllowed });
  }

  /** The n allowed items of most events, most first. */
  mostEvents(n: number, isAllowed = everything): readonly Ranked[] {
    const ids = this.#spaces.get(this.#live)?.grammed.matrix.ids ?? [];
    return greatest(ids, { n }, row => {
      const id = ids[row] ?? '';
      return isAllowed(id) ? this.eventsOf(id) : NaN;
    });
  }

  /** All items of a generation with their Gram matrix; undefined for a generation that is not here. */
  grammed(generation: number): GrammedItems | undefined {
    return this.#spaces.get(generation)?.grammed;
  }

  has(itemId: string): boolean {
    return this.#spaces.get(this.#live)?.grammed.matrix.rowOf(itemId) !== undefined;
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
  #name(id: string, named: readonly number[]): void {
    const generations = isSame(named, this.#lastNamed) ? this.#lastNamed : named;
    this.#lastNamed = generations;
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
    const space = this.#spaces.get(generation) ?? this.#spaceOf(row.length, factors.exponent);
    this.#spaces.set(generation, space);
    space.search.changed(space.grammed.set(id, row, this.eventsOf(id)));
  }

  #spaceOf(k: number, exponent: number): Space {
    const search = new ItemSearch(k, { turn: setImmediate, ...this.#searching });
    return { search, grammed: new GrammedItems(k, search.matrix), exponent };
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

/** Grid steps of a product in one. */
const unitOf = (user: UserVectorDocument, space: Space): number => 2 ** (user.exponent + space.exponent);

const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((number, at) => number === b[at]);

const factorsOf = ({ factors }: Pick<FactorsDocument, 'factors'>): Int16Array =>
  fromBytes(Buffer.from(factors, 'base64'));
