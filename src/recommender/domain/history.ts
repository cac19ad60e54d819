/** What one user has done: of each item and kind the newest event, in pages, so that news changes little of what is stored. */
import { isDeletion, type Kind, kinds } from '../../als/index.ts';

/** The newest event of a kind. */
export interface Done {
  readonly value: number;
  /** Event time, milliseconds since 1970. */
  readonly time: number;
}

/** All that a user has done with an item. */
export interface HistoryItem {
  readonly itemId: string;
  readonly done: Readonly<Partial<Record<Kind, Done>>>;
}

/** What of it stands: all but a rating that was deleted, of which the history keeps that it was. */
export function standing(done: HistoryItem['done']): HistoryItem['done'] {
  const { rating, ...others } = done;
  return rating !== undefined && isDeletion({ kind: 'rating', ...rating }) ? others : done;
}

/** Items of a page. An item keeps its place, so a page is full before the next one begins. */
export const pageItems = 64;

export class History {
  readonly #items: HistoryItem[] = [];
  readonly #slots = new Map<string, number>();

  get size(): number {
    return this.#items.length;
  }

  get pages(): number {
    return Math.ceil(this.#items.length / pageItems);
  }

  /** In the order in which the items came. */
  get items(): readonly HistoryItem[] {
    return this.#items;
  }

  page(page: number): readonly HistoryItem[] {
    return this.#items.slice(page * pageItems, (page + 1) * pageItems);
  }

  get(itemId: string): HistoryItem | undefined {
    const slot = this.#slots.get(itemId);
    return slot === undefined ? undefined : this.#items[slot];
  }

  /**
   * The newest event of its kind counts; of two at the same time the one that is added later, unless the one before is
   * a deletion, as in the model. Answers the page it is on.
   */
  add(itemId: string, kind: Kind, done: Done): number {
    const slot = this.#slots.get(itemId) ?? this.#items.length;
    const known = this.#items[slot]?.done ?? {};
    const before = known[kind];
    if (before === undefined || isNewer(kind, done, before))
      this.#set(slot, { itemId, done: { ...known, [kind]: done } });
    return Math.floor(slot / pageItems);
  }

  /** Takes the items of a stored page, in order of pages. */
  restore(items: readonly HistoryItem[]): void {
    for (const item of items) this.#set(this.#slots.get(item.itemId) ?? this.#items.length, item);
  }

  #set(slot: number, item: HistoryItem): void {
    this.#items[slot] = item;
    this.#slots.set(item.itemId, slot);
  }
}

const isNewer = (kind: Kind, done: Done, before: Done): boolean =>
  done.time > before.time || (done.time === before.time && !isDeletion({ kind, value: before.value }));

/** A page as it is stored: `[itemId, {kind: [value, time]}]` for each item. */
export const encodePage = (items: readonly HistoryItem[]): string =>
  JSON.stringify(
    items.map(({ itemId, done }) => [
      itemId,
      Object.fromEntries(kinds.flatMap(kind => (done[kind] ? [[kind, [done[kind].value, done[kind].time]]] : []))),
    ]),
  );

/** Reads a page, also one of the first release, which kept all items of a user in one: the newest event of each. */
export const decodePage = (text: string): HistoryItem[] => storedItems(text).map(asItem);

/** Whether it is a page of the first release. */
export const isFirstRelease = (text: string): boolean => text.startsWith('[{');

type Stored = readonly [itemId: string, done: Partial<Record<Kind, readonly [value: number, time: number]>>];
type StoredAtFirst = Done & { readonly itemId: string; readonly kind: Kind };

// oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the checkpoint returns what was written
const storedItems = (text: string) => JSON.parse(text) as readonly (Stored | StoredAtFirst)[];

function asItem(stored: Stored | StoredAtFirst): HistoryItem {
  if ('kind' in stored) {
    const { itemId, kind, value, time } = stored;
    return { itemId, done: { [kind]: { value, time } } };
  }
  const [itemId, done] = stored;
  return {
    itemId,
    done: Object.fromEntries(
      Object.entries(done).map(([kind, [value, time]]): [string, Done] => [kind, { value, time }]),
    ),
  };
}
