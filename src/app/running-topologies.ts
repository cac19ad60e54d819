/** The topologies as they run, of the graph, the tasks of this process and the log. */
import type { Graph, TopologyGraph } from '../engine/graph.ts';
import type { EventTimes } from '../operations/event-times.ts';
import { lookAt } from '../operations/log-look.ts';
import type { TopologyNode } from '../operations/step-sums.ts';
import { longestOf, type TaskLag, taskLagsOf } from '../operations/task-lag.ts';
import type { TaskStats } from '../operations/task-stats.ts';
import type { RunningTopologies, RunningTopology } from '../recommender/api/topologies-endpoint.ts';
import type { Ports } from './compose.ts';

export interface RunningParts {
  readonly graph: Graph;
  readonly times: EventTimes;
  readonly ports: Pick<Ports, 'transport' | 'clock'>;
  /** Of this process. */
  readonly tasks: readonly TaskStats[];
  readonly steps: readonly TopologyNode[];
}

export async function runningTopologies({
  graph,
  times,
  ports,
  tasks,
  steps: done,
}: RunningParts): Promise<RunningTopologies> {
  const lags = await taskLagsOf({ graph, transport: lookAt(ports.transport), times, tasks });
  const byTask = Map.groupBy(lags, ({ task }) => task);
  const topologies = graph.topologies.map((topology): RunningTopology => {
    const { name, reads, steps, edges } = topology;
    return {
      name,
      reads: reads.map(({ stream }) => stream),
      steps: steps.map(step => ({ name: step.name, kind: step.kind })),
      edges: edges.map(({ from, to }) => ({ from, to })),
      nodes: nodesIn(topology, done),
      tasks: Array.from({ length: topology.tasks }, (_, number) => `${name}/${number}`).map(id =>
        taskOf(
          id,
          tasks.find(({ task }) => task === id),
          byTask.get(id) ?? [],
        ),
      ),
    };
  });
  return { at: ports.clock.now(), topologies };
}

const nodesIn = ({ name }: TopologyGraph, done: readonly TopologyNode[]): RunningTopology['nodes'] =>
  done
    .filter(({ topology }) => topology === name)
    .map(({ node, in: came, ...figures }) => {
      const { out, late, errors, timed, timed_ms, ends_ms } = figures;
      return { node, in: came, out, late, errors, mean_ms: timed === 0 ? null : timed_ms / timed, ends_ms };
    });

function taskOf(
  task: string,
  stats: TaskStats | undefined,
  lags: readonly TaskLag[],
): RunningTopology['tasks'][number] {
  const { epochs = null, records = null, watermark = null, lastEpochAt = null, waiting = null } = stats ?? {};
  const behind = lags.reduce((sum, lag) => sum + lag.behind, 0);
  const known = { epochs, records, watermark, lastEpochAt, waiting };
  return { task, here: stats !== undefined, ...known, behind, behindMs: longestOf(lags) };
}
