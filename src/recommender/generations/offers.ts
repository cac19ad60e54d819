import type { Signalling } from '../domain/configured.ts';
import type { GenerationSignal } from '../domain/generation-signals.ts';

/** Signals that wait for an epoch, oldest first. Few: whoever offers waits until they are taken. */
export class Offers implements Pick<Signalling, 'ready' | 'wait'> {
  #signals: GenerationSignal[] = [];
  readonly #waiting = new Set<() => void>();

  get isEmpty(): boolean {
    return this.#signals.length === 0;
  }

  add(signal: GenerationSignal): void {
    this.#signals.push(signal);
    for (const wake of this.#waiting) wake();
  }

  remove(signal: GenerationSignal): void {
    const text = JSON.stringify(signal);
    const at = this.#signals.findIndex(offered => JSON.stringify(offered) === text);
    if (at >= 0) this.#signals.splice(at, 1);
  }

  clear(): void {
    this.#signals = [];
  }

  ready(most: number): readonly GenerationSignal[] {
    return this.#signals.slice(0, most);
  }

  async wait(signal: AbortSignal): Promise<void> {
    if (!this.isEmpty || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    signal.addEventListener('abort', () => resolve());
    try {
      await promise;
    } finally {
      this.#waiting.delete(resolve);
    }
  }
}
