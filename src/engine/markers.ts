import { seconds } from '../stream/time.ts';
import { noTime } from './event-time.ts';
import type { Plan } from './plan.ts';
import type { TaskRuntime } from './runtime.ts';

/** A partition without records gets a marker at most this often, by the journalled clock. */
export const markerInterval = seconds(1);

/**
 * Tells the readers of each output partition how far event time has come where no record tells them. Called again
 * after a failed flush it adds nothing, because the partitions are marked by then.
 */
export function markOutputs(task: TaskRuntime, plan: Plan): void {
  const { turnedIdle, timeless } = task.eventTime;
  const watermark = timeless ? noTime : task.outputWatermark;
  for (const output of task.outputs.values()) {
    if (!output.timed) continue;
    output.positions.forEach((position, partition) => {
      // Readers that were told not to wait have to be told at once that there is event time again.
      const withdrawn = position.marked === noTime && watermark !== noTime && watermark > -Infinity;
      if (!withdrawn && position.marked >= watermark) return;
      const due = turnedIdle || timeless || withdrawn || plan.clock - position.markedAt >= markerInterval;
      if (due) task.mark(output, partition, watermark);
    });
  }
}
