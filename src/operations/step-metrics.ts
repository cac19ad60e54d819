/** What the steps of topologies do, as metrics: the tasks of this process together, so that there are as many as steps. */
import type { Registry } from 'prom-client';
import type { NodeFigures } from '../engine/meter.ts';
import { registerReadCounter } from './read-metrics.ts';
import type { TopologyNode } from './step-sums.ts';

type Counted = Exclude<keyof NodeFigures, 'node'>;

const counters: readonly (readonly [name: string, help: string, of: Counted, unit: number])[] = [
  ['millrace_step_values_in_total', 'Values that came to the step, or into the stream or collection', 'in', 1],
  ['millrace_step_values_out_total', 'Values that the step gave, or the stream that is read', 'out', 1],
  ['millrace_step_late_total', 'Values that came too late for the step, and went to task.late', 'late', 1],
  ['millrace_step_errors_total', 'Values and ends of epochs that the step failed on', 'errors', 1],
  ['millrace_step_timed_values_total', 'Values of which the time was taken: one record in 64', 'timed', 1],
  ['millrace_step_timed_seconds_total', 'Time of those in the step, without the steps after it', 'timed_ms', 1e-3],
  ['millrace_step_epoch_ends_seconds_total', 'Time of the step at the ends of epochs', 'ends_ms', 1e-3],
];

/** `steps` is asked whenever the metrics are read. */
export function registerStepMetrics(registry: Registry, steps: () => readonly TopologyNode[]): void {
  const labelNames = ['topology', 'node'] as const;
  for (const [name, help, of, unit] of counters)
    registerReadCounter(registry, {
      name,
      help,
      labelNames,
      values: () => steps().map(({ topology, node, [of]: value }) => [{ topology, node }, value * unit]),
    });
}
