import { Unavailable } from '../errors.ts';
import { seconds, type Millis } from '../stream/time.ts';
import type { Clock } from './clock.ts';

const firstWait: Millis = 50;
const longestWait = seconds(5);

/** Tells whoever watches that a port does not answer. */
export type OnWait = (what: string, error: Unavailable, attempt: number) => void;

/** Thrown when the wait is given up because the task has been told to stop. */
export class Interrupted extends Error {}

/**
 * Tries until it succeeds, with growing waits: a port that is away slows the task down, it never makes it lose or
 * skip anything. Every other error is the caller's.
 */
export async function retrying<R>(
  what: string,
  work: () => Promise<R> | R,
  clock: Clock,
  signal: AbortSignal,
  onWait: OnWait,
): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      onWait(what, error, attempt);
      await clock.sleep(Math.min(longestWait, firstWait * 2 ** Math.min(attempt - 1, 10)), signal);
      if (signal.aborted) throw new Interrupted(`${what} was given up: ${error.message}`);
    }
  }
}
