/** What is about to be ordered, the id that it will be ordered by, and what goes with it. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { ItemList, ListedItem } from '../../api/client/client.ts';
import type { ShopApi } from '../../api/client/shop.ts';
import { type Known, Resource } from '../components/resource.ts';
import { added, type BasketLine, withQuantity } from './basket.ts';
import type { KeptBasket } from './kept-basket.ts';
import type { Titles, Ware } from './titles.ts';

const mostSuggested = 4;

export interface BasketParts {
  readonly api: Pick<ShopApi, 'forBasket'>;
  readonly kept: KeptBasket;
  readonly newOrderId: () => string;
  readonly now: () => number;
  readonly titles: Titles;
}

export class BasketStore {
  readonly lines = signal<readonly BasketLine[]>([]);
  readonly #parts: BasketParts;
  readonly #fitting: Resource<ItemList>;
  /** Whose it is: it outlives credentials that count no longer, and nobody else gets it. */
  #owner: string | undefined;
  /** Kept over a failed attempt: sent again, it is the same order. */
  #orderId: string | undefined;

  constructor(parts: BasketParts) {
    this.#parts = parts;
    this.#fitting = new Resource(parts.now);
    parts.titles.follow(this.#fitting.known);
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

  /** What was kept for this shopper, and nothing of another's; of nobody, nothing. */
  open(owner: string | undefined): void {
    const { lines, orderId } = (owner === undefined ? undefined : this.#parts.kept.of(owner)) ?? nothing;
    this.#owner = owner;
    this.#parts.titles.note(lines);
    this.#become(lines, orderId);
  }

  put(item: Ware): void {
    this.#change(added(this.lines.peek(), item));
  }

  setQuantity(itemId: string, quantity: number): void {
    this.#change(withQuantity(this.lines.peek(), itemId, quantity));
  }

  clear(): void {
    this.#change([]);
  }

  /** The same until the basket is another, also for the page that comes after this one. */
  orderId(): string {
    this.#orderId ??= this.#parts.newOrderId();
    this.#keep();
    return this.#orderId;
  }

  askFitting(): void {
    const lines = this.lines.peek();
    if (lines.length === 0) this.#fitting.forget();
    else void this.#fitting.ask(cancel => this.#parts.api.forBasket(lines, cancel));
  }

  #change(lines: readonly BasketLine[]): void {
    this.#become(lines, undefined);
    this.askFitting();
  }

  #become(lines: readonly BasketLine[], orderId: string | undefined): void {
    this.lines.value = lines;
    this.#orderId = orderId;
    this.#keep();
  }

  #keep(): void {
    if (this.#owner === undefined) this.#parts.kept.clear();
    else this.#parts.kept.keep(this.#owner, { lines: this.lines.peek(), orderId: this.#orderId });
  }
}

const nothing = { lines: [], orderId: undefined } as const;
