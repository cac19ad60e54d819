/** What one row of the list opens: why it is there, and what is like it. */
import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type { Api, ItemList, Why } from '../../api/client/client.ts';
import { type Known, Resource } from '../components/resource.ts';

export class DetailsStore {
  /** The item whose details are shown. */
  readonly chosen = signal<string | undefined>(undefined);
  readonly why: ReadonlySignal<Known<Why>>;
  readonly similar: ReadonlySignal<Known<ItemList>>;
  readonly #api: Api;
  readonly #why: Resource<Why>;
  readonly #similar: Resource<ItemList>;
  #user: string | undefined;

  constructor(api: Api, now: () => number) {
    this.#api = api;
    this.#why = new Resource(now);
    this.#similar = new Resource(now);
    this.why = this.#why.known;
    this.similar = this.#similar.known;
  }

  /** Another user's list: nothing of it is open. */
  show(user: string | undefined): void {
    this.#user = user;
    this.close();
  }

  close(): void {
    batch(() => {
      this.chosen.value = undefined;
      this.#why.forget();
      this.#similar.forget();
    });
  }

  /** Shows the details of the item, or hides them if they are shown. */
  toggle(itemId: string): void {
    const isShown = this.chosen.peek() === itemId;
    this.close();
    if (isShown) return;
    this.chosen.value = itemId;
    this.askWhy();
    this.askSimilar();
  }

  askWhy(): void {
    const [user, itemId] = [this.#user, this.chosen.peek()];
    if (user !== undefined && itemId !== undefined) void this.#why.ask(cancel => this.#api.why(user, itemId, cancel));
  }

  askSimilar(): void {
    const itemId = this.chosen.peek();
    if (itemId !== undefined) void this.#similar.ask(cancel => this.#api.similar(itemId, cancel));
  }
}
