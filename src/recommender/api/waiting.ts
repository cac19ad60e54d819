/** Requests that wait for something: a bounded number of them, each for a bounded time, and one loop that looks for all. */
import type { Millis } from '../../stream/time.ts';

/** Who waits at a time; whoever comes beyond is answered at once that it is not known. */
export const mostWaiting = 256;
/** The longest that a request waits. */
export const longestWait_ms = 10_000;

export interface WaitingParts {
  readonly clock: { sleep(duration: Millis, signal: AbortSignal): Promise<void> };
  readonly report: (error: unknown) => void;
  /** Looks, and settles, until the signal aborts: while somebody waits. Where it ends before, nobody is kept waiting. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

interface Waiter<W, A> {
  readonly wanted: W;
  readonly answer: (value: A | undefined) => void;
}

export class Waiting<W, A> {
  readonly #parts: WaitingParts;
  readonly #waiters = new Set<Waiter<W, A>>();
  #running: Promise<void> | undefined;
  #stop = new AbortController();
  #isClosed = false;

  constructor(parts: WaitingParts) {
    this.#parts = parts;
  }

  get wanted(): readonly W[] {
    return [...this.#waiters].map(({ wanted }) => wanted);
  }

  /** What `settle` answers; undefined where it has no answer within so many milliseconds. */
  async wait(wanted: W, atMost_ms: Millis): Promise<A | undefined> {
    if (this.#isClosed || this.#waiters.size >= mostWaiting) return undefined;
    const { promise, resolve } = Promise.withResolvers<A | undefined>();
    const waiter = { wanted, answer: resolve };
    const answered = new AbortController();
    this.#waiters.add(waiter);
    this.#start();
    const late = this.#parts.clock.sleep(Math.min(atMost_ms, longestWait_ms), answered.signal);
    try {
      return await Promise.race([promise, late.then(() => undefined)]);
    } finally {
      answered.abort();
      this.#waiters.delete(waiter);
      if (this.#waiters.size === 0) this.#stop.abort();
    }
  }

  /** Answers whom `answerOf` has an answer for. */
  settle(answerOf: (wanted: W) => A | undefined): void {
    for (const { wanted, answer } of this.#waiters) {
      const value = answerOf(wanted);
      if (value !== undefined) answer(value);
    }
  }

  /** Nobody waits any longer. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#release();
    this.#stop.abort();
    await this.#running;
  }

  #start(): void {
    if (this.#running !== undefined && !this.#stop.signal.aborted) return;
    const before = this.#running;
    this.#stop = new AbortController();
    this.#running = this.#run(this.#stop.signal, before);
  }

  async #run(signal: AbortSignal, before: Promise<void> | undefined): Promise<void> {
    await before;
    try {
      if (!signal.aborted) await this.#parts.run(signal);
    } catch (error) {
      this.#parts.report(error);
    }
    // A loop that was told to stop has nobody who waits for it: whoever came since has one of their own.
    if (signal.aborted) return;
    this.#release();
    this.#stop.abort();
  }

  #release(): void {
    for (const { answer } of this.#waiters) answer(undefined);
  }
}
