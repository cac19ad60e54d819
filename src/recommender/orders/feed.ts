/** Reads one range of the feed for as long as its lease is ours. */
import { BadContinuation } from '../../documents/port.ts';
import { Unavailable } from '../../errors.ts';
import type { Clock } from '../../engine/clock.ts';
import type { Millis } from '../../stream/time.ts';
import { ordersCollection } from './order.ts';
import { emptyPage, type FeedRun, type Page, type PageStep, steps } from './page.ts';

/** Told before and after each step of a page that holds orders; reading one is told of too. */
export type OnStep = (step: string, moment: 'before' | 'after') => void;

/** What a page brought. */
export interface PageFigures {
  readonly orders: number;
  readonly events: number;
  readonly letters: number;
}

export interface Following {
  readonly clock: Clock;
  /** How long the end of the feed is left alone, unless its store tells of a change before. */
  readonly pollEvery: Millis;
  /** How often a lease is kept in which nothing is stored. */
  readonly keepEvery: Millis;
  readonly onStep: OnStep | undefined;
  readonly onPage: (figures: PageFigures) => void;
  readonly warn: (text: string) => void;
}

export class RangeFollower {
  readonly #run: FeedRun;
  readonly #following: Following;
  readonly #signal: AbortSignal;
  #keptAt: Millis;
  /** Whether waiting for the store's word has failed. */
  #isDeaf = false;

  constructor(run: FeedRun, following: Following, signal: AbortSignal) {
    this.#run = run;
    this.#following = following;
    this.#signal = signal;
    this.#keptAt = following.clock.now();
  }

  /**
   * Page after page until the signal aborts or the store has split the range; a page under way is finished. Whatever
   * does not answer is asked again, for ever. @throws {LeaseLost} @throws {Interrupted}
   */
  async follow(): Promise<void> {
    const { clock } = this.#following;
    while (!this.#signal.aborted) {
      const { caughtUp, successors } = (await this.#page()).changes;
      if (successors !== undefined) return this.#split(successors);
      if (caughtUp) await this.#rest();
      else await clock.turn();
    }
  }

  /** Until the feed goes on, as far as its store tells, or its end has been left alone for long enough. */
  async #rest(): Promise<void> {
    const { clock, pollEvery } = this.#following;
    const over = new AbortController();
    const signal = AbortSignal.any([this.#signal, over.signal]);
    const rested = clock.sleep(pollEvery, signal);
    try {
      await Promise.race([rested, this.#grown(signal) ?? rested]);
    } finally {
      over.abort();
    }
  }

  #grown(signal: AbortSignal): Promise<void> | undefined {
    const { documents, continuation } = this.#run;
    if (documents.grown === undefined || continuation === null || this.#isDeaf) return undefined;
    return documents.grown(ordersCollection, continuation, signal).catch((error: unknown) => {
      if (!(error instanceof Unavailable)) throw error;
      this.#isDeaf = true;
      this.#following.warn(`orders: they are looked for each ${this.#following.pollEvery} ms: ${error.message}`);
    });
  }

  async #page(): Promise<Page> {
    const page = emptyPage();
    const [read, ...others] = steps;
    if (read !== undefined) await this.#step(read, page);
    const { documents, continuation, successors } = page.changes;
    if (documents.length === 0) {
      if (successors === undefined && continuation !== '') this.#run.continuation = continuation;
      await this.#keep();
      return page;
    }
    for (const step of others) await this.#step(step, page);
    this.#keptAt = this.#following.clock.now();
    this.#following.onPage({ orders: documents.length, events: page.events.length, letters: page.letters.length });
    return page;
  }

  async #step(step: PageStep, page: Page): Promise<void> {
    this.#following.onStep?.(step.name, 'before');
    try {
      await this.#run.trying(step.name, () => step(this.#run, page));
    } catch (error) {
      if (!(error instanceof BadContinuation)) throw error;
      await this.#beginAgain(error);
    }
    this.#following.onStep?.(step.name, 'after');
  }

  /** The documents were begun afresh. What was told of an order that is still there is not told again. */
  async #beginAgain(error: BadContinuation): Promise<void> {
    if (this.#run.continuation === null) throw error;
    this.#following.warn(`orders: ${error.message}; it is read from its beginning`);
    const state = { ...this.#run.lease.state, continuation: null };
    await this.#run.trying('lease', async () => {
      this.#run.lease = await this.#run.leases.keep(this.#run.lease, state);
    });
    this.#run.continuation = null;
  }

  async #keep(): Promise<void> {
    const now = this.#following.clock.now();
    if (now - this.#keptAt < this.#following.keepEvery) return;
    const state = { ...this.#run.lease.state, continuation: this.#run.continuation };
    await this.#run.trying('lease', async () => {
      this.#run.lease = await this.#run.leases.keep(this.#run.lease, state);
    });
    this.#keptAt = now;
  }

  /** The successors go on where the range ends, also with what of it may not have been told; then nobody reads it. */
  async #split(successors: NonNullable<Page['changes']['successors']>): Promise<void> {
    const { leases } = this.#run;
    const { page } = this.#run.lease.state;
    await this.#run.trying('split', async () => {
      for (const { range, continuation = null } of successors)
        await leases.open(range, { page, continuation, isSplit: false }, this.#run.lease);
      this.#run.lease = await leases.keep(this.#run.lease, { ...this.#run.lease.state, isSplit: true });
    });
  }
}
