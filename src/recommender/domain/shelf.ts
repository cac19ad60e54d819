/** What each user has done with which item, as far as the model versions reach: the state `seen` of `recommend`. */
import type { EventKind, Rating, UserVector } from '../../../schemas/types.ts';
import { defaultSettings, defaultWeights, fold, type Kind, kinds, type WeightTable } from '../../als/index.ts';
import { decodePage, encodePage, History, type HistoryItem, isFirstRelease, standing } from './history.ts';
import { asInteraction, asNote, isAboutUser, type Note } from './interaction.ts';
import { compareIds } from './order.ts';

/** The newest thing that a user did with an item. */
export interface ShelfItem {
  readonly itemId: string;
  readonly kind: EventKind;
  readonly value: number;
  readonly time: number;
}

/** A page of a user's history that has changed; null where it is no more. */
export interface HistoryPage {
  readonly userId: string;
  readonly page: number;
  readonly items: readonly HistoryItem[] | null;
}

type Value = string | Uint8Array;

/** Kinds after which an item is not recommended to the user again. */
export type SeenPolicy = readonly Kind[];
export const defaultSeen: SeenPolicy = defaultSettings.seen;

/** The first thing that a user did with an item, where it says that the user wants it. */
export interface Wanted {
  readonly userId: string;
  readonly itemId: string;
}

export class Shelves {
  readonly version: string;
  /** Kinds in their own order. */
  readonly policy: SeenPolicy;
  readonly #weights: WeightTable;
  readonly #shelves = new Map<string, History>();
  /** Pages to be stored, by user. */
  readonly #dirty = new Map<string, Set<number>>();
  readonly #touched = new Set<string>();
  readonly #wanted: Wanted[] = [];
  readonly #left = new Set<string>();

  constructor(seen: SeenPolicy = defaultSeen, weights: WeightTable = defaultWeights) {
    this.policy = kinds.filter(kind => seen.includes(kind)); // the same choice is the same version, however it is written
    this.#weights = weights;
    this.version = `shelves-2 ${this.policy.join(' ')}`;
  }

  /** The first release kept one row a user; see `decodePage`. */
  reads(version: string): boolean {
    return version === `shelves-1 ${this.policy.join(' ')}`;
  }

  /** Of a user, an item and a kind the newest event counts; of two at the same time the later in the log. */
  next(event: Rating): readonly never[] {
    if (!isAboutUser(event)) this.#add(event);
    else this.#note(asNote(event));
    return [];
  }

  endEpoch(): readonly never[] {
    return [];
  }

  /** What a session did, whose events lie in another partition, becomes the user's. */
  take(user: string, events: UserVector['taken']): void {
    const shelf = this.#shelfOf(user);
    for (const { itemId, kind: named, value, time } of events) {
      const kind = kinds.find(known => known === named);
      if (kind !== undefined) this.#mark(user, shelf.add(itemId, kind, { value, time }));
    }
  }

  /** The user is no more; also where the event that says so lies in another partition. */
  leave(user: string): void {
    if (this.#shelves.has(user)) this.#remove(user);
    else this.#left.add(user);
  }

  /** Items that a list for the user may not hold. */
  seenBy(user: string): ReadonlySet<string> {
    const seen = new Set<string>();
    for (const { itemId, done } of this.history(user)) {
      const stands = standing(done);
      if (this.policy.some(kind => stands[kind] !== undefined)) seen.add(itemId);
    }
    return seen;
  }

  /** Users about whom something has come in the open epoch, in ascending order. */
  touched(): readonly string[] {
    return [...this.#touched].sort(compareIds);
  }

  /** What the open epoch brought that a list could have foretold, in order: what a user had to do with is in no list. */
  wanted(): readonly Wanted[] {
    return this.#wanted;
  }

  /** Those who have been erased in the open epoch, or were a session that became a user; in ascending order. */
  left(): readonly string[] {
    return [...this.#left].sort(compareIds);
  }

  /** In the order in which the items came; empty for a user of whom nothing is known. */
  history(user: string): readonly HistoryItem[] {
    return this.#shelves.get(user)?.items ?? [];
  }

  /** The newest things first, then by id. */
  of(user: string): readonly ShelfItem[] {
    return this.history(user)
      .flatMap(newestOf)
      .sort((a, b) => b.time - a.time || compareIds(a.itemId, b.itemId));
  }

  /** What is to be published of histories, by user and page. */
  changedPages(): readonly HistoryPage[] {
    const users = [...this.#dirty].sort(([a], [b]) => compareIds(a, b));
    return users.flatMap(([user, pages]) => [...pages].sort((a, b) => a - b).map(page => this.#pageOf(user, page)));
  }

  *changes(): Iterable<readonly [key: string, value: Value | null]> {
    for (const [user, pages] of this.#dirty)
      for (const page of pages) {
        const { items } = this.#pageOf(user, page);
        yield [keyOf(user, page), items === null ? null : encodePage(items)];
      }
  }

  committed(): void {
    this.#dirty.clear();
    this.#touched.clear();
    this.#wanted.splice(0);
    this.#left.clear();
  }

  undo(read: (key: string) => Value | undefined): void {
    const users = [...this.#dirty.keys()];
    this.committed();
    for (const user of users) {
      this.#shelves.delete(user);
      for (let page = 0, value = read(keyOf(user, 0)); value !== undefined; value = read(keyOf(user, ++page)))
        this.restore(keyOf(user, page), value);
    }
  }

  /** The pages of a user come in their order. */
  restore(key: string, value: Value): void {
    const text = value.toString();
    const [user = ''] = key.split(separator);
    const shelf = this.#shelfOf(user);
    shelf.restore(decodePage(text));
    if (isFirstRelease(text)) this.#markPages(user, shelf.pages); // it published no pages, and kept them in one
  }

  restored(): void {}

  #add(event: Rating): void {
    const interaction = asInteraction(event);
    if (interaction === undefined) return;
    const { userId, itemId, kind, value, time } = interaction;
    const shelf = this.#shelfOf(userId);
    const isFirst = kinds.every(known => standing(shelf.get(itemId)?.done ?? {})[known] === undefined);
    if (isFirst && isWanted(this.#weights, kind, value)) this.#wanted.push({ userId, itemId });
    this.#mark(userId, shelf.add(itemId, kind, { value, time }));
  }

  #note({ kind, userId, sessionId }: Note): void {
    if (kind === 'erase') this.#remove(userId);
    else this.#merge(sessionId, userId);
  }

  /** What is known of a session becomes the user's, and the session is no more. */
  #merge(session: string, user: string): void {
    const shelf = this.#shelfOf(user);
    this.#touched.add(user);
    for (const { itemId, done } of this.history(session))
      for (const kind of kinds) if (done[kind] !== undefined) this.#mark(user, shelf.add(itemId, kind, done[kind]));
    if (shelf.size === 0) this.#shelves.delete(user);
    // Of one that lies in another partition the task there tells: two would write one profile, by epochs of their own.
    this.leave(session);
  }

  #remove(user: string): void {
    this.#markPages(user, this.#shelves.get(user)?.pages ?? 0);
    this.#shelves.delete(user);
    this.#touched.add(user);
    this.#left.add(user);
  }

  #shelfOf(user: string): History {
    const shelf = this.#shelves.get(user) ?? new History();
    this.#shelves.set(user, shelf);
    return shelf;
  }

  #pageOf(userId: string, page: number): HistoryPage {
    const items = this.#shelves.get(userId)?.page(page) ?? [];
    return { userId, page, items: items.length === 0 ? null : items };
  }

  #mark(user: string, page: number): void {
    const pages = this.#dirty.get(user) ?? new Set();
    this.#dirty.set(user, pages.add(page));
    this.#touched.add(user);
  }

  #markPages(user: string, pages: number): void {
    const dirty = this.#dirty.get(user) ?? new Set();
    for (let page = 0; page < pages; page++) dirty.add(page);
    if (dirty.size > 0) this.#dirty.set(user, dirty);
  }
}

/** When it was done says nothing of whether it was wanted: ages change confidence alone. */
function isWanted(table: WeightTable, kind: Kind, value: number): boolean {
  const { preference, confidence } = fold(table, { [kind]: { value, time: 0 } }, 0);
  return preference === 1 && confidence > 0;
}

/** No id holds control characters. */
const separator = '\n';

/** Pages of a user follow each other; the first one has the key that the first release gave to all of a user. */
const keyOf = (user: string, page: number): string =>
  page === 0 ? user : `${user}${separator}${String(page).padStart(8, '0')}`;

/** A view says less than anything else: it speaks only alone. Of the others the newest does; nothing where all was deleted. */
function newestOf({ itemId, done }: HistoryItem): readonly ShelfItem[] {
  const stands = standing(done);
  let newest: ShelfItem | undefined;
  for (const kind of kinds) {
    const known = stands[kind];
    if (known === undefined) continue;
    if (newest === undefined || newest.kind === 'view' || (kind !== 'view' && known.time >= newest.time))
      newest = { itemId, kind, value: known.value, time: known.time };
  }
  return newest === undefined ? [] : [newest];
}
