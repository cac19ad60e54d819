/** Where logs begin and end, and which offset they had reached at a time. */
import module from 'kafkajs/src/protocol/requests/index.js';
import { Unavailable } from '../../errors.ts';
import type { Millis } from '../../stream/time.ts';
import type { Bounds, Offset, TopicPartition } from '../port.ts';
import type { Broker } from './broker.ts';
import { type Cluster, reasonOf } from './cluster.ts';
import { Code, failureOf } from './errors.ts';

const latest = -1;
const earliest = -2;
const readCommitted = 1;

export class Offsets {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async bounds(at: TopicPartition): Promise<Bounds> {
    return this.#asLeader(at, async broker => {
      const [start, end] = await Promise.all([this.#ask(broker, at, earliest), this.#ask(broker, at, latest)]);
      return { start, end: Math.max(start, end) };
    });
  }

  /** The first offset whose record entered the log at or after the time; the end of the log where there is none. */
  async at(at: TopicPartition, time: Millis): Promise<Offset> {
    return this.#asLeader(at, async broker => {
      const offset = time === -Infinity ? await this.#ask(broker, at, earliest) : await this.#atTime(broker, at, time);
      return offset >= 0 ? offset : this.#ask(broker, at, latest);
    });
  }

  /** Times are whole; what entered at or after half a millisecond entered at or after the next. */
  async #atTime(broker: Broker, at: TopicPartition, time: Millis): Promise<Offset> {
    return time > Number.MAX_SAFE_INTEGER ? -1 : this.#ask(broker, at, Math.max(0, Math.ceil(time)));
  }

  async #ask(broker: Broker, { topic, partition }: TopicPartition, timestamp: number): Promise<Offset> {
    const topics = [{ topic, partitions: [{ partition, timestamp }] }];
    const answer = await broker.request(module.requests.ListOffsets, { isolationLevel: readCommitted, topics });
    const found = answer.responses[0]?.partitions[0];
    const errorCode = found?.errorCode ?? Code.unknownTopicOrPartition;
    if (found === undefined || errorCode !== Code.none)
      throw failureOf(errorCode, `ListOffsets of ${topic}/${partition}`);
    return Number(found.offset);
  }

  /** If it fails, the cluster is asked what has become of the topic. */
  async #asLeader<T>(at: TopicPartition, work: (broker: Broker) => Promise<T>): Promise<T> {
    return this.#cluster.patiently(async () => {
      try {
        const address = await this.#cluster.leaderOf(at);
        return await work(await this.#cluster.brokers.get(address, 'ask'));
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        this.#cluster.troubles.tell(reasonOf(error));
        this.#cluster.forget(at.topic);
        await this.#cluster.topicOf(at);
        throw error;
      }
    });
  }
}
