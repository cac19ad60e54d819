import { seconds } from '../stream/time.ts';
import type { Plan } from './plan.ts';
import type { TaskRuntime } from './runtime.ts';

/** A partition without records gets a marker at most this often, by the journalled clock. */
export const markerInterval = seconds(1);

/**
 * Tells the readers of each output partition how far event time has come where no record tells them. Called again
 * after a failed flush it adds nothing, because the partitions are marked by then.
 */
export function markOutputs(task: TaskRuntime, plan: Plan): void {
  const turnedIdle = task.eventTime.turnedIdle;
  for (const output of task.outputs.values()) {
    if (!output.read) continue;
    output.positions.forEach((position, partition) => {
      if (position.marked >= task.outputWatermark) return;
      if (turnedIdle || plan.clock - position.markedAt >= markerInterval) task.mark(output, partition);
    });
  }
}
