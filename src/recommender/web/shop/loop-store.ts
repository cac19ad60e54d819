/** Follows the newest order on its way: asks the server how far it has come, and says when the page shows what came of it. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { ShopApi } from '../../api/client/shop.ts';
import { begun, heard, isOver, type Loop, reached } from './loop.ts';

const askEvery_ms = 30;
/** A list that the order did not change is not written anew: nobody waits longer for it. */
const listPatience_ms = 3_000;
const patience_ms = 30_000;

export interface Followed {
  readonly userId: string;
  readonly orderId: string;
  readonly what: string;
}

export class LoopStore {
  readonly #api: Pick<ShopApi, 'progress'>;
  readonly #now: () => number;
  readonly #show: () => Promise<void>;
  readonly #loop = signal<Loop | undefined>(undefined);
  #underWay = new AbortController();

  /** @param show brings the newest list onto the page */
  constructor(api: Pick<ShopApi, 'progress'>, now: () => number, show: () => Promise<void>) {
    this.#api = api;
    this.#now = now;
    this.#show = show;
  }

  get loop(): ReadonlySignal<Loop | undefined> {
    return this.#loop;
  }

  /** Resolves once `store` has stored it; what comes of it then is followed. Rejects as `store` does. */
  async follow({ userId, orderId, what }: Followed, store: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.forget();
    const { signal: stopped } = this.#underWay;
    this.#loop.value = begun(orderId, what, this.#now());
    try {
      await store(stopped);
    } catch (error) {
      this.#loop.value = undefined;
      throw error;
    }
    this.#change(stopped, loop => reached(loop, 'stored', this.#now()));
    void this.#watch(userId, orderId, stopped);
  }

  forget(): void {
    this.#underWay.abort();
    this.#underWay = new AbortController();
    this.#loop.value = undefined;
  }

  /** Never rejects: a question that fails is asked again, until there is no patience left. */
  async #watch(userId: string, orderId: string, stopped: AbortSignal): Promise<void> {
    const began = this.#now();
    let trouble: string | undefined;
    while (!stopped.aborted) {
      try {
        const progress = await this.#api.progress(userId, orderId, stopped);
        this.#change(stopped, loop => heard(loop, progress, this.#now()));
        trouble = undefined;
      } catch (error) {
        trouble = error instanceof Error ? error.message : String(error);
      }
      const { learnt, written } = this.#loop.peek()?.done ?? {};
      if (written !== undefined || (learnt !== undefined && this.#now() - learnt > listPatience_ms)) break;
      if (this.#now() - began > patience_ms) return this.#giveUp(stopped, trouble);
      await new Promise(resolve => setTimeout(resolve, askEvery_ms));
    }
    await this.#show();
    this.#change(stopped, loop => reached(loop, 'shown', this.#now()));
  }

  #giveUp(
    stopped: AbortSignal,
    trouble = 'Nothing has come of it yet: is `millrace run` running, with `orders`?',
  ): void {
    this.#change(stopped, loop => ({ ...loop, failure: trouble }));
  }

  #change(stopped: AbortSignal, make: (loop: Loop) => Loop): void {
    const loop = this.#loop.peek();
    if (!stopped.aborted && loop !== undefined && !isOver(loop)) this.#loop.value = make(loop);
  }
}
