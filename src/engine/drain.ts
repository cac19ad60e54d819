import type { CallPorts } from './calls/call.ts';
import { drainedOf, withDrained } from './calls/drained.ts';
import type { Plan } from './plan.ts';
import type { TaskRuntime } from './runtime.ts';

/**
 * Awaits the work of all asynchronous steps that the plan does not have yet, side by side. Answers the plan with what
 * has to be journalled, and the very same object where that is nothing.
 */
export async function drained(task: TaskRuntime, plan: Plan, ports: CallPorts): Promise<Plan> {
  const { drains } = task;
  // All of them come to their end: one that failed leaves no call of another behind.
  const ends = await Promise.allSettled(drains.map(({ name, work }) => work(drainedOf(plan, name), ports)));
  return ends.reduce((made, end, index) => {
    if (end.status === 'rejected') throw end.reason;
    const name = drains[index]?.name;
    return end.value === undefined || name === undefined ? made : withDrained(made, name, end.value);
  }, plan);
}
