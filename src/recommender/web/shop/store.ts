/** All that the shop's page knows and does; components only show it. */
import { effect, type ReadonlySignal, type Signal, signal, untracked } from '@preact/signals';
import { listIdOf } from '../../api/client/live.ts';
import { liveListOf, type Order, type ShopApi } from '../../api/client/shop.ts';
import { FetchedEvents, greeting } from '../components/fetched-events.ts';
import { failureWords } from '../components/failure-words.ts';
import { followEvents, type FollowedEvents } from '../components/followed-events.ts';
import type { ThemeStore } from '../components/theme.ts';
import { titleAndYear } from '../dashboard/format.ts';
import type { BasketLine } from './basket.ts';
import { BasketStore } from './basket-store.ts';
import { CatalogueStore } from './catalogue-store.ts';
import type { KeptBasket } from './kept-basket.ts';
import { LoopStore } from './loop-store.ts';
import { OrdersStore } from './orders-store.ts';
import { RecommendedStore } from './recommended-store.ts';
import { returnKey } from './return-key.ts';
import type { Session } from './session.ts';
import { Titles, type Ware } from './titles.ts';

export interface Parts {
  readonly api: ShopApi;
  readonly session: Session;
  readonly kept: KeptBasket;
  /** Shoppers to be, where anybody may be anybody. */
  readonly suggested: readonly string[];
  readonly theme: ThemeStore;
  readonly now: () => number;
  readonly isOnline: () => boolean;
  readonly newOrderId: () => string;
}

export class Shop {
  readonly session: Session;
  readonly suggested: readonly string[];
  readonly theme: ThemeStore;
  readonly live: FollowedEvents;
  readonly loop: LoopStore;
  readonly titles = new Titles();
  readonly catalogue: CatalogueStore;
  readonly basket: BasketStore;
  readonly recommended: RecommendedStore;
  readonly orders: OrdersStore;
  readonly time = signal(0);
  /** What went wrong with the newest thing that was done; undefined where nothing did. */
  readonly failure = signal<string | undefined>(undefined);
  /** What was done or has changed last, for those who cannot see it. */
  readonly news = signal('');
  readonly busy: Signal<boolean> = signal(false);
  readonly #api: ShopApi;
  readonly #isOnline: () => boolean;
  /** Who has signed in, or had before their credentials ran out. */
  #owner: string | undefined;

  constructor({ api, session, kept, suggested, theme, now, isOnline, newOrderId }: Parts) {
    this.#api = api;
    this.#isOnline = isOnline;
    this.session = session;
    this.suggested = suggested;
    this.theme = theme;
    this.catalogue = new CatalogueStore(api, now, this.titles);
    this.basket = new BasketStore({ api, kept, newOrderId, now, titles: this.titles });
    this.recommended = new RecommendedStore(api, now, this.titles, news => (this.news.value = news));
    this.orders = new OrdersStore(api, now, this.titles);
    this.loop = new LoopStore(api, now, () => this.recommended.reload());
    this.live = followEvents({
      recommendations: text => this.#heard(listIdOf(text)),
      [greeting]: () => {},
    });
    setInterval(() => (this.time.value = now()), 1_000);
    this.time.value = now();
    afterAbsence(this.live.connection, () => this.#askAll());
    effect(() => {
      const [user, lapsed] = [session.user.value, session.lapsed.value?.userId];
      untracked(() => void this.#enter(user, lapsed));
    });
  }

  put(ware: Ware): void {
    this.basket.put(ware);
    this.news.value = `${titleAndYear(ware.title).title} is in the basket`;
  }

  setQuantity(line: BasketLine, quantity: number): void {
    this.basket.setQuantity(line.itemId, quantity);
    const now = this.basket.lines.peek().find(({ itemId }) => itemId === line.itemId)?.quantity;
    const { title } = titleAndYear(line.title);
    this.news.value = now === undefined ? `${title} is out of the basket` : `${now} of ${title} in the basket`;
  }

  async order(): Promise<void> {
    const orderId = this.basket.orderId();
    const wanted = this.basket.lines.peek();
    const isDone = await this.#act(orderId, 'Your order', (user, cancel) =>
      this.#api.order(user, orderId, wanted, cancel),
    );
    if (isDone) this.basket.clear();
  }

  giveBack(order: Order, itemId: string): Promise<boolean> {
    const back = { lines: [{ itemId, quantity: 1 }], key: returnKey(order, itemId) };
    return this.#act(order.orderId, 'Your return', (user, cancel) =>
      this.#api.giveBack(user, order.orderId, back, cancel),
    );
  }

  cancel({ orderId }: Order): Promise<boolean> {
    return this.#act(orderId, 'Your cancellation', (user, cancel) => this.#api.cancel(user, orderId, cancel));
  }

  async #act(
    orderId: string,
    what: string,
    work: (user: string, signal: AbortSignal) => Promise<void>,
  ): Promise<boolean> {
    const user = this.session.user.peek();
    if (user === undefined || this.busy.peek()) return false;
    this.busy.value = true;
    this.failure.value = undefined;
    try {
      await this.loop.follow({ userId: user, orderId, what }, cancel => work(user, cancel));
      this.news.value = `${what} is stored`;
      return true;
    } catch (error) {
      // Whoever has signed out meanwhile, or is somebody else, need not hear of it.
      if (this.#owner === user) this.failure.value = `${what} was not confirmed. ${this.#wordsOf(error)}`;
      return false;
    } finally {
      this.busy.value = false;
      this.orders.reload();
    }
  }

  #wordsOf(error: unknown): string {
    return failureWords(error, this.#isOnline());
  }

  /** Credentials that count no longer take away what the server says of a shopper, not what was put into the basket. */
  async #enter(user: string | undefined, lapsed: string | undefined): Promise<void> {
    const owner = user ?? lapsed;
    if (owner !== this.#owner) {
      this.#owner = owner;
      this.basket.open(owner);
      this.loop.forget();
      this.failure.value = undefined;
      this.news.value = '';
    }
    this.live.follow(undefined);
    this.orders.show(user);
    if (user === undefined) {
      this.loop.pause();
      await this.recommended.show(user);
      return;
    }
    this.catalogue.open();
    this.basket.askFitting();
    this.loop.resume();
    await this.recommended.show(user);
    if (this.session.user.peek() === user) this.#follow(user);
  }

  /** A list changes also by what was ordered elsewhere: in another tab, for instance. */
  #heard(listId: string): void {
    this.recommended.heard(listId);
    this.orders.reload();
  }

  /** The list that is shown need not come again: only another is news. */
  #follow(user: string): void {
    const { list } = this.recommended;
    const { send } = this.session;
    this.live.follow(
      () => new FetchedEvents(new URL(liveListOf(user), location.origin).href, send, list.peek().value?.listId),
    );
  }

  #askAll(): void {
    this.catalogue.open();
    this.basket.askFitting();
    this.orders.reload();
    void this.recommended.reload();
  }
}

/** What no event tells has to be asked for once the server is back. */
function afterAbsence(connection: ReadonlySignal<string>, ask: () => void): void {
  let away = false;
  effect(() => {
    const now = connection.value;
    if (now === 'open' && away) untracked(ask);
    away = now === 'away' || (away && now !== 'open');
  });
}

export const openShop = (parts: Parts): Shop => new Shop(parts);
