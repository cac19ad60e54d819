import { Unavailable } from '../errors.ts';
import { seconds, type Millis } from '../stream/time.ts';
import type { Clock } from './clock.ts';

const firstWait: Millis = 50;
const longestWait = seconds(5);
/** Once the task has been told to stop, a call under way is waited for so long: what is on its way mostly arrives. */
const patience = seconds(5);

/** Tells whoever watches that a port does not answer. */
export type OnWait = (what: string, error: Unavailable, attempt: number) => void;

/** Thrown when the wait is given up because the task has been told to stop. A call under way may still be carried out. */
export class Interrupted extends Error {}

/** Work of the task's own was left off for the stop, and is undone: no port is at fault, so the end is an orderly one. */
export class LeftOff extends Interrupted {}

/** A call that takes long says so whenever it has come on: nobody gives up what is getting done. */
export type Work<R> = (comesOn: () => void) => Promise<R> | R;

/**
 * Tries until it succeeds, with growing waits: a port that is away slows the task down, it never makes it lose or
 * skip anything. Every other error is the caller's.
 */
export async function retrying<R>(
  what: string,
  work: Work<R>,
  clock: Clock,
  signal: AbortSignal,
  onWait: OnWait,
): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await inTime(what, work, clock, signal);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      onWait(what, error, attempt);
      await clock.sleep(Math.min(longestWait, firstWait * 2 ** Math.min(attempt - 1, 10)), signal);
      if (signal.aborted) throw new Interrupted(`${what} was given up: ${error.message}`);
    }
  }
}

const isOver = Symbol('over');

/** A port that is silent owes its answer for as long as its own limits say, which may be minutes: nobody stops so late. */
async function inTime<R>(what: string, work: Work<R>, clock: Clock, signal: AbortSignal): Promise<R> {
  let steps = 0;
  const call = work(() => void steps++);
  if (clock.overdue === undefined || !(call instanceof Promise)) return call;
  const over = new AbortController();
  const late = Promise.withResolvers<never>();
  const stop = async (): Promise<void> => {
    for (let known = -1; known !== steps && !over.signal.aborted;) {
      known = steps;
      await clock.overdue?.(patience, over.signal);
    }
    late.reject(new Interrupted(`${what} was given up: no answer for ${patience} ms after the task was told to stop`));
  };
  const stopped = (): void => void stop();
  signal.addEventListener('abort', stopped);
  if (signal.aborted) stopped();
  try {
    return await Promise.race([call, late.promise]);
  } finally {
    signal.removeEventListener('abort', stopped);
    late.promise.catch(() => {}); // who is told late is not told at all
    over.abort(isOver); // a reason of its own: the usual one is an error, with a stack, for each step of each epoch
  }
}
