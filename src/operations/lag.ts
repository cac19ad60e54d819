/** How far each topology is behind the ends of what it reads. */
import type { Graph } from '../engine/graph.ts';
import type { Offset } from '../transport/port.ts';
import type { LogEnds } from './log-look.ts';
import type { TaskStats } from './task-stats.ts';

export interface Lag {
  readonly topology: string;
  readonly topic: string;
  readonly partition: number;
  readonly end: Offset;
  readonly committed: Offset;
  /** Records behind. */
  readonly behind: number;
}

/**
 * A topology that has committed nothing stands at the log's start; a topic that is not there yet holds nothing. Offsets
 * are committed about once a second; a process that runs the tasks knows better where they stand.
 */
export async function lagOf(
  graph: Graph,
  transport: LogEnds,
  tasks: readonly Pick<TaskStats, 'topology' | 'positions'>[] = [],
): Promise<Lag[]> {
  const rows: Lag[] = [];
  const there = new Set((await transport.topics()).map(({ topic }) => topic));
  for (const { name: topology, reads } of graph.topologies) {
    const offsets = new Map(
      (await transport.committed(topology)).map(at => [`${at.topic}/${at.partition}`, at.offset]),
    );
    for (const [at, offset] of standing(tasks, topology)) offsets.set(at, offset);
    for (const { stream: topic } of reads) {
      for (let partition = 0; partition < graph.partitions(topic); partition++) {
        const { start, end } = there.has(topic) ? await transport.bounds({ topic, partition }) : empty;
        const committed = Math.max(start, offsets.get(`${topic}/${partition}`) ?? start);
        rows.push({ topology, topic, partition, end, committed, behind: Math.max(0, end - committed) });
      }
    }
  }
  return rows;
}

const empty = { start: 0, end: 0 };

/** How far the rows are read, of which these tasks have read on since: told by them alone, without asking the log. */
export const readOn = (rows: readonly Lag[], tasks: readonly Pick<TaskStats, 'topology' | 'positions'>[]): Read[] =>
  rows.map(({ topology, topic, partition, committed }) => {
    const reached = standing(tasks, topology).get(`${topic}/${partition}`) ?? 0;
    return { topic, partition, committed: Math.max(committed, reached) };
  });

/** What several tasks of a topology read, each for itself, is read as far as the last of them has come. */
function standing(
  tasks: readonly Pick<TaskStats, 'topology' | 'positions'>[],
  topology: string,
): ReadonlyMap<string, Offset> {
  const least = new Map<string, Offset>();
  for (const { topic, partition, offset } of tasks.flatMap(task =>
    task.topology === topology ? task.positions : [],
  )) {
    const at = `${topic}/${partition}`;
    least.set(at, Math.min(least.get(at) ?? Infinity, offset));
  }
  return least;
}

type Read = Pick<Lag, 'topic' | 'partition' | 'committed'>;

/** Records from outside that some topology has read: of topics that no topology writes, each counted once. */
export function readFromOutside(rows: readonly Read[], graph: Graph): number {
  const written = new Set(graph.topologies.flatMap(({ writes }) => writes));
  const furthest = new Map<string, Offset>();
  for (const { topic, partition, committed } of rows) {
    const at = `${topic}/${partition}`;
    if (!written.has(topic)) furthest.set(at, Math.max(furthest.get(at) ?? 0, committed));
  }
  return [...furthest.values()].reduce((sum, offset) => sum + offset, 0);
}
