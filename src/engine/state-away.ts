import type { Unavailable } from '../errors.ts';
import type { TaskRunner } from './runner.ts';
import type { TaskRuntime } from './runtime.ts';

/**
 * The state did not answer a step in the middle of an epoch. No record is at fault, and the call alone cannot be repeated:
 * the epoch is undone, and done again once `again` succeeds. Never leaves the engine. Not `Unavailable`, which operators
 * of the topology may throw too: what they throw for a record would be waited for for ever.
 */
export class StateAway extends Error {
  readonly why: Unavailable;
  /** The read that failed. */
  readonly again: () => unknown;

  constructor(why: Unavailable, again: () => unknown) {
    super(why.message, { cause: why });
    this.why = why;
    this.again = again;
  }
}

/** Why an epoch ended with `error`: whatever a step, or the topology, made of it that the state was away. */
export const reasonOfEnd = ({ failure }: TaskRuntime, error: unknown): unknown =>
  failure?.error instanceof StateAway ? failure.error : error;

/** Waits until the state answers, as for any port that is away: the first attempt is the one that has failed. */
export function answered(run: TaskRunner, { why, again }: StateAway): Promise<unknown> {
  let hasFailed = false;
  return run.retrying('state', () => {
    if (hasFailed) return again();
    hasFailed = true;
    throw why;
  });
}
