/** How far a replay has come through what it reads of its sources. */
import type { Namespace } from '../../replay/namespace.ts';
import type { Graph } from '../../engine/graph.ts';
import { lagOf } from '../../operations/lag.ts';
import type { TaskStats } from '../../operations/task-stats.ts';
import type { Transport } from '../../transport/port.ts';
import { clockedInputs, nameOf } from '../caught-up.ts';

/** Records of the sources, each counted for every topology that reads it. */
export interface Reached {
  readonly done: number;
  readonly total: number;
}

export interface Goals {
  /** As the namespace sees it. */
  readonly transport: Transport;
  readonly graph: Graph;
  readonly namespace: Namespace;
}

/** Where the log ends for the namespace, as long as it has an end; else where it ended at the first look. */
export async function reachedOf(
  { transport, graph, namespace }: Goals,
  tasks: readonly Pick<TaskStats, 'topology' | 'positions'>[] = [],
): Promise<Reached> {
  const clocked = clockedInputs(graph);
  const begins = new Map(namespace.sources.map(({ topic, partition, from }) => [`${topic}/${partition}`, from]));
  let [done, total] = [0, 0];
  for (const row of await lagOf(graph, transport, tasks)) {
    const from = begins.get(`${row.topic}/${row.partition}`);
    if (from === undefined || !namespace.topologies.includes(row.topology) || clocked.has(nameOf(row))) continue;
    done += Math.max(0, row.committed - from);
    total += Math.max(0, row.end - from);
  }
  return { done, total };
}

/**
 * Records that the namespace's topologies have not read yet, of sources and of what they wrote themselves: up to where
 * the logs ended at the first look, which `ends` remembers for the next.
 */
export async function behindOf(
  { transport, graph, namespace }: Goals,
  ends: Map<string, number> = new Map(),
): Promise<number> {
  const clocked = clockedInputs(graph);
  const begins = new Map(namespace.sources.map(({ topic, partition, from }) => [`${topic}/${partition}`, from]));
  let behind = 0;
  for (const row of await lagOf(graph, transport)) {
    if (!namespace.topologies.includes(row.topology) || clocked.has(nameOf(row))) continue;
    const place = `${row.topic}/${row.partition}`;
    const end = ends.get(place) ?? row.end;
    ends.set(place, end);
    behind += Math.max(0, end - Math.max(row.committed, begins.get(place) ?? 0));
  }
  return behind;
}
