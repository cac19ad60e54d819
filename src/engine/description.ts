/** The graph of an application as data, for programs: what `millrace describe --json` prints. Its shape is stable. */
import type { Graph, TopologyGraph } from './graph.ts';

/** Fields may be added within a format; none is taken away, renamed or given another meaning. */
export interface Description {
  readonly format: 1;
  readonly topologies: readonly DescribedTopology[];
  /** Every stream that a topology reads or writes, by name. */
  readonly streams: readonly DescribedStream[];
}

export interface DescribedTopology {
  readonly name: string;
  /** How many tasks it has: one a partition, or one where it reads all partitions of everything. */
  readonly tasks: number;
  readonly reads: readonly {
    readonly stream: string;
    /** Whether every task reads all partitions. */
    readonly all: boolean;
    /** The stream whose records say how far it is read; null where nothing holds it back. */
    readonly upTo: string | null;
  }[];
  /** Named steps, in the order in which they are wired. */
  readonly steps: readonly { readonly name: string; readonly kind: string }[];
  /** Whether event time decides what one of the steps does. */
  readonly timed: boolean;
  readonly writes: readonly string[];
  /** Collections of documents that it writes to. */
  readonly collections: readonly string[];
  /** What flows where: nodes are `stream:NAME`, `step:NAME`, `documents:COLLECTION`, `outside:SINK`, `cuts:STREAM+…`, `late`. */
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

export interface DescribedStream {
  readonly name: string;
  readonly partitions: number;
  /** Full Avro name. */
  readonly schema: string;
  /** CRC-64-AVRO of the schema's canonical form: 16 hexadecimal digits. */
  readonly fingerprint: string;
  /** Milliseconds that a value from outside may come out of order. */
  readonly lateness_ms: number;
  /** Milliseconds after which a silent partition holds event time back no more. */
  readonly idleAfter_ms: number;
  readonly writtenBy: readonly string[];
  readonly readBy: readonly string[];
}

/** Describes the topologies of a graph and the streams between them. */
export const descriptionOf = (graph: Graph): Description => {
  const { topologies } = graph;
  const names = new Set(topologies.flatMap(({ reads, writes }) => [...reads.map(({ stream }) => stream), ...writes]));
  return {
    format: 1,
    topologies: topologies.map(topologyOf),
    streams: [...names].toSorted().map(name => streamOf(graph, name)),
  };
};

/** Field by field: what the engine keeps beside them is its own business. */
const topologyOf = (topology: TopologyGraph): DescribedTopology => {
  const { name, tasks, timed, writes, collections } = topology;
  return {
    name,
    tasks,
    reads: topology.reads.map(({ stream, all, upTo }) => ({ stream, all, upTo })),
    steps: topology.steps.map(step => ({ name: step.name, kind: step.kind })),
    timed,
    writes,
    collections,
    edges: topology.edges.map(({ from, to }) => ({ from, to })),
  };
};

function streamOf(graph: Graph, name: string): DescribedStream {
  const { schema, lateness, idleAfter } = graph.stream(name);
  const namesWhere = (isSuch: (topology: TopologyGraph) => boolean): string[] =>
    graph.topologies.filter(isSuch).map(topology => topology.name);
  return {
    name,
    partitions: graph.partitions(name),
    schema: schema.name,
    fingerprint: schema.fingerprint,
    lateness_ms: lateness,
    idleAfter_ms: idleAfter,
    writtenBy: namesWhere(({ writes }) => writes.includes(name)),
    readBy: namesWhere(({ reads }) => reads.some(({ stream }) => stream === name)),
  };
}
