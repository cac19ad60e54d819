/** Something that is asked of the server: what was known last, and how the newest question went. */
import { type ReadonlySignal, signal } from '@preact/signals';

export interface Known<T> {
  /** The newest answer; a question under way or one that failed does not take it away. */
  readonly value: T | undefined;
  /** When it came, milliseconds since 1970. */
  readonly at: number;
  readonly asking: boolean;
  readonly failure: Error | undefined;
}

const nothing = { value: undefined, at: 0, asking: false, failure: undefined } as const;

/** Asks one question at a time: a newer one gives up the older. */
export class Resource<T> {
  readonly #known = signal<Known<T>>(nothing);
  readonly #now: () => number;
  #underWay: AbortController | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  get known(): ReadonlySignal<Known<T>> {
    return this.#known;
  }

  /** Never rejects: a failure is part of what is known, and stands beside the last good answer. */
  async ask(question: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.#underWay?.abort();
    const own = new AbortController();
    this.#underWay = own;
    this.#known.value = { ...this.#known.peek(), asking: true };
    try {
      const value = await question(own.signal);
      if (this.#underWay === own) this.#known.value = { value, at: this.#now(), asking: false, failure: undefined };
    } catch (error) {
      if (this.#underWay !== own) return; // nobody waits for it any more
      const failure = error instanceof Error ? error : new Error(String(error));
      this.#known.value = { ...this.#known.peek(), asking: false, failure };
    }
  }

  /** Forgets what is known, for instance because it was about somebody else. */
  forget(): void {
    this.#underWay?.abort();
    this.#underWay = undefined;
    this.#known.value = nothing;
  }
}
