import type { Millis } from './spec.ts';

/** The entry of a step's state that is no window's. Sorts after those of windows, which begin with a number. */
export const updatesId = '~';

/**
 * When updates are emitted: at the end of each epoch or, throttled, of the first one at least `throttle` after the
 * last that emitted. What changed since then bears the number of the current round.
 */
export class Updates {
  round = 0;
  #at: Millis = -Infinity;
  readonly throttle: Millis;
  #changed = false;
  /** Once there is an entry it is kept true, also after the throttle was taken away. */
  #stored = false;

  constructor(throttle: Millis) {
    this.throttle = throttle;
  }

  /** The clock at which the next round may begin. */
  get next(): Millis {
    return this.#at + this.throttle;
  }

  /** Everything that changed has been emitted. */
  emitted(clock: Millis): void {
    this.round++;
    this.#at = clock;
    this.#changed = this.#stored || this.throttle > 0;
  }

  get change(): string | undefined {
    return this.#changed ? JSON.stringify([this.round, this.#at]) : undefined;
  }

  committed(): void {
    this.#stored ||= this.#changed;
    this.#changed = false;
  }

  /** Undefined before the first emission. */
  restore(header: string | undefined): void {
    this.#changed = false;
    this.#stored = header !== undefined;
    const [round, at] = header === undefined ? [0, -Infinity] : numbersOf(header);
    this.round = round ?? 0;
    this.#at = at ?? -Infinity;
  }
}

const numbersOf = (header: string): number[] => {
  const parsed: unknown = JSON.parse(header);
  return Array.isArray(parsed) ? parsed.map(Number) : [];
};
