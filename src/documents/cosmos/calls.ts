/** Repeats what passes, within a bounded patience; what lasts longer is the engine's, which waits for ever. */
import type { Unavailable } from '../../errors.ts';
import type { Millis } from '../../stream/time.ts';
import { asPortError, askedWait, away, isPassing } from './failures.ts';

export interface Waiting {
  now(): Millis;
  sleep(duration: Millis, signal: AbortSignal): Promise<void>;
}

const firstWait: Millis = 20;
const longestWait: Millis = 2_000;

/** How long one call goes on by itself: whoever serves is answered soon, whoever writes gets over a busy second. */
export interface Patience {
  readonly read: Millis;
  readonly write: Millis;
}

export const defaultPatience: Patience = { read: 1_000, write: 5_000 };

export class Calls {
  readonly #clock: Waiting;
  readonly #patience: Patience;
  readonly #closed = new AbortController();

  constructor(clock: Waiting, patience: Patience) {
    this.#clock = clock;
    this.#patience = patience;
  }

  /** Does one request; every request that is given here may be repeated. `where` names the place for errors. */
  async request<R>(where: string, kind: keyof Patience, work: () => Promise<R>): Promise<R> {
    const waits = this.waits(where, kind);
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isPassing(error)) throw asPortError(error, where);
        await waits.wait(askedWait(error), () => asPortError(error, where));
      }
    }
  }

  /** The waits of one call; each of several rounds is one. */
  waits(where: string, kind: keyof Patience): Waits {
    return new Waits(where, this.#patience[kind], this.#clock, this.#closed.signal);
  }

  close(): void {
    this.#closed.abort();
  }
}

export class Waits {
  readonly #where: string;
  readonly #clock: Waiting;
  readonly #signal: AbortSignal;
  readonly #until: Millis;
  #rounds = 0;

  constructor(where: string, patience: Millis, clock: Waiting, signal: AbortSignal) {
    this.#where = where;
    this.#clock = clock;
    this.#signal = signal;
    this.#until = clock.now() + patience;
  }

  /** Waits as long as the service asks for, else longer each time. @throws `why()` where that is beyond patience */
  async wait(asked: Millis | undefined, why: () => unknown): Promise<void> {
    const grown = Math.min(longestWait, firstWait * 2 ** Math.min(this.#rounds, 10));
    this.#rounds += 1;
    const wait = asked ?? grown;
    if (this.#clock.now() + wait > this.#until) throw why();
    await this.#clock.sleep(wait, this.#signal);
    if (this.#signal.aborted) throw this.refusal('the documents are closed');
  }

  refusal(why: string): Unavailable {
    return away(this.#where, why);
  }
}
