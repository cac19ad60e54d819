/** Calls that touch the same key are done one after the other, in the order in which they were made. */
import { Unavailable } from '../../errors.ts';

/** Calls that may wait; whoever comes then is told to come again. */
const mostWaiting = 10_000;

export class Turns {
  readonly #last = new Map<string, Promise<void>>();
  #waiting = 0;

  /** All keys are taken in one moment, so that no two calls wait for each other. */
  async take<R>(keys: readonly string[], work: () => Promise<R>): Promise<R> {
    if (this.#waiting >= mostWaiting)
      throw new Unavailable(
        `More than ${mostWaiting} calls to the documents are under way`,
        'They are tried again; slow down what makes them',
      );
    const before = keys.flatMap(key => this.#last.get(key) ?? []);
    const done = Promise.withResolvers<void>();
    for (const key of keys) this.#last.set(key, done.promise);
    this.#waiting += 1;
    try {
      await Promise.all(before);
      return await work();
    } finally {
      this.#waiting -= 1;
      for (const key of keys) if (this.#last.get(key) === done.promise) this.#last.delete(key);
      done.resolve();
    }
  }
}
