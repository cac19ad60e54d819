/** A clock that the test alone moves: who sleeps is woken when the time has come, or by the signal. */
export function wakingClock(begin: number) {
  let time = begin;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  return {
    now: () => time,
    sleep: (duration: number, signal: AbortSignal) =>
      new Promise<void>(resolve => {
        if (signal.aborted || duration <= 0) return resolve();
        const sleeper = { until: time + duration, wake: resolve };
        sleepers.add(sleeper);
        signal.addEventListener('abort', () => (sleepers.delete(sleeper), resolve()), { once: true });
      }),
    advance: (duration: number): void => {
      time += duration;
      for (const sleeper of sleepers)
        if (sleeper.until <= time) {
          sleepers.delete(sleeper);
          sleeper.wake();
        }
    },
  };
}
