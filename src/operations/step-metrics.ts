/** What the steps of topologies do, as metrics: the tasks of this process together, so that there are as many as steps. */
import type { Registry } from 'prom-client';
import type { NodeFigures } from '../engine/meter.ts';
import { registerReadCounter } from './read-metrics.ts';
import type { TaskStats } from './task-stats.ts';

type Counted = Exclude<keyof NodeFigures, 'node'>;

/** A node of a topology, over its tasks. */
export interface TopologyNode extends NodeFigures {
  readonly topology: string;
}

const counters: readonly (readonly [name: string, help: string, of: Counted, unit: number])[] = [
  ['millrace_step_values_in_total', 'Values that came to the step, or into the stream or collection', 'in', 1],
  ['millrace_step_values_out_total', 'Values that the step gave, or the stream that is read', 'out', 1],
  ['millrace_step_late_total', 'Values that came too late for the step, and went to task.late', 'late', 1],
  ['millrace_step_errors_total', 'Values and ends of epochs that the step failed on', 'errors', 1],
  ['millrace_step_timed_values_total', 'Values of which the time was taken: one record in 64', 'timed', 1],
  ['millrace_step_timed_seconds_total', 'Time of those in the step, without the steps after it', 'timed_ms', 1e-3],
  ['millrace_step_epoch_ends_seconds_total', 'Time of the step at the ends of epochs', 'ends_ms', 1e-3],
];

/** `stats` is asked whenever the metrics are read. */
export function registerStepMetrics(registry: Registry, stats: () => readonly TaskStats[]): void {
  const labelNames = ['topology', 'node'] as const;
  for (const [name, help, of, unit] of counters)
    registerReadCounter(registry, {
      name,
      help,
      labelNames,
      values: () => nodesOf(stats()).map(({ topology, node, [of]: value }) => [{ topology, node }, value * unit]),
    });
}

/** In the order of the tasks, and of the nodes as values first came to them. */
export function nodesOf(tasks: readonly Pick<TaskStats, 'topology' | 'nodes'>[]): readonly TopologyNode[] {
  const sums = new Map<string, TopologyNode>();
  for (const { topology, nodes } of tasks)
    for (const figures of nodes) {
      const key = `${topology} ${figures.node}`;
      const sum = sums.get(key);
      sums.set(key, sum === undefined ? { topology, ...figures } : { topology, ...added(sum, figures) });
    }
  return [...sums.values()];
}

const added = (a: NodeFigures, b: NodeFigures): NodeFigures => ({
  node: a.node,
  in: a.in + b.in,
  out: a.out + b.out,
  late: a.late + b.late,
  errors: a.errors + b.errors,
  timed: a.timed + b.timed,
  timed_ms: a.timed_ms + b.timed_ms,
  ends_ms: a.ends_ms + b.ends_ms,
});
