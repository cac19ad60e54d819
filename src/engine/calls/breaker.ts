/** Keeps calls away from what fails again and again (M. Nygard, Release It!, "Circuit Breaker"): values wait, none is lost. */
import type { Millis } from '../../stream/time.ts';
import type { CallPorts } from './call.ts';

/** When calls to what is down are held back. */
export interface BreakerOptions {
  /** Tries that fail one after the other, whichever values they are for, until nobody calls any more. */
  readonly failures: number;
  /** For how long nobody calls; then one try shows whether the others go on. */
  readonly openFor: Millis;
}

export type BreakerState = 'closed' | 'open' | 'half-open';

/** One for all calls of a step. Nothing of it is journalled: it decides when something is called, never what comes of it. */
export class Breaker {
  readonly #options: BreakerOptions;
  #state: BreakerState = 'closed';
  #failedInARow = 0;
  #openUntil: Millis = -Infinity;
  #cooling: Promise<void> | undefined;
  /** The one try of a half-open breaker has come to its end. */
  #tried = Promise.withResolvers<void>();

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Resolves when a call may be made, or the signal has aborted. */
  async admit({ clock, signal }: Pick<CallPorts, 'clock' | 'signal'>): Promise<void> {
    while (this.#state !== 'closed' && !signal.aborted) {
      if (this.#state === 'half-open') await this.#tried.promise;
      else {
        // Once: a clock that stands still wakes everybody at once, and nobody may wait for it for ever.
        await (this.#cooling ??= clock.sleep(Math.max(0, this.#openUntil - clock.now()), signal));
        if (this.#becomesTry()) return;
      }
    }
  }

  succeeded(): void {
    this.#failedInARow = 0;
    this.#become('closed');
  }

  /** Whether it has opened by this failure. */
  failed(now: Millis): boolean {
    this.#failedInARow++;
    if (this.#state === 'open') return false;
    if (this.#state === 'closed' && this.#failedInARow < this.#options.failures) return false;
    this.#openUntil = now + this.#options.openFor;
    this.#cooling = undefined;
    this.#become('open');
    return true;
  }

  /** Of all who waited for the end of the time, the first one. */
  #becomesTry(): boolean {
    if (this.#state !== 'open') return false;
    this.#tried = Promise.withResolvers();
    this.#state = 'half-open';
    return true;
  }

  #become(state: BreakerState): void {
    this.#state = state;
    this.#tried.resolve();
  }
}
