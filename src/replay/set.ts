/** Which topologies are replayed together, what they write, and what they read that they do not write. */
import type { Graph, TopologyGraph } from '../engine/graph.ts';
import { MillraceError } from '../errors.ts';
import { deadLetters } from '../stream/dead-letter.ts';

/** These topologies cannot be replayed so. */
export class CannotReplay extends MillraceError {
  readonly code = 'CANNOT_REPLAY';
}

export interface ReplaySet {
  readonly topologies: readonly string[];
  /** Streams that they write, dead letters included. */
  readonly writes: readonly string[];
  readonly collections: readonly string[];
  /** Streams that they read and do not write. */
  readonly sources: readonly string[];
  /** Topologies that are left behind although they read what is written anew. */
  readonly readers: readonly string[];
}

/** The set of the topologies named, of all where none is. @throws {CannotReplay} */
export function replaySet({ topologies: all }: Graph, names: readonly string[]): ReplaySet {
  const inside = names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
  const outside = all.filter(topology => !inside.includes(topology));
  const writes = distinct([...inside.flatMap(topology => topology.writes), deadLetters.name]);
  const collections = distinct(inside.flatMap(topology => topology.collections));
  for (const other of outside) refuseShared(other, { writes, collections });
  for (const topology of inside) refuseStrayClock(topology, writes);
  return {
    topologies: inside.map(({ name }) => name),
    writes,
    collections,
    sources: distinct(inside.flatMap(({ reads }) => reads.map(({ stream }) => stream))).filter(
      stream => !writes.includes(stream),
    ),
    readers: outside.filter(({ reads }) => reads.some(({ stream }) => writes.includes(stream))).map(({ name }) => name),
  };
}

const distinct = (names: readonly string[]): string[] => [...new Set(names)];

function refuseShared(other: TopologyGraph, { writes, collections }: Pick<ReplaySet, 'writes' | 'collections'>): void {
  const shared =
    other.writes.find(stream => stream !== deadLetters.name && writes.includes(stream)) ??
    other.collections.find(collection => collections.includes(collection));
  if (shared === undefined) return;
  throw new CannotReplay(
    `'${other.name}' writes '${shared}' too, so half of it would be missing in the namespace`,
    `Replay '${other.name}' with the others`,
  );
}

/** What a cut names was written before the cut: the two cannot begin at a point of their own each. */
function refuseStrayClock({ name, reads }: TopologyGraph, writes: readonly string[]): void {
  const stray = reads.find(({ upTo }) => upTo !== null && !writes.includes(upTo));
  if (stray === undefined) return;
  throw new CannotReplay(
    `'${name}' reads '${stray.stream}' up to what '${stray.upTo ?? ''}' names, which is not replayed with it`,
    `Replay the topology that writes '${stray.upTo ?? ''}' with it`,
  );
}
