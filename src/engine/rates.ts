/**
 * When a value of a key conforms to a rate: the generic cell rate algorithm (ITU-T I.371, Annex A, virtual scheduling),
 * a leaky bucket that keeps one number a key. Pure: the clock is given.
 */
import type { Millis } from '../stream/time.ts';

export interface Rate {
  /** Between two values of a key, where they come evenly. */
  readonly interval: Millis;
  /** Values that conform at once after a rest. */
  readonly burst: number;
}

export class Rates {
  readonly #rate: Rate;
  /** By key, the time at which the next value would come if all came evenly. A key whose time has passed is forgotten. */
  readonly times = new Map<string, Millis>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** When the next value of the key conforms at the earliest. */
  next(key: string): Millis {
    const { interval, burst } = this.#rate;
    return (this.times.get(key) ?? -Infinity) - (burst - 1) * interval;
  }

  /** A value of the key that conforms goes on. */
  take(key: string, now: Millis): void {
    this.times.set(key, Math.max(now, this.times.get(key) ?? now) + this.#rate.interval);
  }

  /** Keys that are at rest, and so as if they had never been. */
  *rested(now: Millis): Iterable<string> {
    for (const [key, time] of this.times) if (time <= now) yield key;
  }
}
