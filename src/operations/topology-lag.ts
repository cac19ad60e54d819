/** How far topologies are behind, as the log tells: also those that no process runs, whose own tasks tell nothing. */
import type { Registry } from 'prom-client';
import type { Graph } from '../engine/graph.ts';
import { noneWhereAway, sharedWhileUnderWay } from './metrics.ts';
import { type LogEnds, lookAt } from './log-look.ts';
import { registerReadGauge } from './read-metrics.ts';
import { type TaskLag, taskLagsOf } from './task-lag.ts';
import type { TaskStats } from './task-stats.ts';

export interface TopologyLag {
  readonly topology: string;
  /** Records that it has still to read, all that are there where it has never run. */
  readonly behind: number;
}

interface TopologyLagOptions {
  readonly graph: Graph;
  readonly transport: LogEnds;
  /** Of this process, which know better where they stand than the offsets that are committed now and then. */
  readonly tasks: readonly Pick<TaskStats, 'task' | 'positions'>[];
}

/** Nobody asks it for event times here. */
const untimed = { before: async (): Promise<null> => null };

/**
 * In order of the topologies. What several tasks read each for itself counts once, as far as the last of them has come;
 * what an input is that another one clocks is not counted, since it is read as far as that one says.
 */
export async function topologyLagsOf({ graph, transport, tasks }: TopologyLagOptions): Promise<TopologyLag[]> {
  const lags = await taskLagsOf({ graph, transport: lookAt(transport), times: untimed, tasks });
  const own = Map.groupBy(
    lags.filter(({ clockedBy }) => clockedBy === null),
    ({ topology }) => topology,
  );
  return graph.topologies.map(({ name }) => ({ topology: name, behind: behindIn(own.get(name) ?? []) }));
}

function behindIn(lags: readonly TaskLag[]): number {
  const furthest = new Map<string, number>();
  for (const { topic, partition, behind } of lags) {
    const place = `${topic}/${partition}`;
    furthest.set(place, Math.max(behind, furthest.get(place) ?? 0));
  }
  return [...furthest.values()].reduce((sum, behind) => sum + behind, 0);
}

/** Registers them; `lags` is asked whenever the metrics are read. */
export function registerTopologyLag(registry: Registry, lags: () => Promise<readonly TopologyLag[]>): void {
  const ask = sharedWhileUnderWay(() => lags().catch(noneWhereAway));
  registerReadGauge(registry, {
    name: 'millrace_topology_lag_records',
    help: 'Records that a topology has still to read, as the log tells whether or not any process runs it',
    labelNames: ['topology'],
    values: async () => (await ask()).map(({ topology, behind }) => [{ topology }, behind] as const),
  });
}
