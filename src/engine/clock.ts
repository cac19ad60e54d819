import { setImmediate } from 'node:timers/promises';
import type { Millis } from '../stream/time.ts';

/** Wall-clock time and waiting, given from outside so that a simulation decides both. */
export interface Clock {
  now(): Millis;
  /** Resolves after `duration`, or when the signal aborts. */
  sleep(duration: Millis, signal: AbortSignal): Promise<void>;
  /** As `sleep`, for whoever owes an answer and may never give it. A simulation, in which all calls end, needs none. */
  overdue?(duration: Millis, signal: AbortSignal): Promise<void>;
  /** In [0, 1): what a wait between two tries is shortened to, so that who failed together comes back apart; whole where absent. */
  jitter?(): number;
  /** Lets everything else of the process have its turn: an embedded log never leaves the microtask queue by itself. */
  turn(): Promise<void>;
}

const sleep = (duration: Millis, signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(duration, longestTimer));
    signal.addEventListener('abort', done);
  });

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  turn: () => setImmediate(),
  sleep,
  overdue: sleep,
  jitter: Math.random,
};

/** setTimeout takes no more; whoever waits longer is woken early and waits again. */
const longestTimer = 2 ** 31 - 1;
