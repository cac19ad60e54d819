/** How often somebody may ask: the generic cell rate algorithm (ITU-T I.371), one number for each who asks. */
import type { Millis } from '../../../stream/time.ts';

export interface Rate {
  readonly perSecond: number;
  /** Requests that may come at once after a pause, 1 or more. */
  readonly burst: number;
}

/** Those who asked least lately are forgotten beyond so many: they begin with a whole burst again. */
const mostRemembered = 100_000;

export class RateLimiter {
  readonly #clock: { now(): Millis };
  readonly #most: number;
  /** When the allowance of each is whole again. */
  readonly #wholeAt = new Map<string, Millis>();

  constructor(clock: { now(): Millis }, most = mostRemembered) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Takes one request of the allowance; answers 0, or how many milliseconds until there is one again. */
  take(who: string, { perSecond, burst }: Rate): Millis {
    const now = this.#clock.now();
    const interval_ms = 1_000 / perSecond;
    const wholeAt = Math.max(now, this.#wholeAt.get(who) ?? now);
    const wait_ms = wholeAt + interval_ms - burst * interval_ms - now;
    if (wait_ms > 0) return wait_ms;
    this.#wholeAt.delete(who);
    this.#wholeAt.set(who, wholeAt + interval_ms);
    if (this.#wholeAt.size > this.#most) this.#forgetOldest();
    return 0;
  }

  get remembered(): number {
    return this.#wholeAt.size;
  }

  #forgetOldest(): void {
    const [oldest] = this.#wholeAt.keys();
    if (oldest !== undefined) this.#wholeAt.delete(oldest);
  }
}
