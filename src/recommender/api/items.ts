/** The catalogue in memory: for finding items by words of their title, and for showing titles in numbers. */
import type { Documents, StoredDocument } from '../../documents/port.ts';
import { compareIds } from '../domain/order.ts';
import { TooManyItems, UnreadableDocument } from './errors.ts';
import { Followed } from './followed.ts';
import { defaultMostItems } from './item-vectors.ts';
import { asItem, type ItemDocument } from './stored.ts';

/** An item as every answer shows it. */
export interface ShownItem {
  readonly itemId: string;
  readonly title: string;
  readonly genres: readonly string[];
}

interface Entry extends ShownItem {
  readonly available: boolean;
  /** The title without case and accents. */
  readonly folded: string;
}

/**
 * Holds at most `mostItems`; beyond, every call throws `TooManyItems`. An item whose document is broken is as one that
 * the catalogue does not know: it is told of where it is read by itself, and the others stay as they are.
 */
export class ItemDirectory {
  readonly #mostItems: number;
  readonly #followed: Followed;
  readonly #items = new Map<string, Entry>();
  readonly #broken = new Set<string>();
  #revision = 0;

  constructor(documents: Pick<Documents, 'changes'>, mostItems = defaultMostItems) {
    this.#mostItems = mostItems;
    this.#followed = new Followed(documents, 'items', {
      begin: () => this.#begin(),
      take: document => this.#takeWhole(document),
    });
  }

  /** Whether all of the catalogue has been read once. */
  get isLoaded(): boolean {
    return this.#followed.isCaughtUp;
  }

  /** Changes with every change of an item. */
  get revision(): number {
    return this.#revision;
  }

  refresh(): Promise<void> {
    return this.#followed.refresh();
  }

  /** As of the last refresh; undefined for an item that the catalogue does not know, 'broken' for one that it cannot read. */
  held(itemId: string): (ShownItem & { readonly available: boolean }) | 'broken' | undefined {
    return this.#items.get(itemId) ?? (this.#broken.has(itemId) ? 'broken' : undefined);
  }

  /** Ends a reading under way. */
  close(): Promise<void> {
    return this.#followed.close();
  }

  /** The first n items, by title, that have every word of the query somewhere in their title; and how many there are. */
  async find(query: string, n: number): Promise<{ readonly items: readonly ShownItem[]; readonly total: number }> {
    await this.refresh();
    const words = folded(query).split(/\s+/);
    const found = [...this.#items.values()].filter(item => words.every(word => item.folded.includes(word)));
    found.sort((a, b) => compareIds(a.folded, b.folded) || compareIds(a.itemId, b.itemId));
    return { items: found.slice(0, n).map(shown), total: found.length };
  }

  /** How items are shown, as of now. One that the catalogue does not know goes by its id: ratings may come before it. */
  async shown(): Promise<(itemId: string) => ShownItem> {
    await this.refresh();
    return itemId => {
      const item = this.#items.get(itemId);
      return item === undefined ? { itemId, title: itemId, genres: [] } : shown(item);
    };
  }

  /** All items of the catalogue as they are now, by id: what rules look at. */
  async all(): Promise<ReadonlyMap<string, ShownItem & { readonly available: boolean }>> {
    await this.refresh();
    return this.#items;
  }

  /** Undefined for one that the catalogue does not know. */
  async get(itemId: string): Promise<ShownItem | undefined> {
    await this.refresh();
    const item = this.#items.get(itemId);
    return item === undefined ? undefined : shown(item);
  }

  #begin(): void {
    this.#items.clear();
    this.#broken.clear();
    this.#revision++;
  }

  #takeWhole(document: StoredDocument): void {
    this.#revision++;
    try {
      this.#take(asItem(document, document.body));
      this.#broken.delete(document.id);
    } catch (error) {
      if (!(error instanceof UnreadableDocument)) throw error;
      this.#items.delete(document.id);
      this.#broken.add(document.id);
    }
  }

  #take({ itemId, title, genres, available }: ItemDocument): void {
    if (this.#items.size >= this.#mostItems && !this.#items.has(itemId)) throw new TooManyItems(this.#mostItems);
    this.#items.set(itemId, { itemId, title, genres, available, folded: folded(title) });
  }
}

const shown = ({ itemId, title, genres }: ShownItem): ShownItem => ({ itemId, title, genres });

/** Accents are marks of their own once a text is decomposed. */
const folded = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().trim();
