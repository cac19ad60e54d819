/** Those who wait for what is written: woken by writes of this process, by the bell, and by a slow look of their own. */
import type { Millis } from './stream/time.ts';
import type { Bell } from './sqlite-bell.ts';

/** What somebody waits for, in which parts of the database. */
export interface Wanted<K> {
  readonly parts: ReadonlySet<K>;
  /** Asks the database. */
  readonly isGrown: () => boolean;
}

interface Waiter<K> extends Wanted<K> {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Tail<K> {
  readonly #waiting = new Set<Waiter<K>>();
  readonly #bell: Bell | undefined;
  readonly #recheckMs: Millis;
  readonly #changedElsewhere: () => boolean;
  #recheck: NodeJS.Timeout | undefined;
  #closed = false;

  /** Watching files is best effort, so waiters look themselves every `recheckMs`; without a bell nobody else writes. */
  constructor(bell: Bell | undefined, recheckMs: Millis, changedElsewhere: () => boolean) {
    this.#bell = bell;
    this.#recheckMs = recheckMs;
    this.#changedElsewhere = changedElsewhere;
  }

  /** Resolves once `isGrown` answers true, the signal aborts or the tail is closed. */
  async wait(wanted: Wanted<K>, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter<K> = { ...wanted, resolve, reject };
    signal.addEventListener('abort', waiter.resolve, { once: true });
    try {
      // Listening comes first: what is written between the look and the sleep would be missed otherwise.
      this.#enter(waiter);
      this.#look(waiter);
      await promise;
    } finally {
      signal.removeEventListener('abort', waiter.resolve);
      this.#leave(waiter);
    }
  }

  /** Something was written to these parts, here. */
  written(parts: readonly K[]): void {
    if (this.#closed) return; // committed while the database was being closed: others find it at their next look
    for (const waiter of this.#waiting) if (parts.some(part => waiter.parts.has(part))) this.#look(waiter);
    this.#bell?.ring();
  }

  /** Ends all waiting. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiting) waiter.resolve();
    clearInterval(this.#recheck);
    this.#bell?.close();
  }

  /** The bell also tells of what was written here: then nothing has changed elsewhere, and nobody has to look. */
  readonly #wake = (): void => {
    try {
      if (!this.#changedElsewhere()) return;
    } catch (error) {
      return this.#fail(error);
    }
    for (const waiter of this.#waiting) this.#look(waiter);
  };

  #look(waiter: Waiter<K>): void {
    try {
      if (waiter.isGrown()) waiter.resolve();
    } catch (error) {
      waiter.reject(error);
    }
  }

  #enter(waiter: Waiter<K>): void {
    this.#waiting.add(waiter);
    this.#bell?.listen(this.#wake, error => this.#fail(error));
    // It also keeps a process alive that has nothing to do but wait for others.
    if (this.#bell !== undefined) this.#recheck ??= setInterval(this.#wake, this.#recheckMs);
  }

  #leave(waiter: Waiter<K>): void {
    this.#waiting.delete(waiter);
    if (this.#waiting.size > 0) return;
    clearInterval(this.#recheck);
    this.#recheck = undefined;
  }

  #fail(error: unknown): void {
    for (const waiter of this.#waiting) waiter.reject(error);
  }
}
