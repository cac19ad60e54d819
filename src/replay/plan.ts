/** What a replay would read and write: made before anything is done, and all that a dry run says. */
import type { Graph } from '../engine/graph.ts';
import type { Millis } from '../stream/time.ts';
import type { TopicDescription, TopicPartition, Transport } from '../transport/port.ts';
import { NamespaceError, type Namespace, ownName, type ReplayRequest } from './namespace.ts';
import { placeOf, pointOf } from './points.ts';
import { CannotReplay, type ReplaySet, replaySet } from './set.ts';
import { type Captured, type Sample, sampleOf, type Stretch, stretchOf } from './stretch.ts';

export interface ReplayPlan {
  readonly namespace: Namespace;
  readonly stretches: readonly (Stretch & Sample)[];
  /** Topics as they are called on the log, and whether they are there already. */
  readonly topics: readonly (TopicDescription & { readonly exists: boolean })[];
  readonly records: number;
  readonly bytes: number;
}

export interface Planning {
  readonly name: string;
  /** Of the namespace that the replay stands on. */
  readonly base: string;
  readonly transport: Transport;
  readonly graph: Graph;
  readonly request: ReplayRequest;
  /** It goes on with what comes, so its sources have no end. */
  readonly follow: boolean;
  /** Of a topic that the replay writes. */
  readonly partitionsOf: (topic: string) => number;
  /** What Capture files hold of a source partition. */
  readonly captured: (at: TopicPartition) => Promise<Captured | undefined>;
  readonly now: Millis;
}

/** The plan of a replay that has begun: its offsets were resolved then. */
export async function plannedBefore(namespace: Namespace, transport: Transport): Promise<ReplayPlan> {
  const there = new Set((await transport.topics()).map(({ topic }) => topic));
  const stretches: (Stretch & Sample)[] = [];
  for (const { topic, partition, from, to, captured } of namespace.sources) {
    const { start, end } = await transport.bounds({ topic, partition });
    const stretch = { topic, partition, from, to: to ?? end, gone: captured?.first ?? start, captured };
    stretches.push({ ...stretch, ...(await sampleOf(transport, inLog({ ...stretch, from: Math.max(from, start) }))) });
  }
  return planOf(namespace, stretches, there);
}

/** @throws {CannotReplay} {BadPoint} {OffsetOutOfRange} {NamespaceError} */
export async function planReplay(planning: Planning): Promise<ReplayPlan> {
  const { name, base, transport, graph, request, follow, now } = planning;
  const set = replaySet(graph, request.topologies);
  const there = new Map((await transport.topics()).map(topic => [topic.topic, topic]));
  refuseAmbiguous(name, there);
  const stretches = await stretchesOf(planning, set, there);
  const topics = topicsOf(planning, set, there);
  const namespace: Namespace = {
    name,
    base,
    createdAt: now,
    dropped: false,
    request,
    topologies: [...set.topologies],
    topics,
    collections: [...set.collections],
    sources: stretches.map(({ topic, partition, from, to, captured }) => {
      return { topic, partition, from, to: follow ? null : to, captured };
    }),
    readers: [...set.readers],
  };
  return planOf(namespace, stretches, new Set(there.keys()));
}

const planOf = (
  namespace: Namespace,
  stretches: readonly (Stretch & Sample)[],
  there: ReadonlySet<string>,
): ReplayPlan => ({
  namespace,
  stretches,
  topics: namespace.topics.map(topic => {
    const called = ownName(namespace.name, topic.topic);
    return { ...topic, topic: called, exists: there.has(called) };
  }),
  records: sum(stretches.map(({ from, to }) => to - from)),
  bytes: sum(stretches.map(({ bytes }) => bytes)),
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function refuseAmbiguous(name: string, there: ReadonlyMap<string, unknown>): void {
  const taken = [...there.keys()].find(topic => topic.startsWith(ownName(name, '')));
  if (taken === undefined) return;
  throw new NamespaceError(
    `The topic '${taken}' is there already, and would be taken for one of the namespace '${name}'`,
    'Take another name',
  );
}

async function stretchesOf(
  { transport, request, captured, now }: Planning,
  { sources }: ReplaySet,
  there: ReadonlyMap<string, TopicDescription>,
): Promise<(Stretch & Sample)[]> {
  const from = pointOf(request.from, now);
  const to = request.to === null ? undefined : pointOf(request.to, now);
  const places = sources.flatMap(topic => {
    const partitions = there.get(topic)?.partitions;
    if (partitions === undefined)
      throw new CannotReplay(`There is no topic '${topic}' to read from`, 'Name the folder or the broker that has it');
    return Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
  });
  for (const point of [from, to]) {
    const stray =
      point?.kind === 'offsets' && [...point.offsets.keys()].find(key => !places.some(at => placeOf(at) === key));
    if (typeof stray === 'string')
      throw new CannotReplay(`'${stray}' is not read`, `Give offsets of ${places.map(placeOf).join(', ')}`);
  }
  const stretches: (Stretch & Sample)[] = [];
  for (const at of places) {
    const stretch = await stretchOf(transport, at, { from, to, captured: await captured(at) });
    stretches.push({ ...stretch, ...(await sampleOf(transport, inLog(stretch))) });
  }
  return stretches;
}

/** The part of it that the log still has. */
const inLog = ({ captured, from, ...rest }: Stretch) => ({
  ...rest,
  from: Math.min(rest.to, Math.max(from, captured?.next ?? 0)),
});

/** With the options of the topics that they stand beside; the number of partitions may be another. */
const topicsOf = (
  { partitionsOf }: Planning,
  { writes }: ReplaySet,
  there: ReadonlyMap<string, TopicDescription>,
): TopicDescription[] => writes.map(topic => ({ ...there.get(topic), topic, partitions: partitionsOf(topic) }));
