/** Plans that take the place of the newest one, of which nothing was emitted: its push fails whenever it is executed. */
import { wordsOf } from '../stream/framing.ts';
import { type EpochTooLarge, halved, skipOf, tooLargeForGood } from './calls/epoch-too-large.ts';
import type { UnknownSchema } from './input.ts';
import type { Plan, Skip } from './plan.ts';
import { RecordFailed } from './record-failed.ts';
import { failedNow } from './recovery-errors.ts';
import type { TaskRuntime } from './runtime.ts';

/**
 * What to do instead: a record that failed is skipped, an epoch that was too large reads half of it, or skips the one
 * record that is too large by itself. `planned` is the epoch of the newest plan: older ones had succeeded.
 */
export function planInstead(
  task: TaskRuntime,
  plan: Plan,
  planned: number,
  why: RecordFailed | EpochTooLarge,
): Omit<Plan, 'fence'> {
  if (why instanceof RecordFailed) return skipping(task, plan, planned, why.skip);
  const smaller = halved(plan);
  if (smaller !== undefined && plan.epoch === planned) return smaller;
  if (why.place === undefined) throw tooLargeForGood(task, why);
  return skipping(task, plan, planned, { ...skipOf(why.place), reason: why.message });
}

function skipping(task: TaskRuntime, plan: Plan, planned: number, skip: Skip): Omit<Plan, 'fence'> {
  if (plan.epoch !== planned) throw failedNow(task, plan.epoch, skip);
  // Asynchronous results are those of the values in their order, of which there are fewer now.
  const { failures: _failures, order: _order, ...kept } = plan;
  return { ...kept, results: {}, skip: [...plan.skip, skip] };
}

export const unregistered = (unknown: UnknownSchema): RecordFailed =>
  new RecordFailed({ ...unknown.at, reason: `no schema with ${wordsOf(unknown.reference)} is registered` }, unknown);
