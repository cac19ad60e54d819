import { Interrupted, LeftOff } from './retry.ts';

/** Lets the signals under which a task works also end its waiting for ports that do not answer. */
export class Stopping {
  readonly #controller = new AbortController();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Throws where the task has been told to stop. */
  check(what: string): void {
    if (this.signal.aborted) throw new Interrupted(`${what} was told to stop`);
  }

  /** Works until it is done, or `Interrupted` because the signal aborted. */
  async by<R>(signal: AbortSignal, work: () => Promise<R>): Promise<R> {
    const stop = (): void => this.#controller.abort();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    try {
      return await work();
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** As `by`; that the signal ended it is as good an end as any. */
  async until(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    try {
      await this.by(signal, work);
    } catch (error) {
      // The epoch under way was given up; its plan is executed again at the next start.
      if (!(this.signal.aborted && error instanceof Interrupted)) throw error;
    }
  }
}

/** Works until it is done, or left off: that keeps nothing of what was done before from an orderly end. */
export async function orLeftOff(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof LeftOff)) throw error;
  }
}

/** A signal that nobody aborts. */
export const never: AbortSignal = new AbortController().signal;
