import { deadLetters } from '../stream/dead-letter.ts';
import type { AvroDefinition } from '../stream/definition.ts';
import type { Stream } from '../stream/stream.ts';
import type { Surroundings } from './build.ts';
import { BuildError } from './errors.ts';
import { releaseOf } from './evolution/release.ts';
import type { Input } from './input.ts';
import { TaskMeter } from './meter.ts';
import { startOf } from './position.ts';
import { TaskRuntime } from './runtime.ts';
import { buildPipe, type Topology } from './topology.ts';
import type { Edge } from './trail.ts';

/** A topology as its dry build shows it. */
export interface TopologyGraph {
  readonly name: string;
  readonly tasks: number;
  readonly reads: readonly { readonly stream: string; readonly all: boolean; readonly upTo: string | null }[];
  readonly steps: readonly { readonly name: string; readonly kind: string }[];
  /** Whether event time decides what one of the steps does. */
  readonly timed: boolean;
  readonly writes: readonly string[];
  /** Collections of documents that it writes to. */
  readonly collections: readonly string[];
  readonly edges: readonly Edge[];
}

const everything: Surroundings = {
  partitions: () => 1,
  producers: () => [],
  formerProducers: () => [],
  needsTime: () => true,
};

/** All topologies of an application: who writes what, and in how many tasks. */
export class Graph implements Surroundings {
  readonly topologies: readonly TopologyGraph[];
  readonly #byName = new Map<string, Topology>();
  readonly #partitions: ReadonlyMap<string, number>;
  readonly #producers = new Map<string, string[]>();
  readonly #read = new Set<string>();
  readonly #timed: ReadonlySet<string>;
  readonly #streams: ReadonlyMap<string, Stream<unknown>>;

  /** `partitions` gives the number of partitions of every stream that `streamsOf` names. */
  constructor(topologies: readonly Topology[], partitions: ReadonlyMap<string, number>) {
    this.#partitions = partitions;
    for (const topology of topologies) {
      if (this.#byName.has(topology.name))
        throw new BuildError(`Two topologies are called '${topology.name}'`, 'Rename one');
      this.#byName.set(topology.name, topology);
    }
    this.topologies = topologies.map(topology => this.#describe(topology));
    for (const { name, tasks, reads, writes } of this.topologies) {
      for (const { stream } of reads) this.#read.add(stream);
      for (const stream of writes) this.#addProducers(stream, name, tasks);
    }
    this.#timed = timedStreams(this.topologies);
    this.#streams = new Map(allStreams(topologies).map(stream => [stream.name, stream]));
  }

  /** Names of the streams that the topologies read or write. */
  static streamsOf(topologies: readonly Topology[]): ReadonlySet<string> {
    return new Set(allStreams(topologies).map(({ name }) => name));
  }

  /** Schemas of those streams, each once. */
  static schemasOf(topologies: readonly Topology[]): readonly AvroDefinition[] {
    return [...new Map(allStreams(topologies).map(({ schema }) => [schema.fingerprint, schema.definition])).values()];
  }

  partitions(stream: string): number {
    const count = this.#partitions.get(stream);
    if (count !== undefined) return count;
    throw new BuildError(`No topic is known for stream '${stream}'`, 'Create it before the topologies start');
  }

  /** The definition of a stream that some topology reads or writes. */
  stream(name: string): Stream<unknown> {
    const stream = this.#streams.get(name);
    if (stream !== undefined) return stream;
    throw new BuildError(`No topology reads or writes a stream '${name}'`, 'Name one of the application');
  }

  producers(stream: string): readonly string[] {
    return this.#producers.get(stream) ?? [];
  }

  formerProducers(stream: string): readonly string[] {
    return this.topologies
      .filter(({ name }) => this.#topology(name).evolution?.unwritten?.includes(stream) === true)
      .flatMap(({ name, tasks }) => range(tasks).map(partition => `${name}/${partition}`));
  }

  isRead(stream: string): boolean {
    return this.#read.has(stream);
  }

  needsTime(stream: string): boolean {
    return this.#timed.has(stream);
  }

  /** What tells this release of a topology from others. */
  release(name: string): string {
    return this.task(name, 0).release;
  }

  /** Number of tasks of a topology. */
  tasks(name: string): number {
    const { name: known } = this.#topology(name);
    return this.topologies.find(topology => topology.name === known)?.tasks ?? 0;
  }

  /** A task at the beginning of its log, wired; its steps are counted where a clock is given, see `RunnerOptions.meter`. */
  task(name: string, partition: number, now?: () => number): TaskRuntime {
    const topology = this.#topology(name);
    const task = new TaskRuntime(name, partition, now && new TaskMeter(now));
    const edges = buildPipe(topology, task, this);
    task.tasks = this.tasks(name);
    task.release = releaseOf(task, edges);
    for (const input of task.inputs.values()) {
      const partitions = input.options.all === true ? range(this.partitions(input.stream.name)) : [partition];
      input.positions = partitions.map(startOf);
    }
    return task;
  }

  /** Wires a task again, after a failed epoch. */
  rebuild(task: TaskRuntime): void {
    buildPipe(this.#topology(task.topology), task, this);
  }

  #topology(name: string): Topology {
    const topology = this.#byName.get(name);
    if (topology !== undefined) return topology;
    throw new BuildError(`There is no topology '${name}'`, `Choose among ${[...this.#byName.keys()].join(', ')}`);
  }

  #addProducers(stream: string, topology: string, tasks: number): void {
    if (stream === deadLetters.name) return; // everybody writes it, nobody's event time waits for it
    const names = range(tasks).map(partition => `${topology}/${partition}`);
    this.#producers.set(stream, [...(this.#producers.get(stream) ?? []), ...names]);
  }

  #describe(topology: Topology): TopologyGraph {
    const task = new TaskRuntime(topology.name, 0);
    const first = describe(topology, task);
    const second = describe(topology, new TaskRuntime(topology.name, 1));
    if (JSON.stringify(first) !== JSON.stringify(second)) {
      throw new BuildError(
        `Topology '${topology.name}' builds another graph the second time`,
        'Wire the same for every task',
      );
    }
    return { ...first, tasks: this.#taskCount(topology, [...task.inputs.values()]) };
  }

  #taskCount(topology: Topology, inputs: readonly Input<unknown>[]): number {
    const shared = inputs.filter(input => input.options.all !== true);
    const counts = new Set(shared.map(input => this.partitions(input.stream.name)));
    const [count = 1] = counts;
    if (counts.size <= 1) return count;
    const list = shared.map(input => `${input.stream.name} (${this.partitions(input.stream.name)})`).join(', ');
    throw new BuildError(
      `Topology '${topology.name}' reads streams of different numbers of partitions: ${list}`,
      'Give them the same number, or read one of them with `all`; what is joined needs the same: write one of the two into a stream with as many partitions as the other',
    );
  }
}

/** Streams that a topology reads whose steps wait for event time, or that hands it on to one whose steps do. */
function timedStreams(topologies: readonly TopologyGraph[]): ReadonlySet<string> {
  const timed = new Set<string>();
  const left = new Set(topologies);
  for (let before = -1; before < timed.size;) {
    before = timed.size;
    for (const topology of left) {
      if (!topology.timed && !topology.writes.some(stream => timed.has(stream))) continue;
      for (const { stream } of topology.reads) timed.add(stream);
      left.delete(topology);
    }
  }
  return timed;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function allStreams(topologies: readonly Topology[]): Stream<unknown>[] {
  const used = topologies.flatMap(topology => {
    const { inputs, outputs } = dryTask(topology);
    return [...inputs.values(), ...outputs.values()].map(({ stream }) => stream);
  });
  return [...used, deadLetters];
}

function dryTask(topology: Topology): TaskRuntime {
  const task = new TaskRuntime(topology.name, 0);
  buildPipe(topology, task, everything);
  return task;
}

function describe(topology: Topology, task: TaskRuntime): Omit<TopologyGraph, 'tasks'> {
  const edges = buildPipe(topology, task, everything);
  const reads = [...task.inputs.values()].map(({ stream, options }) => ({
    stream: stream.name,
    all: options.all === true,
    upTo: options.upTo?.name ?? null,
  }));
  const steps = [...task.steps].map(([name, { kind }]) => ({ name, kind }));
  const isKeptTogether = [...task.inputs.values()].some(({ options }) => options.maxSkew !== undefined);
  const timed = isKeptTogether || [...task.steps.values()].some(step => step.timed);
  const { name } = topology;
  const writes = [...task.outputs.keys()];
  return { name, reads, steps, timed, writes, collections: [...task.collections], edges };
}
