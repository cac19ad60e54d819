/** What is recommended to whom: the reading use cases, which know nothing of HTTP. */
import type { Documents } from '../../documents/port.ts';
import type { Reason } from '../../../schemas/types.ts';
import type { Millis } from '../../stream/time.ts';
import { UnknownItem } from './errors.ts';
import { ItemVectors } from './item-vectors.ts';
import { type ItemDocument, Stored } from './stored.ts';

export interface ListedItem {
  readonly itemId: string;
  readonly title: string;
  readonly genres: readonly string[];
  /** Comparable within a list only: fit, cosine, ratings in the window or overall popularity, as `reason` says. */
  readonly score: number;
  readonly reason: Reason;
}

export interface ItemList {
  readonly items: readonly ListedItem[];
  readonly reason: Reason;
  /** `generation.number`; null where no model version is behind the list. */
  readonly modelVersion: string | null;
  /** Event time as of which the list holds, ISO 8601; null for a list of nothing. */
  readonly generatedAt: string | null;
  /** How long ago that was by the wall clock, 0 or more; null likewise. */
  readonly ageMs: Millis | null;
}

/** Items by id before the catalogue was asked. */
interface Candidates {
  readonly reason: Reason;
  readonly model: { readonly generation: number; readonly number: number } | undefined;
  readonly time: Millis | undefined;
  readonly items: readonly { readonly itemId: string; readonly score: number; readonly reason: Reason }[];
}

export interface ListSources {
  readonly documents: Pick<Documents, 'get' | 'changes' | 'list'>;
  readonly clock: { now(): Millis };
  /** Item vectors held in memory at most; default 500,000. */
  readonly mostItems?: number | undefined;
}

/** Of likeness so many are taken, so that unavailable items do not shorten the list. */
const mostCandidates = 200;

export class ItemLists {
  readonly #stored: Stored;
  readonly #vectors: ItemVectors;
  readonly #clock: { now(): Millis };

  constructor({ documents, clock, mostItems }: ListSources) {
    this.#stored = new Stored(documents);
    this.#vectors = new ItemVectors(documents, mostItems);
    this.#clock = clock;
  }

  /** The user's own list; without one what is trending, else popular, less what the user has had. Never fails on a user. */
  async recommendationsFor(user: string, n: number): Promise<ItemList> {
    const list = await this.#stored.listOf(user);
    if (list !== undefined) {
      const own = await this.#listOf({ reason: list.reason, model: list, time: list.time, items: list.items }, n);
      if (own.items.length > 0) return own;
    }
    const profile = await this.#stored.profileOf(user);
    return this.#general(n, new Set(profile?.items.map(({ itemId }) => itemId)));
  }

  /** What is most like the item; for one without a vector what is trending, else popular. Throws `UnknownItem`. */
  async similar(itemId: string, n: number): Promise<ItemList> {
    const alike = await this.#vectors.like(itemId, mostCandidates);
    if (alike === undefined) {
      if ((await this.#stored.item(itemId)) === undefined) throw new UnknownItem();
      return this.#general(n, new Set([itemId]));
    }
    const model = await this.#stored.model();
    const items = alike.map(item => ({ ...item, reason: 'similar' as const }));
    return this.#listOf({ reason: 'similar', model, time: model?.time, items }, n);
  }

  /** The most rated of the newest hour, else of the newest day, else what is popular. */
  trending(n: number): Promise<ItemList> {
    return this.#general(n, new Set());
  }

  /** The most popular items of the current model. */
  async popular(n: number): Promise<ItemList> {
    return this.#popular(n, new Set());
  }

  async #general(n: number, exclude: ReadonlySet<string>): Promise<ItemList> {
    for (const window of ['hourly', 'daily'] as const) {
      const board = await this.#stored.leaders(window);
      if (board === undefined) continue;
      const items = board.items.map(({ itemId, count }) => ({ itemId, score: count, reason: 'trending' as const }));
      // The newest window is still open: the board cannot be newer than now.
      const time = Math.min(board.end, this.#clock.now());
      const list = await this.#listOf({ reason: 'trending', model: undefined, time, items }, n, exclude);
      if (list.items.length > 0) return list;
    }
    return this.#popular(n, exclude);
  }

  async #popular(n: number, exclude: ReadonlySet<string>): Promise<ItemList> {
    const model = await this.#stored.model();
    const items = (model?.popular ?? []).map(item => ({ ...item, reason: 'popular' as const }));
    return this.#listOf({ reason: 'popular', model, time: model?.time, items }, n, exclude);
  }

  async #listOf({ reason, model, time, items }: Candidates, n: number, exclude?: ReadonlySet<string>) {
    const found: ListedItem[] = [];
    for (const { itemId, score, reason: why } of items) {
      if (found.length === n) break;
      if (exclude?.has(itemId) === true) continue;
      const item = await this.#stored.item(itemId);
      if (item?.available !== false) found.push({ ...shown(itemId, item), score, reason: why });
    }
    return {
      items: found,
      reason,
      modelVersion: model === undefined ? null : `${model.generation}.${model.number}`,
      generatedAt: time === undefined ? null : new Date(time).toISOString(),
      ageMs: time === undefined ? null : Math.max(0, this.#clock.now() - time),
    };
  }
}

/** An item that the catalogue does not know goes by its id: ratings may come before the catalogue. */
const shown = (itemId: string, item: ItemDocument | undefined) => ({
  itemId,
  title: item?.title ?? itemId,
  genres: item?.genres ?? [],
});
