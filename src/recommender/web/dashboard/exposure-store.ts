/** Reports lists that could be seen: each once, and only what was on the screen for a moment. */
import type { ReadonlySignal } from '@preact/signals';
import type { Api, ItemList } from '../../api/client/client.ts';
import { type Known, Resource } from '../components/resource.ts';

/** What is scrolled past is not shown. */
const moment_ms = 1_000;
/** Lists that are remembered as reported. */
const mostRemembered = 100;
const slot = 'top-10';

export class ExposureStore {
  /** How the newest report went. Nobody who looks at films is told: the list is right, it is only not counted. */
  readonly report: ReadonlySignal<Known<true>>;
  readonly #api: Api;
  readonly #report: Resource<true>;
  readonly #reported = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, now: () => number) {
    this.#api = api;
    this.#report = new Resource(now);
    this.report = this.#report.known;
  }

  /** So many items of the user's list, from the first, are on the screen; 0 where none is. */
  see(userId: string, list: Pick<ItemList, 'listId' | 'items'>, visible: number): void {
    clearTimeout(this.#timer);
    if (visible === 0 || this.#reported.has(list.listId)) return;
    this.#timer = setTimeout(() => {
      this.#remember(list.listId);
      void this.#report.ask(async cancel => {
        await this.#api.shown({ userId, list, slot, visible }, cancel);
        return true;
      });
    }, moment_ms);
  }

  #remember(listId: string): void {
    this.#reported.add(listId);
    const [oldest] = this.#reported;
    if (this.#reported.size > mostRemembered && oldest !== undefined) this.#reported.delete(oldest);
  }
}
