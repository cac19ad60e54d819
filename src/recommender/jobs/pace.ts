import type { Clock } from '../../engine/clock.ts';
import { MillraceError } from '../../errors.ts';
import type { Millis } from '../../stream/time.ts';

/** A rate that no record could be sent at. */
export class InvalidRate extends MillraceError {
  readonly code = 'INVALID_RATE';
}

/** When the next record of a steady rate is due. */
export class Pace {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #began: Millis;
  #records = 0;

  /** `perSecond` may be Infinity. @throws {InvalidRate} where it is not above 0 */
  constructor(clock: Clock, perSecond: number) {
    if (!(perSecond > 0)) throw new InvalidRate(`The rate is ${perSecond} records a second`, 'Give a number above 0');
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#began = clock.now();
  }

  /**
   * Counts a record and waits until it is due, or the signal aborts. Calls `beforeWaiting` first where it has to wait,
   * so that what came before is not held back meanwhile.
   */
  async next(signal: AbortSignal, beforeWaiting: () => Promise<void>): Promise<void> {
    const due = this.#began + (this.#records++ * 1_000) / this.#perSecond;
    if (due <= this.#clock.now()) return;
    await beforeWaiting();
    // A timer may fire early, and a clock takes no more than it can.
    for (let left = due - this.#clock.now(); left > 0 && !signal.aborted; left = due - this.#clock.now())
      await this.#clock.sleep(left, signal);
  }
}
