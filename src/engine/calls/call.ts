/** Calls of something outside: what they are given, what becomes of them, and what they are made with. */
import type { Millis } from '../../stream/time.ts';
import { Unavailable } from '../../errors.ts';
import type { Clock } from '../clock.ts';
import type { RunnerOptions } from '../runner-options.ts';
import type { TaskRuntime } from '../runtime.ts';

/** What work is told beside its value. */
export interface AsyncCall {
  /**
   * The same whenever this value is worked on, after a crash and in a replay too: for a receiver that does once what it
   * is asked for twice.
   */
  readonly id: string;
  /** 1 at the first try. */
  readonly attempt: number;
  /** Aborts when the time of the try is over, and when the task is told to stop: what is awaited then is not awaited any more. */
  readonly signal: AbortSignal;
}

/** What became of a value: its result as the journal keeps it, or why there is none. */
export type Outcome<R> = { readonly result: R } | { readonly failure: string };

/** Clock and end, which calls are given from outside. */
export interface CallPorts {
  readonly clock: Clock;
  /** Aborts when the task is told to stop. */
  readonly signal: AbortSignal;
  /** Tells whoever watches that the work of a step does not get on. */
  readonly waiting: (step: string, why: string, attempt: number) => void;
}

export const callPorts = (
  task: TaskRuntime,
  { clock, observer }: Pick<RunnerOptions, 'clock' | 'observer'>,
  signal: AbortSignal,
): CallPorts => ({
  clock,
  signal,
  waiting: (step, why, attempt) =>
    observer?.waiting?.(task, `'${step}'`, new Unavailable(why, 'It is tried again'), attempt),
});

/** What the calls of a step have come to since its task was opened. Plain data. */
export interface CallCounts {
  /** Tries, the repeated ones included. */
  calls: number;
  retries: number;
  timeouts: number;
  /** Values given up for good. */
  failures: number;
  /** Tries under way. */
  underWay: number;
}

export const noCalls = (): CallCounts => ({ calls: 0, retries: 0, timeouts: 0, failures: 0, underWay: 0 });

/** A try took longer than it may. */
export class TimedOut extends Error {
  constructor(timeout: Millis) {
    super(`no answer within ${timeout} ms`);
  }
}
