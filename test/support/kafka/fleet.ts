/** Workers over a real broker, all in this process: each has its own connections, disk and place in the groups. */
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { systemClock } from '../../../src/engine/clock.ts';
import { Engine, type EngineOptions } from '../../../src/engine/engine.ts';
import { Graph } from '../../../src/engine/graph.ts';
import type { Membership } from '../../../src/engine/membership.ts';
import type { StateStore } from '../../../src/engine/state/store.ts';
import type { WorkerIdentity } from '../../../src/engine/state/worker.ts';
import type { Topology } from '../../../src/engine/topology.ts';
import { appendFromOutside, recordOf } from '../../../src/stream/outside.ts';
import { memoryRegistry } from '../../../src/stream/registry.ts';
import type { Stream } from '../../../src/stream/stream.ts';
import { kafkaMembership } from '../../../src/transport/kafka/membership/membership.ts';
import { type KafkaLog, openKafkaLog } from '../../../src/transport/kafka/open.ts';
import type { Transport } from '../../../src/transport/port.ts';
import { memorySnapshots } from '../../../src/testing/memory-snapshots.ts';
import { prefixed, prefixedGroups } from '../prefixed.ts';
import { World } from '../world.ts';
import { unique } from './suite.ts';

/** The shortest session that brokers take. */
export const times = { sessionTimeout: 6_000, heartbeatInterval: 200, rebalanceTimeout: 6_000 };

interface Disk {
  readonly store: StateStore;
  ran: readonly string[];
  readonly members: Map<string, string>;
}

interface Hire extends Partial<EngineOptions> {
  readonly brokers?: readonly string[];
  readonly session_ms?: number;
  /** Ends it, also while it waits. */
  readonly signal?: AbortSignal;
}

/** What a worker has told of itself. */
export interface Hand {
  readonly id: string;
  readonly engine: Engine;
  /** Why it joined, each time. */
  readonly joins: string[];
  readonly left: (readonly [task: string, why: string])[];
  /** Epochs that it executed again. */
  readonly muted: string[];
  /** Rejects where it has failed. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export const tasksOf = ({ engine }: Hand): string[] => engine.runners.map(({ task }) => task.id).sort();

export class KafkaFleet implements AsyncDisposable {
  readonly prefix = `${unique('fleet')}-`;
  readonly documents = openSqliteDocuments({ path: ':memory:', clock: Date.now });
  readonly snapshots = memorySnapshots();
  readonly transport: Transport;
  readonly #brokers: readonly string[];
  readonly #topologies: readonly Topology[];
  readonly #registry = memoryRegistry();
  readonly #disks = new Map<string, Disk>();
  readonly #open = new AsyncDisposableStack();
  readonly #hands = new Set<Hand>();
  readonly #logs = new Map<Hand, KafkaLog>();

  readonly #session_ms: number;

  private constructor(brokers: readonly string[], topologies: readonly Topology[], session_ms: number) {
    this.#brokers = brokers;
    this.#topologies = topologies;
    this.#session_ms = session_ms;
    this.transport = prefixed(this.#log('outside').log, this.prefix);
  }

  /** `session_ms` is how long a worker may be silent: a machine that is short of time must not make it seem dead. */
  static async begin(
    brokers: readonly string[],
    topologies: readonly Topology[],
    partitions: number,
    session_ms = times.sessionTimeout,
  ): Promise<KafkaFleet> {
    const fleet = new KafkaFleet(brokers, topologies, session_ms);
    for (const topic of Graph.streamsOf(topologies))
      await fleet.transport.createTopic(topic, { partitions: topic === 'dead-letters' ? 1 : partitions });
    return fleet;
  }

  /** The groups of this fleet, for a worker that reads other topics. */
  membershipOf(id: string): Membership {
    return prefixedGroups(this.#log(id).membership, this.prefix);
  }

  /** As if its process had died: its group is not told. */
  async abandon(hand: Hand): Promise<void> {
    this.#hands.delete(hand);
    await this.#logs.get(hand)?.close();
    await hand.ended.catch(() => {}); // its log is closed under it
  }

  /** Resolves once its first tasks are restored; `brokers` is where it believes them to be. */
  async hire(id: string, { brokers = this.#brokers, signal, session_ms, ...own }: Hire = {}): Promise<Hand> {
    const disk = this.#disks.get(id) ?? { store: World.emptyStore(), ran: [], members: new Map<string, string>() };
    this.#disks.set(id, disk);
    const { log, membership } = this.#log(id, brokers, session_ms);
    const told: Pick<Hand, 'joins' | 'left' | 'muted'> = { joins: [], left: [], muted: [] };
    const stop = new AbortController();
    const either = AbortSignal.any([stop.signal, ...(signal === undefined ? [] : [signal])]);
    const engine = await Engine.open(
      {
        topologies: this.#topologies,
        transport: prefixed(log, this.prefix),
        membership: prefixedGroups(membership, this.prefix),
        worker: identity(id, disk),
        documents: this.documents,
        registry: this.#registry,
        store: disk.store,
        clock: systemClock,
        maxRecords: 50,
        budgetBytes: 1 << 24,
        standbys: 1,
        snapshots: { to: this.snapshots, everyEpochs: 50, keep: 2 },
        observer: {
          joining: (_, reason) => void told.joins.push(reason),
          left: (task, why) => void told.left.push([task, why]),
          committed: (task, { muted }) => void (muted && told.muted.push(`${task.id} ${task.epoch}`)),
        },
        ...own,
      },
      either,
    );
    const ended = engine.run(either);
    ended.catch(() => {}); // whoever stops it is told
    const hand: Hand = {
      id,
      engine,
      ...told,
      ended,
      stop: async () => {
        stop.abort();
        this.#hands.delete(hand);
        try {
          await ended;
        } finally {
          await log.close();
        }
      },
    };
    this.#hands.add(hand);
    this.#logs.set(hand, log);
    return hand;
  }

  async send<T>(stream: Stream<T>, ...values: readonly T[]): Promise<void> {
    const records = values.map(value => recordOf(stream, value));
    await appendFromOutside(this.transport, stream.name, records, Date.now());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const hand of this.#hands) await hand.stop().catch(() => {}); // a test that fails has said why
    await this.#open.disposeAsync();
    await this.documents.close();
  }

  #log(clientId: string, brokers: readonly string[] = this.#brokers, session_ms = this.#session_ms) {
    const log = openKafkaLog({ brokers, clientId, clock: Date.now });
    this.#open.defer(() => log.close());
    return {
      log,
      membership: kafkaMembership(log, systemClock, {
        ...times,
        sessionTimeout: session_ms,
        rebalanceTimeout: session_ms,
      }),
    };
  }
}

const identity = (id: string, disk: Disk): WorkerIdentity => ({
  id,
  ran: disk.ran,
  members: new Map(disk.members),
  runs: tasks => void (disk.ran = tasks),
  joined: (topology, member) => void disk.members.set(topology, member),
});
