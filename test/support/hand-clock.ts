/** A clock that stands still: whoever sleeps does so until the test lets all of them look again. */
import { setImmediate } from 'node:timers/promises';
import type { Millis } from '../../src/stream/time.ts';

export function handClock(start: Millis) {
  const sleepers = new Set<() => void>();
  const clock = {
    time: start,
    now: () => clock.time,
    sleep: (_: Millis, signal: AbortSignal) =>
      new Promise<void>(resolve => {
        const wake = (): void => {
          sleepers.delete(wake);
          resolve();
        };
        if (signal.aborted) return wake();
        signal.addEventListener('abort', wake, { once: true });
        sleepers.add(wake);
      }),
  };
  /** Once so many sleep, all look once, so much later. */
  const poll = async (least = 1, later: Millis = 0): Promise<void> => {
    while (sleepers.size < least) await setImmediate();
    clock.time += later;
    for (const wake of sleepers) wake();
  };
  return { clock, poll };
}
