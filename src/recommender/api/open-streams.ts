/** Answers that go on until somebody ends them: a server that closes waits for their end, but not for ever. */
import type { ServerResponse } from 'node:http';
import type { LiveClock } from './live/watchers.ts';

/** A reader that has not read the end by then is cut off. */
const patience_ms = 1_000;

export class OpenStreams {
  readonly #open = new Set<ServerResponse>();
  #isEmpty = Promise.withResolvers<void>();

  add(response: ServerResponse): void {
    this.#open.add(response);
    response.once('close', () => {
      this.#open.delete(response);
      if (this.#open.size === 0) this.#isEmpty.resolve();
    });
  }

  /** Resolves when all have ended; whoever ends them has done so. */
  async ended(clock: LiveClock): Promise<void> {
    if (this.#open.size === 0) return;
    const waiting = new AbortController();
    this.#isEmpty = Promise.withResolvers();
    await Promise.race([this.#isEmpty.promise, clock.sleep(patience_ms, waiting.signal)]);
    waiting.abort();
    for (const response of this.#open) response.destroy();
  }
}
