/** A source of signals as a test plays it: what is offered is ready until an epoch has taken it. */
import type { SignalSource } from '../../src/engine/operators/signals.ts';

export class OfferedSignals<S> implements SignalSource<S> {
  readonly taken: (value: S) => void;
  readonly took: S[] = [];
  #offered: S[] = [];
  #waiting: (() => void)[] = [];

  constructor() {
    this.taken = value => {
      this.took.push(value);
      this.#offered = this.#offered.filter(other => JSON.stringify(other) !== JSON.stringify(value));
    };
  }

  offer(...values: readonly S[]): void {
    this.#offered.push(...values);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Another process has another source, which knows nothing of what was offered to this one. */
  forget(): void {
    this.#offered = [];
  }

  ready(most: number): readonly S[] {
    return this.#offered.slice(0, most);
  }

  wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#offered.length > 0 || signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
    this.#waiting.push(resolve);
    return promise;
  }
}
