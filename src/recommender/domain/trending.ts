/**
 * What is rated most at the moment, as the boards of `leaders` have it, but as a function of the events that were learnt: a
 * part of the state of `train`, so that a version can name what is served to somebody of whom nothing is known.
 */
import type { Millis } from '../../stream/time.ts';
import { tenantOf } from './tenant.ts';
import { byStanding, type Leader, trendWindows } from './trends.ts';

type Value = string | Uint8Array;

export interface Rated {
  readonly itemId: string;
  readonly value: number;
  readonly time: Millis;
}

/** Places of a board that are kept in order. */
export const trendingNamed = 32;

const prefix = 'trending ';

/** Of each tenant its own boards. */
export class Trending {
  readonly #tenants = new Map<string, readonly Board[]>();

  /** Ratings that are news, in order of their time. */
  add(ratings: readonly Rated[]): void {
    for (const [tenant, own] of Map.groupBy(ratings, ({ itemId }) => tenantOf(itemId)))
      for (const board of this.#of(tenant)) board.add(own);
  }

  /** The first items of a tenant's boards, each once. */
  first(n: number, tenant = ''): string[] {
    const ids = new Set(this.#of(tenant).flatMap(board => board.top.map(({ itemId }) => itemId)));
    return [...ids].slice(0, n);
  }

  *changes(): Iterable<readonly [key: string, value: Value | null]> {
    for (const board of this.#all) yield* board.changes();
  }

  committed(): void {
    for (const board of this.#all) board.committed();
  }

  undo(read: (key: string) => Value | undefined): void {
    for (const board of this.#all) board.undo(read);
  }

  /** Whether the key was one of these. */
  restore(key: string, value: Value): boolean {
    const name = Object.keys(trendWindows).find(window => key.startsWith(`${prefix}${window} `));
    if (name === undefined) return false;
    const tenant = tenantOf(key.slice(`${prefix}${name} `.length));
    return this.#of(tenant).some(board => board.restore(key, value));
  }

  restored(): void {
    for (const board of this.#all) board.restored();
  }

  get #all(): readonly Board[] {
    return [...this.#tenants.values()].flat();
  }

  /** The newest hour counts first. */
  #of(tenant: string): readonly Board[] {
    const known = this.#tenants.get(tenant);
    if (known !== undefined) return known;
    const boards = Object.entries(trendWindows).map(([name, { every }]) => new Board(`${prefix}${name} `, every));
    this.#tenants.set(tenant, boards);
    return boards;
  }
}

interface Counted {
  readonly start: Millis;
  readonly count: number;
  readonly sum: number;
}

/** The newest window: of those that overlap the one that began last, so that its items are those since then. */
class Board {
  readonly #prefix: string;
  readonly #every: Millis;
  #start = -Infinity;
  readonly #items = new Map<string, Counted>();
  readonly #dirty = new Set<string>();
  #top: Leader[] = [];

  constructor(keys: string, every: Millis) {
    this.#prefix = keys;
    this.#every = every;
  }

  /** The first ones, best first. */
  get top(): readonly Leader[] {
    return this.#top;
  }

  /** Looks from the end: of a backlog only what is in the newest window counts. */
  add(ratings: readonly Rated[]): void {
    const newest = ratings.at(-1)?.time;
    if (newest === undefined) return;
    const start = Math.floor(newest / this.#every) * this.#every;
    if (start < this.#start) return;
    if (start > this.#start) this.#begin(start);
    const before = ratings.findLastIndex(({ time }) => time < start);
    for (const rating of ratings.slice(before + 1)) this.#count(rating);
  }

  *changes(): Iterable<readonly [key: string, value: Value | null]> {
    for (const itemId of this.#dirty) {
      const counted = this.#items.get(itemId);
      yield [`${this.#prefix}${itemId}`, counted === undefined ? null : JSON.stringify(counted)];
    }
  }

  committed(): void {
    this.#dirty.clear();
  }

  undo(read: (key: string) => Value | undefined): void {
    for (const itemId of this.#dirty) {
      this.#items.delete(itemId);
      const stored = read(`${this.#prefix}${itemId}`);
      if (stored !== undefined) this.#items.set(itemId, countedOf(stored));
    }
    this.#dirty.clear();
    this.restored();
  }

  restore(key: string, value: Value): boolean {
    if (!key.startsWith(this.#prefix)) return false;
    this.#items.set(key.slice(this.#prefix.length), countedOf(value));
    return true;
  }

  /** All of them are of one window. */
  restored(): void {
    const [first] = this.#items.values();
    this.#start = first?.start ?? -Infinity;
    this.#top = Array.from(this.#items, ([itemId, counted]) => leaderOf(itemId, counted))
      .sort(byStanding)
      .slice(0, trendingNamed);
  }

  #begin(start: Millis): void {
    for (const itemId of this.#items.keys()) this.#dirty.add(itemId);
    this.#items.clear();
    this.#top = [];
    this.#start = start;
  }

  /** A further rating only ever lifts its item, since it counts before the mean does: no other one can come up instead. */
  #count({ itemId, value }: Rated): void {
    const { count, sum } = this.#items.get(itemId) ?? { count: 0, sum: 0 };
    const counted = { start: this.#start, count: count + 1, sum: sum + value };
    this.#items.set(itemId, counted);
    this.#dirty.add(itemId);
    this.#place(leaderOf(itemId, counted));
  }

  #place(leader: Leader): void {
    const before = this.#top.findIndex(({ itemId }) => itemId === leader.itemId);
    if (before >= 0) this.#top.splice(before, 1);
    const place = this.#top.findIndex(other => byStanding(leader, other) < 0);
    if (place >= 0) this.#top.splice(place, 0, leader);
    else if (this.#top.length < trendingNamed) this.#top.push(leader);
    if (this.#top.length > trendingNamed) this.#top.pop();
  }
}

const leaderOf = (itemId: string, { count, sum }: Counted): Leader => ({ itemId, count, mean: sum / count });

// oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the checkpoint returns what was written
const countedOf = (value: Value): Counted => JSON.parse(value.toString()) as Counted;
