/** Holds back what is said too often, and remembers how often: a flood fills no disk. */
import type { Millis } from '../../stream/time.ts';

export interface LimitOptions {
  /** Lines of the same kind that pass within a window. */
  readonly lines: number;
  readonly window: Millis;
}

/** How often something was held back since its window began. */
export interface HeldBack {
  readonly key: string;
  readonly count: number;
}

/** Kinds that are told apart; of further ones all together pass as often as one. */
const mostKeys = 256;
const others = 'others';

interface Window {
  readonly since: Millis;
  passed: number;
  held: number;
}

export class Limiter {
  readonly #options: LimitOptions;
  readonly #windows = new Map<string, Window>();

  constructor(options: LimitOptions) {
    this.#options = options;
  }

  /** Whether a line of this kind may pass now. */
  admit(given: string, now: Millis): boolean {
    const key = this.#windows.has(given) || this.#windows.size < mostKeys ? given : others;
    const window = this.#windows.get(key) ?? { since: now, passed: 0, held: 0 };
    this.#windows.set(key, window);
    if (window.passed < this.#options.lines) window.passed++;
    else window.held++;
    return window.held === 0;
  }

  /** Forgets the windows that are over, also where the clock went back, and answers what they held back. */
  over(now: Millis): readonly HeldBack[] {
    const over = [...this.#windows].filter(([, { since }]) => now >= since + this.#options.window || now < since);
    return this.#forget(over);
  }

  /** Forgets all windows, and answers what they held back. */
  end(): readonly HeldBack[] {
    return this.#forget([...this.#windows]);
  }

  #forget(windows: readonly (readonly [string, Window])[]): readonly HeldBack[] {
    for (const [key] of windows) this.#windows.delete(key);
    return windows.flatMap(([key, { held }]) => (held > 0 ? [{ key, count: held }] : []));
  }
}
