/** The board of a window, and one film's days. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Api, ItemTrends, Trends, TrendWindow } from '../../api/client/client.ts';
import { type Known, Resource } from '../components/resource.ts';

/** The board is asked for again after new events, but not more often than this. */
const every_ms = 3_000;

export class TrendsStore {
  readonly window = signal<TrendWindow>('hourly');
  readonly board: ReadonlySignal<Known<Trends>>;
  /** The film whose days are shown. */
  readonly chosen = signal<string | undefined>(undefined);
  readonly days: ReadonlySignal<Known<ItemTrends>>;
  readonly #api: Api;
  readonly #now: () => number;
  readonly #board: Resource<Trends>;
  readonly #days: Resource<ItemTrends>;
  #records = -1;
  #askedAt = 0;

  constructor(api: Api, now: () => number) {
    this.#api = api;
    this.#now = now;
    this.#board = new Resource(now);
    this.#days = new Resource(now);
    this.board = this.#board.known;
    this.days = this.#days.known;
  }

  switchTo(window: TrendWindow): void {
    this.window.value = window;
    this.#board.forget();
    this.reload();
  }

  /** Shows the film's days, or hides them if they are shown. */
  choose(itemId: string): void {
    const next = this.chosen.peek() === itemId ? undefined : itemId;
    this.chosen.value = next;
    this.#days.forget();
    if (next !== undefined) this.reloadDays(next);
  }

  reload(): void {
    this.#askedAt = this.#now();
    void this.#board.ask(cancel => this.#api.trends(this.window.peek(), cancel));
  }

  reloadDays(itemId: string): void {
    void this.#days.ask(cancel => this.#api.itemTrends(itemId, cancel));
  }

  /** Told by each sample how many records were read so far. */
  heard(records: number | null): void {
    if (records === this.#records || this.#now() - this.#askedAt < every_ms) return;
    this.#records = records ?? -1;
    this.reload();
  }
}
