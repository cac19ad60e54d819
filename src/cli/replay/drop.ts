/** Removes a namespace. First nobody can open it any more, then what it holds goes; done again it goes on. */
import type { Ports } from '../../app/compose.ts';
import type { StoredDocument } from '../../documents/port.ts';
import { Graph } from '../../engine/graph.ts';
import { type Namespace, NamespaceError, ownName } from '../../replay/namespace.ts';
import { Namespaces } from '../../replay/namespaces.ts';
import { type Application, partitionsOf } from '../application.ts';

export interface Dropping {
  readonly name: string;
  /** Of any namespace. */
  readonly base: Ports;
  readonly application: Application;
}

export interface Dropped {
  /** As they were called on the log. */
  readonly topics: readonly string[];
  /** Those that somebody else has to remove, who has made them. */
  readonly topicsLeft: readonly string[];
  readonly documents: number;
  readonly snapshots: number;
}

const page = 1_000;

/** Processes that run it are fenced off. @throws {NamespaceError} where it is served, or others stand on it */
export async function dropNamespace({ name, base, application }: Dropping): Promise<Dropped> {
  const namespaces = new Namespaces(base.documents);
  const namespace = (await namespaces.find(name)) ?? (await namespaces.get(name));
  await refuseNeeded(namespaces, namespace);
  if (!namespace.dropped) await namespaces.change(name, known => ({ ...known, dropped: true }));
  const tasks = await tasksOf(namespace, base, application);
  for (const task of tasks) await fenceOff(base, task);
  const store = base.openStore();
  for (const task of tasks) store.discard(task);
  let [documents, snapshots] = [0, 0];
  for (const collection of namespace.collections) documents += await removeDocuments(base, ownName(name, collection));
  for (const task of tasks) snapshots += await removeSnapshots(base, task);
  return { ...(await removeTopics(namespace, base)), documents, snapshots };
}

async function refuseNeeded(namespaces: Namespaces, { name }: Namespace): Promise<void> {
  if ((await namespaces.active()) === name)
    throw new NamespaceError(
      `'${name}' is served`,
      'Switch to another namespace first: `millrace replay switch --back`',
    );
  const above = (await namespaces.all()).find(({ base }) => base === name);
  if (above !== undefined)
    throw new NamespaceError(`'${above.name}' stands on '${name}'`, `Drop '${above.name}' first`);
}

/** Tasks as they are called where all namespaces lie together. */
async function tasksOf(
  { name, topologies, topics }: Namespace,
  base: Ports,
  application: Application,
): Promise<string[]> {
  const counts = new Map([
    ...(await partitionsOf(application, base.transport)),
    ...topics.map(({ topic, partitions }) => [topic, partitions] as const),
  ]);
  const graph = new Graph(application.topologies, counts);
  return topologies.flatMap(topology =>
    Array.from({ length: graph.tasks(topology) }, (_, partition) => ownName(name, `${topology}/${partition}`)),
  );
}

/** Whoever runs the task can write no plan any more. */
async function fenceOff({ documents: { journal } }: Ports, task: string): Promise<void> {
  const { fence } = await journal.takeFence(task);
  await journal.reset(task, fence);
}

async function removeDocuments({ documents }: Ports, collection: string): Promise<number> {
  for (let removed = 0; ;) {
    const found = await documents.list({ collection, limit: page });
    await documents.write(found.map(removalOf));
    removed += found.length;
    if (found.length < page) return removed;
  }
}

const removalOf = ({ collection, partition, id, version }: StoredDocument) => ({
  collection,
  partition,
  id,
  task: 'replay drop',
  version: { lineage: (version?.lineage ?? 0) + 1, epoch: 0, seq: 0 },
  body: null,
});

async function removeSnapshots({ snapshots }: Ports, task: string): Promise<number> {
  const names = await snapshots.list(`${task}/`);
  for (const name of names) await snapshots.remove(name);
  return names.length;
}

async function removeTopics(
  { name, topics, sources }: Namespace,
  { transport }: Ports,
): Promise<Pick<Dropped, 'topics' | 'topicsLeft'>> {
  const captured = sources.flatMap(source => (source.captured === null ? [] : [source.topic]));
  const own = new Set([...topics.map(({ topic }) => topic), ...captured].map(topic => ownName(name, topic)));
  const [gone, topicsLeft]: [string[], string[]] = [[], []];
  for (const { topic } of await transport.topics()) {
    if (own.has(topic)) ((await transport.deleteTopic(topic)) ? gone : topicsLeft).push(topic);
  }
  return { topics: gone, topicsLeft };
}
