/** Follows the newest order on its way: asks the server how far it has come, and says when the page shows what came of it. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { Refused } from '../../api/client/errors.ts';
import type { ShopApi } from '../../api/client/shop.ts';
import { begun, heard, isOver, type Loop, reached } from './loop.ts';

/** At first, so that short latencies are told well; then less and less often. */
const askEvery_ms = 30;
const askAtLeastEvery_ms = 500;
const slower = 1.15;
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
  #followed: Followed | undefined;

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
  async follow(followed: Followed, store: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.forget();
    const { signal: stopped } = this.#underWay;
    this.#loop.value = begun(followed.orderId, followed.what, this.#now());
    try {
      await store(stopped);
    } catch (error) {
      this.#loop.value = undefined;
      throw error;
    }
    if (stopped.aborted) return;
    this.#followed = followed;
    this.#change(stopped, loop => reached(loop, 'stored', this.#now()));
    void this.#watch(followed, stopped);
  }

  /** Asks no more, and keeps what is known. */
  pause(): void {
    this.#underWay.abort();
  }

  /** Goes on with what was paused. */
  resume(): void {
    const loop = this.#loop.peek();
    if (!this.#underWay.signal.aborted || this.#followed === undefined || loop === undefined || isOver(loop)) return;
    this.#underWay = new AbortController();
    void this.#watch(this.#followed, this.#underWay.signal);
  }

  forget(): void {
    this.#underWay.abort();
    this.#underWay = new AbortController();
    this.#followed = undefined;
    this.#loop.value = undefined;
  }

  /** Never rejects: a question that fails is asked again, until there is no patience left. */
  async #watch(followed: Followed, stopped: AbortSignal): Promise<void> {
    const began = this.#now();
    let wait_ms = askEvery_ms;
    while (!stopped.aborted) {
      const trouble = await this.#ask(followed, stopped);
      const { learnt, written } = this.#loop.peek()?.done ?? {};
      if (written !== undefined || (learnt !== undefined && this.#now() - learnt > listPatience_ms)) break;
      if (this.#now() - began > patience_ms) return this.#giveUp(stopped, trouble?.message);
      // Who is told to come later comes no earlier.
      const told_ms = trouble instanceof Refused ? (trouble.retryAfter_ms ?? 0) : 0;
      await new Promise(resolve => setTimeout(resolve, Math.max(wait_ms, told_ms)));
      wait_ms = Math.min(wait_ms * slower, askAtLeastEvery_ms);
    }
    if (stopped.aborted) return;
    await this.#show();
    this.#change(stopped, loop => reached(loop, 'shown', this.#now()));
  }

  /** How the question went wrong; undefined where it was answered. */
  async #ask({ userId, orderId }: Followed, stopped: AbortSignal): Promise<Error | undefined> {
    try {
      const progress = await this.#api.progress(userId, orderId, stopped);
      this.#change(stopped, loop => heard(loop, progress, this.#now()));
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
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
