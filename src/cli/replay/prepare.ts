/** From what was asked for to a namespace that a replay can run in. */
import type { Ports } from '../../app/compose.ts';
import { Graph } from '../../engine/graph.ts';
import { BuildError } from '../../engine/errors.ts';
import { type Namespace, namespaceName, ownName } from '../../replay/namespace.ts';
import type { Capture } from '../../replay/capture/capture.ts';
import { Namespaces } from '../../replay/namespaces.ts';
import { plannedBefore, planReplay, type ReplayPlan } from '../../replay/plan.ts';
import { CannotReplay } from '../../replay/set.ts';
import { type Application, isSingle, partitionsOf } from '../application.ts';
import { didYouMeanOneOf, Misuse } from '../errors.ts';
import { refuseOther, type RequestFlags, requestOf } from './request.ts';

export interface Asked {
  readonly name: string;
  readonly flags: RequestFlags;
  readonly application: Application;
  /** Of the namespace that the replay stands on. */
  readonly base: Ports;
  readonly capture?: Capture | undefined;
}

/** The plan: of the namespace as it was begun, where it was. Nothing is written. */
export async function planOf(asked: Asked): Promise<ReplayPlan> {
  const { name, flags, base } = asked;
  const known = await new Namespaces(base.documents).find(namespaceName(name));
  if (known === undefined) return newPlan(asked);
  if (known.dropped) await new Namespaces(base.documents).get(name); // says so
  refuseOther(known, flags);
  return plannedBefore(known, (await base.at(name)).transport);
}

/** Writes down what was planned, makes the topics, and brings what was captured. Done again it does what is left. */
export async function beginReplay({ namespace }: ReplayPlan, base: Ports, capture?: Capture): Promise<void> {
  const namespaces = new Namespaces(base.documents);
  if ((await namespaces.find(namespace.name)) === undefined) await namespaces.create(namespace);
  for (const { topic, ...options } of namespace.topics)
    await base.transport.createTopic(ownName(namespace.name, topic), options);
  await bringCaptured(namespace, base, capture);
}

/** Into topics of the namespace: nothing runs in it before all of it is there. */
async function bringCaptured({ name, sources }: Namespace, { transport }: Ports, capture?: Capture): Promise<void> {
  const all = sources.filter(({ captured }) => captured !== null);
  for (const topic of new Set(all.map(source => source.topic)))
    await transport.createTopic(ownName(name, topic), { partitions: await transport.partitions(topic) });
  for (const source of all) {
    const into = ownName(name, source.topic);
    const { topic, partition, captured } = source;
    if (capture === undefined) {
      const { end } = await transport.bounds({ topic: into, partition });
      if (end === (captured?.next ?? 0) - (captured?.first ?? 0)) continue;
      throw new Misuse(
        `The captured records of ${topic}/${partition} were not all brought`,
        'Name the folder once more with --capture',
      );
    }
    let brought = 0;
    await capture.bring(source, into, transport, events => (brought += events));
    if (brought > 0)
      process.stderr.write(`replay ${name}: brought ${brought} captured records of ${topic}/${partition}\n`);
  }
}

/** Takes the end away: from here on the namespace goes on with what comes. */
export const liftEnd = (base: Pick<Ports, 'documents'>, name: string): Promise<Namespace> =>
  new Namespaces(base.documents).change(name, known => ({
    ...known,
    sources: known.sources.map(source => ({ ...source, to: null })),
  }));

async function newPlan({ name, flags, application, base, capture }: Asked): Promise<ReplayPlan> {
  const request = requestOf(flags);
  const { transport, clock } = base;
  const there = await partitionsOf(application, transport);
  const graph = new Graph(application.topologies, there);
  const known = graph.topologies.map(topology => topology.name);
  for (const topology of request.topologies)
    if (!known.includes(topology))
      throw new Misuse(`There is no topology '${topology}'`, didYouMeanOneOf(topology, known));
  const partitions = (topic: string): number =>
    isSingle(topic) ? (there.get(topic) ?? 1) : (request.partitions ?? there.get(topic) ?? 1);
  const written = new Set(graph.topologies.flatMap(({ writes }) => writes));
  const plan = await planReplay({
    name,
    base: base.namespace,
    transport,
    graph,
    request,
    follow: flags.follow === true,
    partitionsOf: partitions,
    captured: async at => (written.has(at.topic) ? undefined : capture?.partition(at, transport)),
    now: clock.now(),
  });
  refuseUnequal(application, there, plan.namespace);
  return plan;
}

/** A topology's inputs have the same number of partitions, also where only some of them are made anew. */
function refuseUnequal(
  { topologies }: Application,
  there: ReadonlyMap<string, number>,
  { topics }: Pick<Namespace, 'topics'>,
): void {
  const counts = new Map([...there, ...topics.map(({ topic, partitions }) => [topic, partitions] as const)]);
  try {
    void new Graph(topologies, counts);
  } catch (cause) {
    if (!(cause instanceof BuildError)) throw cause;
    throw new CannotReplay(
      `With these partitions the namespace does not fit together: ${cause.message}`,
      'Ask for as many partitions as the sources have, or let a topology write the source anew, by key, with as many as you want',
      { cause },
    );
  }
}
