/** What one looks through: a shelf, or what has some words in its title. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Shelf, ShopApi } from '../../api/client/shop.ts';
import { type Known, Resource } from '../components/resource.ts';
import type { Titles, Ware } from './titles.ts';

export interface Shown {
  readonly items: readonly Ware[];
  /** How many there are in all; null where nobody counts them. */
  readonly total: number | null;
}

const atATime = 12;
const most = 96;
/** So many of the most popular say which genres there are. */
const looked = 100;
const shelves = 10;

export class CatalogueStore {
  readonly query = signal('');
  readonly shelf = signal<Shelf>({ kind: 'popular' });
  /** Genres that have a shelf, those of most items first. */
  readonly genres = signal<readonly string[]>([]);
  readonly #api: Pick<ShopApi, 'search' | 'shelf'>;
  readonly #items: Resource<Shown>;
  readonly #looked: Resource<Shown>;
  #wanted = atATime;

  constructor(api: Pick<ShopApi, 'search' | 'shelf'>, now: () => number, titles: Titles) {
    this.#api = api;
    this.#items = new Resource(now);
    this.#looked = new Resource(now);
    titles.follow(this.#items.known);
    titles.follow(this.#looked.known);
  }

  get items(): ReadonlySignal<Known<Shown>> {
    return this.#items.known;
  }

  open(): void {
    this.reload();
    if (this.genres.peek().length === 0) void this.#askGenres();
  }

  search(query: string): void {
    this.query.value = query;
    this.#wanted = atATime;
    this.reload();
  }

  choose(shelf: Shelf): void {
    this.query.value = '';
    this.shelf.value = shelf;
    this.#wanted = atATime;
    this.reload();
  }

  more(): void {
    this.#wanted = Math.min(most, this.#wanted + atATime);
    this.reload();
  }

  /** Whether there may be more than is shown. */
  hasMore({ items, total }: Shown): boolean {
    if (items.length >= most) return false;
    return total === null ? items.length >= this.#wanted : items.length < total;
  }

  reload(): void {
    const [query, shelf, n] = [this.query.peek().trim(), this.shelf.peek(), this.#wanted];
    void this.#items.ask(async cancel => {
      if (query !== '') return this.#api.search(query, n, cancel);
      const { items } = await this.#api.shelf(shelf, n, cancel);
      return { items, total: null };
    });
  }

  /** A shop without them is one whose genres nobody can choose, no more: the shelf itself says what is wrong. */
  async #askGenres(): Promise<void> {
    await this.#looked.ask(async cancel => {
      const { items } = await this.#api.shelf({ kind: 'popular' }, looked, cancel);
      return { items, total: null };
    });
    const counts = new Map<string, number>();
    for (const { genres } of this.#looked.known.peek().value?.items ?? [])
      for (const genre of genres) counts.set(genre, (counts.get(genre) ?? 0) + 1);
    const ranked = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    this.genres.value = ranked.slice(0, shelves).map(([genre]) => genre);
  }
}
