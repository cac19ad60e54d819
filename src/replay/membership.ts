/** The groups of topologies as a namespace sees them: its own meet apart from those of the same name. */
import type { TopologyGraph } from '../engine/graph.ts';
import type { Membership } from '../engine/membership.ts';
import { type Namespace, ownName } from './namespace.ts';

/** Wraps the membership of the namespace's base; it is told groups and topics as they are called where all lie together. */
export const namespaceMembership = (base: Membership, namespace: Namespace): Membership => ({
  join: seat => base.join({ ...seat, topology: renamed(seat.topology, namespace) }),
});

function renamed(topology: TopologyGraph, { name, topologies, topics }: Namespace): TopologyGraph {
  const own = new Set(topics.map(({ topic }) => topic));
  const reads = topology.reads.map(read =>
    own.has(read.stream) ? { ...read, stream: ownName(name, read.stream) } : read,
  );
  return {
    ...topology,
    name: topologies.includes(topology.name) ? ownName(name, topology.name) : topology.name,
    reads,
  };
}
