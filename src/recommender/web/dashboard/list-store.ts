/** One user's list and profile, what changed in them, and the ratings that the page sent for the user. */
import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type { Api, ItemList, Profile } from '../../api/client/client.ts';
import { type Known, Resource } from '../components/resource.ts';
import { announcement, type Change, changesOf } from './list-changes.ts';

export class ListStore {
  readonly list: ReadonlySignal<Known<ItemList>>;
  readonly profile: ReadonlySignal<Known<Profile>>;
  /** What is different from the list before, by item. */
  readonly changes = signal<ReadonlyMap<string, Change>>(new Map());
  /** The newest change or rating in one sentence, for those who do not see rows move. */
  readonly news = signal('');
  /** Stars by item that were sent, and that no list has answered yet. */
  readonly sent = signal<ReadonlyMap<string, number>>(new Map());
  readonly #api: Api;
  readonly #list: Resource<ItemList>;
  readonly #profile: Resource<Profile>;
  #user: string | undefined;

  constructor(api: Api, now: () => number) {
    this.#api = api;
    this.#list = new Resource(now);
    this.#profile = new Resource(now);
    this.list = this.#list.known;
    this.profile = this.#profile.known;
  }

  /** Shows another user: nothing of the one before may stand under the new name. */
  show(user: string | undefined): void {
    batch(() => {
      this.#user = user;
      this.#list.forget();
      this.#profile.forget();
      this.changes.value = new Map();
      this.sent.value = new Map();
      this.news.value = '';
    });
    this.reload();
  }

  /** Asks for both anew; what is shown stays until the answers come. */
  reload(): void {
    const user = this.#user;
    if (user === undefined) return;
    void this.#reloadList(user);
    void this.#profile.ask(cancel => this.#api.profile(user, cancel));
  }

  /** @throws what the API throws: the form says so */
  async rate(item: { itemId: string; title: string }, value: number, cancel: AbortSignal): Promise<void> {
    const user = this.#user;
    if (user === undefined) return;
    await this.#api.rate({ userId: user, itemId: item.itemId, value }, cancel);
    if (user !== this.#user) return;
    this.sent.value = new Map([...this.sent.peek(), [item.itemId, value]]);
    this.news.value = `Rated ${item.title} with ${value}; the model learns.`;
  }

  async #reloadList(user: string): Promise<void> {
    const before = this.list.peek().value?.items;
    await this.#list.ask(cancel => this.#api.recommendations(user, cancel));
    const after = this.list.peek().value?.items;
    if (before === undefined || after === undefined || user !== this.#user) return;
    const told = announcement(before, after);
    if (told === '') return;
    batch(() => {
      this.changes.value = changesOf(before, after);
      this.sent.value = new Map([...this.sent.peek()].filter(([id]) => after.some(({ itemId }) => itemId === id)));
      this.news.value = told;
    });
  }
}
