import type { Plan } from './plan.ts';
import type { TaskRuntime } from './runtime.ts';

/**
 * Results of every asynchronous step: those of the plan where it has them, and the very same object where it has
 * all; the others are awaited now.
 */
export async function drainResults(task: TaskRuntime, plan: Plan): Promise<Plan['results']> {
  const missing = task.drains.filter(({ name }) => plan.results[name] === undefined);
  if (missing.length === 0) return plan.results;
  const results = { ...plan.results };
  for (const work of missing) results[work.name] = [...(await work.results())];
  return results;
}
