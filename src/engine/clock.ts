import { setImmediate } from 'node:timers/promises';
import type { Millis } from '../stream/time.ts';

/** Wall-clock time and waiting, given from outside so that a simulation decides both. */
export interface Clock {
  now(): Millis;
  /** Resolves after `duration`, or when the signal aborts. */
  sleep(duration: Millis, signal: AbortSignal): Promise<void>;
  /** Lets everything else of the process have its turn: an embedded log never leaves the microtask queue by itself. */
  turn(): Promise<void>;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  turn: () => setImmediate(),
  sleep: (duration, signal) =>
    new Promise(resolve => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(duration, longestTimer));
      signal.addEventListener('abort', done);
    }),
};

/** setTimeout takes no more; whoever waits longer is woken early and waits again. */
const longestTimer = 2 ** 31 - 1;
