import type { Clock } from '../engine/clock.ts';
import type { Millis } from '../stream/time.ts';

/** A wall clock that only the test moves, and never back. */
export class TestClock implements Clock {
  #time: Millis;

  constructor(start: Millis) {
    this.#time = start;
  }

  now(): Millis {
    return this.#time;
  }

  moveTo(time: Millis): void {
    this.#time = Math.max(this.#time, time);
  }

  /** Whoever waits is woken at once, and finds that no time has passed. */
  async sleep(): Promise<void> {}

  async turn(): Promise<void> {}
}
