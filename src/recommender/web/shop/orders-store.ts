/** What one shopper has ordered. */
import type { ReadonlySignal } from '@preact/signals';
import type { Orders, ShopApi } from '../../api/client/shop.ts';
import { type Known, Resource } from '../components/resource.ts';
import type { Titles } from './titles.ts';

type Asked = Pick<ShopApi, 'orders' | 'profile'>;

export class OrdersStore {
  readonly #api: Asked;
  readonly #orders: Resource<Orders>;
  readonly #titles: Titles;
  #user: string | undefined;

  constructor(api: Asked, now: () => number, titles: Titles) {
    this.#api = api;
    this.#titles = titles;
    this.#orders = new Resource(now);
  }

  get orders(): ReadonlySignal<Known<Orders>> {
    return this.#orders.known;
  }

  /** Ids of what was ordered and is still kept. */
  get kept(): ReadonlySet<string> {
    const lines = (this.#orders.known.value.value?.orders ?? []).flatMap(order => order.lines);
    return new Set(lines.filter(({ standing }) => standing > 0).map(({ itemId }) => itemId));
  }

  show(user: string | undefined): void {
    this.#user = user;
    this.#orders.forget();
    this.reload();
  }

  reload(): void {
    const user = this.#user;
    if (user === undefined) return;
    void this.#orders.ask(async cancel => {
      const answer = await this.#api.orders(user, cancel);
      // Orders name ids alone: what this page has not met, the shopper's history names.
      const isUnknown = answer.orders.some(({ lines }) => lines.some(({ itemId }) => !this.#titles.knows(itemId)));
      if (isUnknown) this.#titles.note((await this.#api.profile(user, cancel)).items);
      return answer;
    });
  }
}
