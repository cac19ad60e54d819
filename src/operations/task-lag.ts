/** How far each task is behind the ends of what it reads: in records, and in event time. */
import type { Graph, TopologyGraph } from '../engine/graph.ts';
import type { Millis } from '../stream/time.ts';
import type { Bounds, Offset, TopicPartition } from '../transport/port.ts';
import type { EventTimes } from './event-times.ts';
import { type LogEnds, lookAt, once, placeOf } from './log-look.ts';
import type { TaskStats } from './task-stats.ts';

/** One task and one partition that it reads. */
export interface TaskLag extends TopicPartition {
  readonly task: string;
  readonly topology: string;
  readonly end: Offset;
  /** Where it stands; null where it has never run. */
  readonly committed: Offset | null;
  /** Records that it has not read, all that are there where it has never run. */
  readonly behind: number;
  /**
   * From the event time up to which it has read to that of the newest record; 0 where it has read all. Null where
   * nobody can say: it has never run, there is no value left that it has read, or another input decides how far it
   * reads this one.
   */
  readonly behindMs: Millis | null;
  /** The input that decides how far this one is read: what it has not named yet is not late. */
  readonly clockedBy: string | null;
}

export interface TaskLagOptions {
  readonly graph: Graph;
  readonly transport: LogEnds;
  readonly times: Pick<EventTimes, 'before'>;
  /** The tasks of this process, which know better where they stand than the offsets that are committed now and then. */
  readonly tasks?: readonly Pick<TaskStats, 'task' | 'positions'>[];
  /** Whether a task is asked about; all are where absent. */
  readonly about?: (task: string) => boolean;
}

/** In order of topologies, tasks, and inputs. A topic that is not there yet holds nothing. */
export async function taskLagsOf(options: TaskLagOptions): Promise<TaskLag[]> {
  const { graph, times, about = () => true } = options;
  const log = lookAt(options.transport);
  const there = new Set((await log.topics()).map(({ topic }) => topic));
  const newest = new Map<string, Promise<Millis | null>>();
  const lags: TaskLag[] = [];
  for (const topology of graph.topologies) {
    const places = placesOf(topology, graph).filter(({ task }) => about(task));
    if (places.length === 0) continue;
    const committed = offsetsByPlace(await log.committed(topology.name));
    for (const place of places) {
      const known = options.tasks?.find(({ task }) => task === place.task)?.positions ?? [];
      const stands = offsetsByPlace(known).get(placeOf(place)) ?? committed.get(placeOf(place)) ?? null;
      lags.push(await lagAt(place, stands));
    }
  }
  return lags;

  async function lagAt(place: Place, committed: Offset | null): Promise<TaskLag> {
    const { start, end } = there.has(place.topic) ? await log.bounds(place) : empty;
    const behind = Math.max(0, end - Math.max(start, committed ?? start));
    const behindMs = behind === 0 ? 0 : await timeBehind(place, committed, { start, end });
    return { ...place, end, committed, behind, behindMs };
  }

  async function timeBehind(at: Place, committed: Offset | null, { start, end }: Bounds): Promise<Millis | null> {
    if (committed === null || at.clockedBy !== null) return null;
    const reached = await times.before(at, committed, start);
    const latest = await once(newest, placeOf(at), () => times.before(at, end, start));
    return reached === null || latest === null ? null : Math.max(0, latest - reached);
  }
}

const empty: Bounds = { start: 0, end: 0 };

type Place = Pick<TaskLag, 'task' | 'topology' | 'topic' | 'partition' | 'clockedBy'>;

/** What the tasks of a topology read: each its own partition, and all of what each reads for itself. */
const placesOf = ({ name: topology, tasks, reads }: TopologyGraph, graph: Graph): Place[] =>
  rangeOf(tasks).flatMap(own =>
    reads.flatMap(({ stream: topic, all, upTo: clockedBy }) =>
      (all ? rangeOf(graph.partitions(topic)) : [own]).map(partition => {
        return { task: `${topology}/${own}`, topology, topic, partition, clockedBy };
      }),
    ),
  );

const offsetsByPlace = (
  offsets: readonly (TopicPartition & { readonly offset: Offset })[],
): ReadonlyMap<string, Offset> => new Map(offsets.map(at => [placeOf(at), at.offset]));

const rangeOf = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** The lag of a whole task. */
export interface TaskLagSum {
  readonly task: string;
  readonly behind: number;
  readonly behindMs: Millis | null;
}

/** The furthest behind first, at most `most`. */
export function lagByTask(lags: readonly TaskLag[], most: number): TaskLagSum[] {
  const sums = [...Map.groupBy(lags, ({ task }) => task)].map(([task, rows]) => ({
    task,
    behind: rows.reduce((sum, { behind }) => sum + behind, 0),
    behindMs: longestOf(rows),
  }));
  return sums.toSorted((a, b) => b.behind - a.behind || (a.task < b.task ? -1 : 1)).slice(0, most);
}

/** The longest that anything is behind in event time; null where something is and nobody can say how far. */
export function longestOf(lags: readonly TaskLag[]): Millis | null {
  const late = lags.filter(
    ({ behind, clockedBy, committed }) => behind > 0 && (clockedBy === null || committed === null),
  );
  const known = late.flatMap(({ behindMs }) => behindMs ?? []);
  if (late.length === 0) return 0;
  return known.length === 0 ? null : Math.max(...known);
}
