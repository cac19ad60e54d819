/** A whole Millrace in memory: the real adapters, a clock that only the test moves, and crashes. */
import { openSqliteDocuments } from '../../src/documents/sqlite/documents.ts';
import type { Documents } from '../../src/documents/port.ts';
import type { Clock } from '../../src/engine/clock.ts';
import { Graph } from '../../src/engine/graph.ts';
import { type Observer, type RunnerOptions, TaskRunner } from '../../src/engine/runner.ts';
import type { StateStore } from '../../src/engine/state/store.ts';
import { openSqliteStateStore } from '../../src/engine/state/sqlite.ts';
import type { Topology } from '../../src/engine/topology.ts';
import { appendFromOutside, recordOf, recordOfBytes } from '../../src/stream/outside.ts';
import { memoryRegistry } from '../../src/stream/registry.ts';
import type { Stream } from '../../src/stream/stream.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import type { Transport } from '../../src/transport/port.ts';
import { consumed } from './consumer.ts';

export interface WorldOptions {
  /** Of every topic but `dead-letters`, or topic by topic. */
  readonly partitions?: number | ((topic: string) => number);
  readonly maxRecords?: number;
  readonly observer?: Observer;
  /** Wraps the ports, to make them fail. */
  readonly transport?: (real: Transport) => Transport;
  readonly documents?: (real: Documents) => Documents;
}

export class World {
  readonly transport: Transport;
  readonly documents: Documents;
  readonly registry = memoryRegistry();
  readonly clock: Clock & { time: number };
  store: StateStore;
  graph!: Graph;
  observer: Observer | undefined;
  readonly #options: WorldOptions;

  private constructor(options: WorldOptions) {
    this.#options = options;
    this.observer = options.observer;
    const clock = {
      time: 0,
      now: () => clock.time,
      sleep: async (duration: number) => {
        clock.time += duration;
      },
      turn: () => Promise.resolve(),
    };
    this.clock = clock;
    const transport = openEmbeddedLog({ path: ':memory:', clock: () => clock.time });
    this.transport = options.transport?.(transport) ?? transport;
    const documents = openSqliteDocuments({ path: ':memory:', clock: () => clock.time });
    this.documents = options.documents?.(documents) ?? documents;
    this.store = World.emptyStore();
  }

  /** The disk of a worker that has never had the task. */
  static emptyStore(): StateStore {
    return openSqliteStateStore({ path: ':memory:' });
  }

  /** Topics for every stream of the topologies; `dead-letters` has one partition. */
  static async of(topologies: readonly Topology[], options: WorldOptions = {}): Promise<World> {
    const world = new World(options);
    await world.deploy(topologies);
    return world;
  }

  /** Another release: the topologies are replaced, what is stored stays. Runners have to be opened anew. */
  async deploy(topologies: readonly Topology[]): Promise<void> {
    const counts = new Map<string, number>();
    for (const topic of Graph.streamsOf(topologies)) {
      const partitions = this.#partitionsOf(topic);
      counts.set(topic, partitions);
      await this.transport.createTopic(topic, { partitions });
    }
    this.graph = new Graph(topologies, counts);
  }

  /** Appends values as somebody outside would, by their keys, in one request. */
  async send<T>(stream: Stream<T>, ...values: readonly T[]): Promise<void> {
    const records = values.map(value => recordOf(stream, value));
    await appendFromOutside(this.transport, stream.name, records, this.clock.time);
  }

  /** Appends bytes that need not be a value of the stream. */
  async sendBytes<T>(stream: Stream<T>, key: string, bytes: Uint8Array): Promise<void> {
    await appendFromOutside(this.transport, stream.name, [recordOfBytes(key, bytes)], this.clock.time);
  }

  /** A worker's task; `own` are the parts that this worker does not share with the others. */
  open(topology: string, partition = 0, own: Partial<RunnerOptions> = {}): Promise<TaskRunner> {
    const { graph, transport, documents, store, registry, clock, observer } = this;
    const limits = { maxRecords: this.#options.maxRecords ?? 1_000, maxBytes: 1 << 22 };
    const base = { graph, transport, documents, store, registry, clock, limits, ...own };
    return TaskRunner.open(topology, partition, observer === undefined ? base : { observer, ...base });
  }

  /** Steps all tasks in turn until none has anything to do. */
  async drain(own: Partial<RunnerOptions> = {}): Promise<void> {
    const runners: TaskRunner[] = [];
    for (const { name, tasks } of this.graph.topologies) {
      for (let partition = 0; partition < tasks; partition++) runners.push(await this.open(name, partition, own));
    }
    for (let worked = true; worked;) {
      worked = false;
      for (const runner of runners) worked = (await runner.step()) || worked;
    }
  }

  /** What a consumer sees: each record of each producer once. */
  output<T>(stream: Stream<T>): Promise<T[]> {
    return consumed(this.transport, stream);
  }

  #partitionsOf(topic: string): number {
    const { partitions = 1 } = this.#options;
    if (topic === 'dead-letters') return 1;
    return typeof partitions === 'number' ? partitions : partitions(topic);
  }
}
