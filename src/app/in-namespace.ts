/** The ports as a namespace sees them. One place: neither the engine nor the API knows that there are namespaces. */
import { namespaceSnapshots, namespaceStore } from '../replay/checkpoints.ts';
import { namespaceDocuments } from '../replay/documents.ts';
import { namespaceMembership } from '../replay/membership.ts';
import type { Namespace } from '../replay/namespace.ts';
import { Namespaces } from '../replay/namespaces.ts';
import { namespaceTransport } from '../replay/transport.ts';
import type { Offset, TopicPartition } from '../transport/port.ts';
import type { Ports } from './compose.ts';

/** Wraps the ports of the original namespace in those that a name stands for; absent, the one that is switched in. */
export async function inNamespace(ports: Ports, name?: string): Promise<Ports> {
  const namespaces = new Namespaces(ports.documents);
  const chain = await namespaces.chain(name ?? (await namespaces.active()));
  return chain.reduce(within, ports);
}

const within = (base: Ports, namespace: Namespace): Ports => ({
  ...base,
  namespace: namespace.name,
  transport: namespaceTransport(base.transport, namespace),
  documents: namespaceDocuments(base.documents, namespace),
  snapshots: namespaceSnapshots(base.snapshots, namespace),
  openStore: () => namespaceStore(base.openStore(), namespace),
  ...(base.membership === undefined ? {} : { membership: namespaceMembership(base.membership, namespace) }),
  openWorker: (name = `worker-${namespace.name}`) => base.openWorker(name),
  startAt: (topology, at) => startIn(namespace, topology, at) ?? base.startAt?.(topology, at),
  [Symbol.asyncDispose]: () => base[Symbol.asyncDispose](),
});

function startIn({ topologies, sources }: Namespace, topology: string, at: TopicPartition): Offset | undefined {
  if (!topologies.includes(topology)) return undefined;
  return sources.find(({ topic, partition }) => topic === at.topic && partition === at.partition)?.from;
}
