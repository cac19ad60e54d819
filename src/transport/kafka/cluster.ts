/** What the brokers say about themselves: who leads which partition. Asked for when needed, and again when it is old. */
import { Unavailable } from '../../errors.ts';
import type { Millis } from '../../stream/time.ts';
import { type TopicPartition, UnknownPartition, UnknownTopic } from '../port.ts';
import type { Broker } from './broker.ts';
import type { Brokers } from './brokers.ts';
import { type Address, nameOfAddress } from './connection.ts';
import { BrokerUnable, Code, failureOf } from './errors.ts';
import { type KafkaOptions, limitsOf } from './options.ts';
import { askMetadata, type Metadata, type TopicMetadata } from './requests/metadata.ts';
import type { Troubles } from './troubles.ts';

const maxTries = 8;
const firstWait: Millis = 20;
const longestWait: Millis = 500;

/** A topic as it was when it was asked for. */
export interface Topic {
  readonly name: string;
  readonly id: string | undefined;
  /** Node that leads each partition; -1 while there is none. */
  readonly leaders: readonly number[];
  readonly askedAt: Millis;
}

export class Cluster {
  readonly brokers: Brokers;
  readonly troubles: Troubles;
  readonly #options: KafkaOptions;
  readonly #bootstrap: readonly Address[];
  #nodes: ReadonlyMap<number, Address> = new Map();
  readonly #topics = new Map<string, Topic>();
  readonly #asking = new Map<string, Promise<Topic>>();

  constructor(options: KafkaOptions, brokers: Brokers, troubles: Troubles) {
    this.#options = options;
    this.brokers = brokers;
    this.troubles = troubles;
    this.#bootstrap = options.brokers.map(addressOf);
  }

  /** @throws {UnknownTopic} */
  async topic(name: string): Promise<Topic> {
    const known = this.#topics.get(name);
    if (known !== undefined && this.#options.clock() - known.askedAt < limitsOf(this.#options).metadataAge)
      return known;
    return this.#ask(name);
  }

  /** Asks again where the partition is not among those that were there. @throws {UnknownTopic | UnknownPartition} */
  async topicOf(at: TopicPartition): Promise<Topic> {
    const topic = await this.topic(at.topic);
    if (at.partition in topic.leaders) return topic;
    const anew = Number.isInteger(at.partition) && at.partition >= 0 ? await this.#ask(at.topic) : topic;
    if (at.partition in anew.leaders) return anew;
    throw new UnknownPartition(at, anew.leaders.length);
  }

  /** @throws {Unavailable} While there is none. */
  async leaderOf(at: TopicPartition): Promise<Address> {
    const topic = await this.topicOf(at);
    const address = this.#nodes.get(topic.leaders[at.partition] ?? -1);
    if (address !== undefined) return address;
    this.forget(at.topic);
    this.troubles.tell('LEADER_NOT_AVAILABLE');
    throw new BrokerUnable(
      'LEADER_NOT_AVAILABLE',
      `${at.topic}/${at.partition} has no leader`,
      'It is tried again until a broker leads it; see which brokers are down',
    );
  }

  /** Its leaders have moved, or it may be gone: whoever needs it asks again. */
  forget(topic: string): void {
    this.#topics.delete(topic);
  }

  async allTopics(): Promise<readonly TopicMetadata[]> {
    const { topics } = await this.#metadata('all');
    return topics.filter(({ isInternal, errorCode }) => !isInternal && errorCode === Code.none);
  }

  /** Asks one broker after the other, each once, until one answers. */
  async anywhere<T>(work: (broker: Broker) => Promise<T>): Promise<T> {
    const addresses = new Map([...this.#nodes.values(), ...this.#bootstrap].map(at => [nameOfAddress(at), at]));
    let failure: unknown;
    for (const address of addresses.values()) {
      try {
        return await work(await this.brokers.get(address, 'ask'));
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        this.troubles.tell(reasonOf(error));
        failure = error;
      }
    }
    throw failure;
  }

  /**
   * Tries again, so often and with growing waits, what a broker answers while it is about to be able: a partition
   * finds its leader, a coordinator loads. One that cannot be reached at all is for who asks to wait for.
   */
  async patiently<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const passes = error instanceof BrokerUnable && !error.isDenial;
        if (!passes || attempt >= maxTries || signal?.aborted === true) throw error;
        await this.brokers.pause(Math.min(longestWait, firstWait * 2 ** (attempt - 1)), signal);
      }
    }
  }

  #ask(name: string): Promise<Topic> {
    const asking = this.#asking.get(name) ?? this.#askTopic(name).finally(() => this.#asking.delete(name));
    this.#asking.set(name, asking);
    return asking;
  }

  async #askTopic(name: string): Promise<Topic> {
    const askedAt = this.#options.clock();
    this.#topics.delete(name);
    const { topics } = await this.#metadata([name]);
    const found = topics.find(({ topic }) => topic === name);
    const errorCode = found?.errorCode ?? Code.unknownTopicOrPartition;
    if (errorCode === Code.unknownTopicOrPartition || errorCode === Code.invalidTopic) throw new UnknownTopic(name);
    if (found === undefined || errorCode !== Code.none) throw failureOf(errorCode, `Metadata of ${name}`);
    const leaders: number[] = [];
    for (const { partition, leader } of found.partitions) leaders[partition] = leader;
    const topic = { name, id: found.id, leaders, askedAt };
    this.#topics.set(name, topic);
    return topic;
  }

  async #metadata(topics: readonly string[] | 'all'): Promise<Metadata> {
    const metadata = await this.anywhere(broker => askMetadata(broker, topics));
    if (metadata.brokers.size > 0) this.#nodes = metadata.brokers;
    return metadata;
  }
}

/** By what a failure is counted. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error && 'reason' in error && typeof error.reason === 'string' ? error.reason : 'connection';

/** Of `host:port`. */
export function addressOf(broker: string): Address {
  const colon = broker.lastIndexOf(':');
  const host = broker.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(broker.slice(colon + 1)) };
}
