/** What is about to be ordered, the id that it will be ordered by, and what goes with it. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { ItemList, ListedItem } from '../../api/client/client.ts';
import type { ShopApi } from '../../api/client/shop.ts';
import { type Known, Resource } from '../components/resource.ts';
import { added, type BasketLine, withQuantity } from './basket.ts';
import type { Titles } from './titles.ts';

const mostSuggested = 4;

export class BasketStore {
  readonly lines = signal<readonly BasketLine[]>([]);
  readonly #api: Pick<ShopApi, 'forBasket'>;
  readonly #newOrderId: () => string;
  readonly #fitting: Resource<ItemList>;
  /** Kept over a failed attempt: sent again, it is the same order. */
  #orderId: string | undefined;

  constructor(api: Pick<ShopApi, 'forBasket'>, newOrderId: () => string, now: () => number, titles: Titles) {
    this.#api = api;
    this.#newOrderId = newOrderId;
    this.#fitting = new Resource(now);
    titles.follow(this.#fitting.known);
  }

  /** What fits the basket as a whole. */
  get fitting(): ReadonlySignal<Known<ItemList>> {
    return this.#fitting.known;
  }

  /** What of it is neither in the basket nor ordered before. */
  suggestions({ items }: ItemList, ordered: ReadonlySet<string>): readonly ListedItem[] {
    const inBasket = new Set(this.lines.value.map(({ itemId }) => itemId));
    return items.filter(({ itemId }) => !inBasket.has(itemId) && !ordered.has(itemId)).slice(0, mostSuggested);
  }

  put(item: Pick<BasketLine, 'itemId' | 'title'>): void {
    this.#change(added(this.lines.peek(), item));
  }

  setQuantity(itemId: string, quantity: number): void {
    this.#change(withQuantity(this.lines.peek(), itemId, quantity));
  }

  clear(): void {
    this.#change([]);
  }

  /** The same until the basket is another. */
  orderId(): string {
    this.#orderId ??= this.#newOrderId();
    return this.#orderId;
  }

  askFitting(): void {
    const lines = this.lines.peek();
    if (lines.length === 0) this.#fitting.forget();
    else void this.#fitting.ask(cancel => this.#api.forBasket(lines, cancel));
  }

  #change(lines: readonly BasketLine[]): void {
    this.lines.value = lines;
    this.#orderId = undefined;
    this.askFitting();
  }
}
