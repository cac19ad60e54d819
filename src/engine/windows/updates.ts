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
  readonly #withholds: boolean;
  #changed = false;
  /** As of the last checkpoint. */
  #before = { round: 0, at: -Infinity };
  /** Once there is an entry it is kept true, also after the throttle was taken away. */
  #stored = false;

  /** `withholds` says whether what changed may still be untold when a checkpoint is made. */
  constructor({ throttle, withholds }: { readonly throttle: Millis; readonly withholds: boolean }) {
    this.throttle = throttle;
    this.#withholds = withholds;
  }

  /** The clock at which the next round may begin. */
  get next(): Millis {
    return this.#at + this.throttle;
  }

  /** Everything that changed has been emitted. */
  emitted(clock: Millis): void {
    this.round++;
    this.#at = clock;
    this.#changed = this.#stored || this.#withholds;
  }

  get change(): string | undefined {
    return this.#changed ? JSON.stringify([this.round, this.#at]) : undefined;
  }

  committed(): void {
    this.#stored ||= this.#changed;
    this.#changed = false;
    this.#before = { round: this.round, at: this.#at };
  }

  undo(): void {
    this.#changed = false;
    this.round = this.#before.round;
    this.#at = this.#before.at;
  }

  restore(header: string): void {
    const [round = 0, at = -Infinity] = numbersOf(header);
    this.#stored = true;
    this.#before = { round, at };
    this.undo();
  }
}

const numbersOf = (header: string): number[] => {
  const parsed: unknown = JSON.parse(header);
  return Array.isArray(parsed) ? parsed.map(Number) : [];
};
