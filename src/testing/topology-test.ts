import type { Documents, JsonObject } from '../documents/port.ts';
import { describe } from '../engine/describe.ts';
import { Graph } from '../engine/graph.ts';
import type { SnapshotPolicy } from '../engine/snapshotter.ts';
import type { StateStore } from '../engine/state/store.ts';
import type { Topology } from '../engine/topology.ts';
import { deadLetters, type DeadLetter } from '../stream/dead-letter.ts';
import { appendFromOutside, type OutsideRecord, recordOf, recordOfBytes } from '../stream/outside.ts';
import type { SchemaRegistry } from '../stream/registry.ts';
import type { Stream } from '../stream/stream.ts';
import type { Millis } from '../stream/time.ts';
import type { Transport } from '../transport/port.ts';
import { TestClock } from './clock.ts';
import { TopologyTestError } from './errors.ts';
import { nextStop } from './idle.ts';
import { memorySnapshots } from './memory-snapshots.ts';
import { Outputs, StreamOutput } from './outputs.ts';
import { Random } from './random.ts';
import { TestTasks } from './tasks.ts';
import { at, type TestTime } from './times.ts';

/** What decides about a test beside its calls. */
export interface TopologyTestOptions {
  /** Decides how epochs are cut, in which order tasks run, where pipes are rebuilt and tasks crash; 0. */
  readonly seed?: number;
  /** Of every topic; 1. */
  readonly partitions?: number;
  /** Wall clock at the start, and the day of times like '10:00'; 1970-01-01. */
  readonly start?: Millis;
}

export interface TestPorts {
  readonly graph: Graph;
  readonly transport: Transport;
  readonly documents: Documents;
  readonly store: StateStore;
  readonly registry: SchemaRegistry;
  /** Closes all of them. */
  readonly opened: AsyncDisposable;
}

/** A document that the topologies have written. */
export interface TestDocument {
  readonly id: string;
  readonly partition: string;
  readonly body: JsonObject;
}

/**
 * Topologies that run in memory. Calls are awaited one after the other; each ends when no task has anything to do,
 * and rejects with a `TopologyTestError`, whose cause is the task's own error, when one cannot go on.
 */
export class TopologyTest implements AsyncDisposable {
  readonly seed: number;
  readonly #day: Millis;
  #ports: TestPorts;
  readonly #topics: Map<string, number>;
  readonly #partitions: number;
  readonly #clock: TestClock;
  readonly #random: Random;
  #tasks: TestTasks;
  readonly #outputs: Outputs;
  /** The state that a release goes on from stays to be found when it has lost its disk. */
  readonly #snapshots: SnapshotPolicy = { to: memorySnapshots(), everyEpochs: Infinity, keep: 1 };
  #busy = false;

  constructor(ports: TestPorts, topics: Map<string, number>, options: TopologyTestOptions) {
    const { seed = 0, start = 0, partitions = 1 } = options;
    this.seed = seed;
    this.#partitions = partitions;
    this.#day = start;
    this.#ports = ports;
    this.#topics = topics;
    this.#clock = new TestClock(start);
    this.#random = new Random(seed);
    this.#tasks = this.#tasksOf(ports);
    this.#outputs = new Outputs(ports.transport, topics);
  }

  /** The wall clock. */
  get now(): Millis {
    return this.#clock.now();
  }

  /** An instant on the day of the test. */
  at(time: TestTime): Millis {
    return at(time, this.#day);
  }

  /**
   * Appends values and processes everything. Nobody sends what has not happened yet: the wall clock moves on to the
   * newest event time where that is later, but not to one further ahead than the stream's `maxAhead` allows.
   */
  async send<T>(stream: Stream<T>, ...values: readonly T[]): Promise<void> {
    // Events arrive when they happen; one that does not count would take the clock along to the year 2100.
    const sound = values.filter(value => stream.validate?.(value, this.now) === undefined);
    for (const time of sound.map(value => stream.time(value)))
      if (Number.isFinite(time) && time - this.now <= stream.maxAhead) this.#clock.moveTo(time);
    await this.#append(stream.name, () => values.map(value => recordOf(stream, value)));
  }

  /** Appends bytes that need not be a value of the stream, and processes everything. The clock stays. */
  async sendBytes(stream: Stream<never> | Stream<unknown>, key: string, bytes: Uint8Array): Promise<void> {
    await this.#append(stream.name, () => [recordOfBytes(key, bytes)]);
  }

  /**
   * Throws all tasks away. At their next epochs each dies once more, at a step that the seed chooses, and half of
   * them find that their disk is empty: what they know comes from the checkpoint or the journal.
   */
  async crash(): Promise<void> {
    await this.#call(async () => this.#tasks.crash());
  }

  /**
   * The next release takes the place of the one that ran, in order, and goes on with its state as it declares; rejects
   * where it is refused, and the former one goes on. What only the former one wrote can still be looked at.
   */
  async deploy(topologies: Topology | readonly Topology[]): Promise<void> {
    await this.#call(async () => {
      const all: readonly Topology[] = 'name' in topologies ? [topologies] : topologies;
      await this.#tasks.settle({ epochs: 0 }); // who was thrown away comes back, and ends in order
      for (const topic of Graph.streamsOf(all)) {
        if (this.#topics.has(topic)) continue;
        await this.#ports.transport.createTopic(topic, { partitions: this.#partitions });
        this.#topics.set(topic, this.#partitions);
        this.#outputs.add(topic, this.#partitions);
      }
      // One that is refused has done nothing: the former release then takes its tasks back.
      this.#tasks = this.#tasksOf(this.#ports);
      const ports = { ...this.#ports, graph: new Graph(all, this.#topics) };
      const tasks = this.#tasksOf(ports);
      await tasks.running();
      this.#ports = ports;
      this.#tasks = tasks;
      await tasks.settle({ epochs: 0 });
    });
  }

  /** Moves the wall clock on: inputs turn idle, event time goes on, timers fire and windows close. Never back. */
  async advanceTo(time: TestTime): Promise<void> {
    const target = this.at(time);
    if (target < this.now) throw this.#refused(`The clock is past '${time}' already`, 'Go forwards only');
    await this.#call(async () => {
      const budget = { epochs: 0 };
      await this.#tasks.settle(budget);
      while (this.now < target) {
        this.#clock.moveTo(nextStop(await this.#tasks.running(), this.now, target, this.#random));
        await this.#tasks.settle(budget);
      }
    });
  }

  /** What has been written to a stream so far, as a consumer sees it: each record once. */
  output<T>(stream: Stream<T>): StreamOutput<T> {
    if (!this.#topics.has(stream.name)) throw this.#unknown(stream.name);
    return new StreamOutput(stream, this.#outputs.values(stream), this.#day);
  }

  deadLetters(): readonly DeadLetter[] {
    return this.#outputs.values(deadLetters);
  }

  /** All documents of a collection, by partition and id. */
  async documents(collection: string): Promise<readonly TestDocument[]> {
    const found: TestDocument[] = [];
    for (;;) {
      const page = await this.#ports.documents.list({ collection, after: found.at(-1), limit: 1_000 });
      found.push(...page.map(({ id, partition, body }) => ({ id, partition, body })));
      if (page.length < 1_000) return found;
    }
  }

  /** The body of a document; undefined where there is none. */
  async document(collection: string, id: string, partition = id): Promise<JsonObject | undefined> {
    return (await this.#ports.documents.get({ collection, partition, id }))?.body;
  }

  /** What flows where, as text. */
  describe(): string {
    return describe(this.#ports.graph);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ports.opened[Symbol.asyncDispose]();
  }

  #tasksOf(ports: TestPorts): TestTasks {
    return new TestTasks({ ...ports, snapshots: this.#snapshots, clock: this.#clock }, this.#random);
  }

  async #append(topic: string, records: () => readonly OutsideRecord[]): Promise<void> {
    await this.#call(async () => {
      if (!this.#ports.graph.isRead(topic)) throw this.#unknown(topic);
      await appendFromOutside(this.#ports.transport, topic, records(), this.now);
      await this.#tasks.settle({ epochs: 0 });
    });
  }

  async #call(work: () => Promise<void>): Promise<void> {
    if (this.#busy) throw this.#refused('A call is under way', 'Await each call before the next one');
    this.#busy = true;
    try {
      await work();
    } catch (error) {
      throw this.#failed(error);
    } finally {
      await this.#outputs.follow();
      this.#busy = false;
    }
  }

  #unknown(topic: string): TopologyTestError {
    return this.#refused(
      `No topology under test reads '${topic}'`,
      `Choose among ${[...this.#topics.keys()].join(', ')}`,
    );
  }

  #refused(what: string, remedy: string): TopologyTestError {
    return new TopologyTestError(`${what} (seed ${this.seed})`, remedy);
  }

  #failed(cause: unknown): TopologyTestError {
    if (cause instanceof TopologyTestError && cause.message.includes(`(seed ${this.seed})`)) return cause;
    const what = cause instanceof Error ? cause.message : String(cause);
    return new TopologyTestError(`(seed ${this.seed}) ${what}`, `The seed ${this.seed} shows it again`, { cause });
  }
}
