// Whoever is type-checked against our sources meets these modules here, without our tsconfig.
// oxlint-disable-next-line typescript/triple-slash-reference -- ambient modules cannot be imported
/// <reference path="./kafkajs.d.ts" />
/** A log behind Kafka's protocol: Apache Kafka, Redpanda, Azure Event Hubs. */
import type { Millis } from '../../stream/time.ts';
import type {
  Append,
  Bounds,
  CommittedOffset,
  Offset,
  ReadRequest,
  TopicDescription,
  TopicOptions,
  TopicPartition,
  Transport,
} from '../port.ts';
import type { RecordBatch } from '../record.ts';
import type { WireFrames } from '../wire-frame.ts';
import { Brokers } from './brokers.ts';
import { Cluster } from './cluster.ts';
import { Groups } from './groups.ts';
import { Offsets } from './offsets.ts';
import type { KafkaOptions } from './options.ts';
import { Reader } from './reading/reader.ts';
import { reframed } from './reframe.ts';
import { Topics } from './topics.ts';
import { Troubles } from './troubles.ts';
import { Producer } from './writing/producer.ts';

/** Nothing is connected before it is needed; a broker that is away makes the first call `Unavailable`. */
export const openKafkaLog = (options: KafkaOptions): KafkaLog => new KafkaLog(options);

export class KafkaLog implements Transport {
  /** Failures by reason, got over or not. */
  readonly troubles: Troubles;
  /** As whom groups commit; and what else a membership asks of a coordinator. */
  readonly groups: Groups;
  readonly #brokers: Brokers;
  readonly #cluster: Cluster;
  readonly #topics: Topics;
  readonly #offsets: Offsets;
  readonly #reader: Reader;
  readonly #producer: Producer;
  readonly #frames: WireFrames | undefined;

  constructor(options: KafkaOptions) {
    this.troubles = new Troubles();
    this.#brokers = new Brokers(options);
    this.#cluster = new Cluster(options, this.#brokers, this.troubles);
    this.groups = new Groups(this.#cluster);
    this.#topics = new Topics(this.#cluster, options);
    this.#offsets = new Offsets(this.#cluster);
    this.#reader = new Reader(options, this.#cluster, at => this.#offsets.bounds(at));
    this.#producer = new Producer(options, this.#cluster);
    this.#frames = options.frames;
  }

  createTopic(topic: string, options: TopicOptions): Promise<void> {
    return this.#topics.create(topic, options);
  }

  deleteTopic(topic: string): Promise<boolean> {
    return this.#topics.remove(topic);
  }

  topics(): Promise<readonly TopicDescription[]> {
    return this.#topics.list();
  }

  async partitions(topic: string): Promise<number> {
    return (await this.#cluster.topic(topic)).leaders.length;
  }

  bounds(at: TopicPartition): Promise<Bounds> {
    return this.#offsets.bounds(at);
  }

  offsetAt(at: TopicPartition, time: Millis): Promise<Offset> {
    return this.#offsets.at(at, time);
  }

  read(request: ReadRequest): Promise<readonly RecordBatch[]> {
    return this.#reader.read(request);
  }

  async append(appends: readonly Append[]): Promise<readonly Offset[]> {
    const frames = this.#frames;
    return this.#producer.append(frames === undefined ? appends : await reframed(appends, frames));
  }

  grown(past: readonly CommittedOffset[], signal: AbortSignal): Promise<void> {
    return this.#reader.grown(past, signal);
  }

  commit(group: string, offsets: readonly CommittedOffset[]): Promise<void> {
    return this.groups.commit(group, offsets);
  }

  committed(group: string): Promise<readonly CommittedOffset[]> {
    return this.groups.committed(group);
  }

  /** The broker does it, by what the topics were created with. */
  applyRetention(): Promise<number> {
    return Promise.resolve(0);
  }

  /** At once, also while a broker is silent: nothing that was promised is lost by it. */
  async close(): Promise<void> {
    this.#brokers.close();
    this.#reader.close();
    this.#producer.close();
  }
}
