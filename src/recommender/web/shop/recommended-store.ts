/** What is recommended to one shopper, what is new in it, and why something is there. */
import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type { ItemList, Why } from '../../api/client/client.ts';
import type { ShopApi } from '../../api/client/shop.ts';
import { type Known, Resource } from '../components/resource.ts';
import { announcement, type Change, changesOf } from '../dashboard/list-changes.ts';
import type { Titles } from './titles.ts';

type Asked = Pick<ShopApi, 'recommendations' | 'why'>;

export class RecommendedStore {
  /** The item that is being explained. */
  readonly chosen = signal<string | undefined>(undefined);
  /** What is different from the list before, by item. */
  readonly changes = signal<ReadonlyMap<string, Change>>(new Map());
  readonly #api: Asked;
  readonly #list: Resource<ItemList>;
  readonly #why: Resource<Why>;
  readonly #tell: (news: string) => void;
  #user: string | undefined;

  /** @param tell is told what has changed, in a sentence */
  constructor(api: Asked, now: () => number, titles: Titles, tell: (news: string) => void) {
    this.#api = api;
    this.#tell = tell;
    this.#list = new Resource(now);
    this.#why = new Resource(now);
    titles.follow(this.#list.known);
  }

  get list(): ReadonlySignal<Known<ItemList>> {
    return this.#list.known;
  }
  get why(): ReadonlySignal<Known<Why>> {
    return this.#why.known;
  }

  /** Shows another shopper's: nothing of the one before may stand under the new name. */
  show(user: string | undefined): Promise<void> {
    batch(() => {
      this.#user = user;
      this.#list.forget();
      this.#why.forget();
      this.chosen.value = undefined;
      this.changes.value = new Map();
    });
    return this.reload();
  }

  /** Never rejects; what is shown stays until the answer comes. */
  async reload(): Promise<void> {
    const user = this.#user;
    if (user === undefined) return;
    const before = this.#list.known.peek().value?.items;
    await this.#list.ask(cancel => this.#api.recommendations(user, cancel));
    const after = this.#list.known.peek().value?.items;
    if (before === undefined || after === undefined || user !== this.#user) return;
    const news = announcement(before, after);
    if (news === '') return;
    this.changes.value = changesOf(before, after);
    this.#tell(news);
  }

  /** Asks for the list of this id, unless it is shown already. */
  heard(listId: string): void {
    if (listId !== this.#list.known.peek().value?.listId) void this.reload();
  }

  /** Why an item is recommended; once more closes it. */
  explain(itemId: string): void {
    this.chosen.value = this.chosen.peek() === itemId ? undefined : itemId;
    this.#why.forget();
    this.askWhy();
  }

  askWhy(): void {
    const [user, item] = [this.#user, this.chosen.peek()];
    if (user !== undefined && item !== undefined) void this.#why.ask(cancel => this.#api.why(user, item, cancel));
  }
}
