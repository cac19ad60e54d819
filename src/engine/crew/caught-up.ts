/** Whether the tasks that other workers run have caught up, as far as the log and their journals know. */
import type { Journal } from '../../documents/port.ts';
import type { Offset, TopicPartition, Transport } from '../../transport/port.ts';
import type { Graph, TopologyGraph } from '../graph.ts';
import { decodePlan } from '../plan.ts';

/** A value between two topologies can hide from one look, hardly from two; and who leaves too early loses nothing. */
const calmLooks = 2;
/** Newest plans of a task that are searched for how far it has read what every task reads whole. */
const plansSearched = 100;

interface Place extends TopicPartition {
  /** The task that reads it, where every task reads it for itself. */
  readonly task: string | undefined;
}

/**
 * Looked at again and again: calm is a look at which every input of the topologies is read up to where it ended at the
 * look before. Nobody waits for the log to stand still, which markers never let it do. How far a partition is read that
 * one task reads, the committed offsets say; where every task reads it for itself, the plans of each. Inputs that another
 * stream clocks are left out: they are read as far as their clock says. This is no proof, and need not be one: a worker
 * that leaves while another has something to do leaves its tasks to that one.
 */
export class CaughtUp {
  readonly #graph: Graph;
  readonly #transport: Transport;
  readonly #journal: Journal;
  #ends = new Map<string, Offset>();
  #calm = 0;

  constructor(graph: Graph, transport: Transport, journal: Journal) {
    this.#graph = graph;
    this.#transport = transport;
    this.#journal = journal;
  }

  /** `mine` are the tasks that run here: they are at their ends. */
  async look(topologies: readonly string[], mine: ReadonlySet<string>): Promise<boolean> {
    const ends = new Map<string, Offset>();
    let behind = false;
    for (const topology of this.#graph.topologies.filter(({ name }) => topologies.includes(name))) {
      const committed = offsetsOf(await this.#transport.committed(topology.name));
      for (const place of placesOf(topology, this.#graph, mine)) {
        const { start, end } = await this.#transport.bounds(place);
        const name = `${topology.name} ${nameOf(place)}`;
        ends.set(name, end);
        const reached = (await this.#planned(place)) ?? committed.get(nameOf({ ...place, task: undefined })) ?? start;
        behind ||= end > start && reached < (this.#ends.get(name) ?? Infinity);
      }
    }
    this.#ends = ends;
    this.#calm = behind ? 0 : this.#calm + 1;
    return this.#calm >= calmLooks;
  }

  /** Undefined where none of the task's newest plans reads the partition. */
  async #planned({ task, topic, partition }: Place): Promise<Offset | undefined> {
    if (task === undefined) return undefined;
    const { epoch = 0 } = (await this.#journal.head(task)) ?? {};
    const entries = await this.#journal.after(task, Math.max(0, epoch - plansSearched), plansSearched);
    const spans = entries.flatMap(({ plan }) => decodePlan(task, plan).spans);
    return spans.findLast(span => span.stream === topic && span.partition === partition)?.to;
  }
}

/** Of topologies of one task, and of inputs that are divided among the tasks, offsets say it all. */
function placesOf({ name, tasks, reads }: TopologyGraph, graph: Graph, mine: ReadonlySet<string>): Place[] {
  const others = Array.from({ length: tasks }, (_, n) => `${name}/${n}`).filter(task => !mine.has(task));
  return reads
    .filter(({ upTo }) => upTo === null)
    .flatMap(({ stream: topic, all }) => {
      const readers = all && tasks > 1 ? others : [undefined];
      const partitions = Array.from({ length: graph.partitions(topic) }, (_, partition) => partition);
      return readers.flatMap(task => partitions.map(partition => ({ topic, partition, task })));
    });
}

const nameOf = ({ topic, partition, task = '' }: Place): string => `${topic}/${partition}${task}`;

const offsetsOf = (committed: readonly (TopicPartition & { readonly offset: Offset })[]): ReadonlyMap<string, Offset> =>
  new Map(committed.map(at => [nameOf({ ...at, task: undefined }), at.offset]));
