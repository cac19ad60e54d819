/** All that the shop's page knows and does; components only show it. */
import { effect, type ReadonlySignal, type Signal, signal, untracked } from '@preact/signals';
import type { ItemList, Items, Users, Why } from '../../api/client/client.ts';
import type { Order, Orders, ShopApi } from '../../api/client/shop.ts';
import { type Known, Resource } from '../components/resource.ts';
import type { ThemeStore } from '../components/theme.ts';
import type { Address } from '../dashboard/address.ts';
import { titleAndYear } from '../dashboard/format.ts';
import { type LiveStream, openLive } from '../dashboard/live-stream.ts';
import { added, type BasketLine, withQuantity } from './basket.ts';
import { LoopStore } from './loop-store.ts';

export interface Parts {
  readonly api: ShopApi;
  readonly address: Address;
  readonly theme: ThemeStore;
  readonly now: () => number;
  readonly newOrderId: () => string;
}

export class Shop {
  readonly api: ShopApi;
  readonly address: Address;
  readonly theme: ThemeStore;
  readonly live: LiveStream;
  readonly loop: LoopStore;
  readonly time = signal(0);
  readonly basket = signal<readonly BasketLine[]>([]);
  readonly query = signal('');
  /** What went wrong with the newest thing that was done; undefined where nothing did. */
  readonly failure = signal<string | undefined>(undefined);
  /** What was done last, for those who cannot see it. */
  readonly news = signal('');
  readonly chosen = signal<string | undefined>(undefined);
  readonly busy: Signal<boolean> = signal(false);
  readonly #newOrderId: () => string;
  readonly #shoppers: Resource<Users>;
  readonly #items: Resource<Items>;
  readonly #list: Resource<ItemList>;
  readonly #alike: Resource<ItemList>;
  readonly #orders: Resource<Orders>;
  readonly #why: Resource<Why>;
  /** Titles of all items that any answer has named. */
  readonly #titles = signal<ReadonlyMap<string, string>>(new Map());
  /** Kept over a failed attempt: sent again, it is the same order. */
  #orderId: string | undefined;

  constructor({ api, address, theme, now, newOrderId }: Parts) {
    this.api = api;
    this.address = address;
    this.theme = theme;
    this.#newOrderId = newOrderId;
    this.#shoppers = new Resource(now);
    this.#items = new Resource(now);
    this.#list = new Resource(now);
    this.#alike = new Resource(now);
    this.#orders = new Resource(now);
    this.#why = new Resource(now);
    this.loop = new LoopStore(api, now, () => this.#show());
    this.live = openLive({
      sample: () => {},
      list: ({ userId }) => {
        if (userId === address.user.peek()) this.askList();
      },
    });
    for (const known of [this.#items.known, this.#list.known, this.#alike.known])
      effect(() => {
        const items = known.value.value?.items ?? [];
        untracked(() => this.#note(items));
      });
    setInterval(() => (this.time.value = now()), 1_000);
    this.time.value = now();
    this.askShoppers();
    this.search('');
    effect(() => {
      const user = address.user.value;
      untracked(() => this.#enter(user));
    });
  }

  get shoppers(): ReadonlySignal<Known<Users>> {
    return this.#shoppers.known;
  }
  get items(): ReadonlySignal<Known<Items>> {
    return this.#items.known;
  }
  get list(): ReadonlySignal<Known<ItemList>> {
    return this.#list.known;
  }
  /** What goes with what was put into the basket last. */
  get alike(): ReadonlySignal<Known<ItemList>> {
    return this.#alike.known;
  }
  get orders(): ReadonlySignal<Known<Orders>> {
    return this.#orders.known;
  }
  get why(): ReadonlySignal<Known<Why>> {
    return this.#why.known;
  }

  /** As it was met on this page, else its id. */
  titleOf(itemId: string): string {
    return this.#titles.value.get(itemId) ?? itemId;
  }

  askShoppers(): void {
    void this.#shoppers.ask(cancel => this.api.shoppers('', cancel));
  }

  search(query: string): void {
    this.query.value = query;
    void this.#items.ask(cancel => this.api.items(query, cancel));
  }

  askList(): void {
    const user = this.address.user.peek();
    if (user !== undefined) void this.#list.ask(cancel => this.api.recommendations(user, cancel));
  }

  askOrders(): void {
    const user = this.address.user.peek();
    if (user !== undefined) void this.#orders.ask(cancel => this.api.orders(user, cancel));
  }

  /** Why an item is recommended; once more closes it. */
  explain(itemId: string): void {
    this.chosen.value = this.chosen.peek() === itemId ? undefined : itemId;
    this.#why.forget();
    this.askWhy();
  }

  askWhy(): void {
    const [user, item] = [this.address.user.peek(), this.chosen.peek()];
    if (user !== undefined && item !== undefined) void this.#why.ask(cancel => this.api.why(user, item, cancel));
  }

  put(item: Pick<BasketLine, 'itemId' | 'title'>): void {
    this.basket.value = added(this.basket.peek(), item);
    this.#orderId = undefined;
    this.news.value = `${item.title} is in the basket`;
    this.#askAlike();
  }

  setQuantity(itemId: string, quantity: number): void {
    this.basket.value = withQuantity(this.basket.peek(), itemId, quantity);
    this.#orderId = undefined;
    this.#askAlike();
  }

  async order(): Promise<void> {
    const lines = this.basket.peek();
    this.#orderId ??= this.#newOrderId();
    const orderId = this.#orderId;
    const wanted = lines.map(({ itemId, quantity }) => ({ itemId, quantity }));
    const isDone = await this.#act(orderId, 'Your order', (user, cancel) =>
      this.api.order(user, orderId, wanted, cancel),
    );
    if (!isDone) return;
    this.#orderId = undefined;
    this.basket.value = [];
    this.#alike.forget();
  }

  giveBack({ orderId }: Order, itemId: string): Promise<boolean> {
    return this.#act(orderId, 'Your return', (user, cancel) =>
      this.api.giveBack(user, orderId, [{ itemId, quantity: 1 }], cancel),
    );
  }

  cancel({ orderId }: Order): Promise<boolean> {
    return this.#act(orderId, 'Your cancellation', (user, cancel) => this.api.cancel(user, orderId, cancel));
  }

  async #act(
    orderId: string,
    what: string,
    work: (user: string, signal: AbortSignal) => Promise<void>,
  ): Promise<boolean> {
    const user = this.address.user.peek();
    if (user === undefined || this.busy.peek()) return false;
    this.busy.value = true;
    this.failure.value = undefined;
    try {
      await this.loop.follow({ userId: user, orderId, what }, cancel => work(user, cancel));
      this.news.value = `${what} is stored`;
      return true;
    } catch (error) {
      this.failure.value = error instanceof Error ? error.message : String(error);
      return false;
    } finally {
      this.busy.value = false;
      this.askOrders();
    }
  }

  #askAlike(): void {
    const last = this.basket.peek().at(-1);
    if (last === undefined) this.#alike.forget();
    else void this.#alike.ask(cancel => this.api.similar(last.itemId, cancel));
  }

  #note(items: readonly { readonly itemId: string; readonly title: string }[]): void {
    const titles = new Map(this.#titles.peek());
    for (const { itemId, title } of items) titles.set(itemId, titleAndYear(title).title);
    this.#titles.value = titles;
  }

  #enter(user: string | undefined): void {
    this.live.follow(user);
    this.loop.forget();
    for (const known of [this.#list, this.#orders, this.#why, this.#alike]) known.forget();
    this.chosen.value = undefined;
    this.basket.value = [];
    this.failure.value = undefined;
    this.#orderId = undefined;
    this.askList();
    this.askOrders();
  }

  /** The list as it is now, on the page. */
  async #show(): Promise<void> {
    const user = this.address.user.peek();
    if (user !== undefined) await this.#list.ask(cancel => this.api.recommendations(user, cancel));
    this.news.value = 'Your recommendations are up to date with it';
  }
}

export const openShop = (parts: Parts): Shop => new Shop(parts);
