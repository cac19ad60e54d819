/** Wakes one who waits for anything to change. Rung while nobody waits, it wakes the next one at once. */
export class Bell {
  #rung = Promise.withResolvers<void>();

  ring(): void {
    this.#rung.resolve();
  }

  /** Resolves once it was rung since the last time, or when the signal aborts. */
  async heard(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const aborted = Promise.withResolvers<void>();
    const abort = (): void => aborted.resolve();
    signal.addEventListener('abort', abort);
    try {
      await Promise.race([this.#rung.promise, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
    this.#rung = Promise.withResolvers<void>();
  }
}
