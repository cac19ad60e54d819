import type { Grid } from './grid.ts';
import { greatestCommonDivisor, type Hopping, type Millis } from './spec.ts';

/** Tumbling and hopping windows: multiples of a step. A pane is as wide as the greatest divisor of size and step. */
export class Hops implements Grid {
  readonly #size: Millis;
  readonly #every: Millis;
  readonly #width: Millis;

  constructor({ size, every }: Hopping) {
    this.#size = size;
    this.#every = every;
    this.#width = greatestCommonDivisor(size, every);
  }

  paneOf(time: Millis): Millis {
    return Math.floor(time / this.#width) * this.#width + 0; // never -0
  }

  lastWindowOf(time: Millis): Millis {
    return Math.floor(time / this.#every) * this.#every + 0;
  }

  firstWindowOf(pane: Millis, ended: Millis): Millis {
    const before = Math.max(pane, ended) - this.#size;
    return Math.floor(before / this.#every) * this.#every + this.#every;
  }

  next(window: Millis): Millis {
    return window + this.#every;
  }

  endOf(window: Millis): Millis {
    return window + this.#size;
  }

  panesOf(window: Millis): readonly Millis[] {
    return Array.from({ length: this.#size / this.#width }, (_, n) => window + n * this.#width);
  }

  keep(): void {}
}
