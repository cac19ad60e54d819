/** Topics: created, described, compared with what they should be. */
import module from 'kafkajs/src/protocol/requests/index.js';
import { type TopicDescription, TopicMismatch, type TopicOptions, UnknownTopic } from '../port.ts';
import type { Cluster } from './cluster.ts';
import { BrokerRefused, Code, failureOf, InvalidTopic } from './errors.ts';
import { type KafkaOptions, limitsOf } from './options.ts';

const topicResource = 2;
const retentionMs = 'retention.ms';
const retentionBytes = 'retention.bytes';
const cleanupPolicy = 'cleanup.policy';
const unlimited = -1;
const invalid: ReadonlySet<number> = new Set([Code.invalidTopic, Code.invalidPartitions, Code.invalidConfig]);

export class Topics {
  readonly #cluster: Cluster;
  readonly #options: KafkaOptions;

  constructor(cluster: Cluster, options: KafkaOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  async create(topic: string, options: TopicOptions): Promise<void> {
    const there = await this.#find(topic);
    if (there !== undefined) return refuseOther(there, options);
    const { topicsCreatedBy } = this.#options;
    if (topicsCreatedBy !== undefined)
      throw new BrokerRefused('TOPICS_NOT_CREATED', `Topic '${topic}' does not exist`, topicsCreatedBy);
    const created = await this.#create(topic, options);
    if (created) return this.#untilLed(topic, options.partitions);
    // Another process was quicker.
    const theirs = await this.#find(topic);
    if (theirs !== undefined) refuseOther(theirs, options);
  }

  /** Answers false where topics belong to whoever `topicsCreatedBy` names. */
  async remove(topic: string): Promise<boolean> {
    if (this.#options.topicsCreatedBy !== undefined) return false;
    const { topicErrors } = await this.#cluster.anywhere(broker =>
      broker.request(module.requests.DeleteTopics, {
        topics: [topic],
        timeout: limitsOf(this.#options).requestTimeout / 2,
      }),
    );
    const { errorCode = -1 } = topicErrors[0] ?? {};
    if (errorCode === Code.unknownTopicOrPartition) throw new UnknownTopic(topic);
    if (errorCode !== Code.none) throw failureOf(errorCode, `DeleteTopics of '${topic}'`);
    await this.#untilGone(topic);
    return true;
  }

  async list(): Promise<TopicDescription[]> {
    const topics = await this.#cluster.allTopics();
    const partitions = new Map(topics.map(({ topic, partitions: all }) => [topic, all.length]));
    return this.#describe(partitions);
  }

  async #find(topic: string): Promise<TopicDescription | undefined> {
    try {
      this.#cluster.forget(topic);
      const { leaders } = await this.#cluster.topic(topic);
      const [described] = await this.#describe(new Map([[topic, leaders.length]]));
      return described;
    } catch (error) {
      if (error instanceof UnknownTopic) return undefined;
      throw error;
    }
  }

  /** Whoever was deleted meanwhile is left out. */
  async #describe(partitions: ReadonlyMap<string, number>): Promise<TopicDescription[]> {
    if (partitions.size === 0) return [];
    const configNames = [retentionMs, retentionBytes, cleanupPolicy];
    const resources = Array.from(partitions.keys(), name => ({ type: topicResource, name, configNames }));
    const { resources: described } = await this.#cluster.anywhere(broker =>
      broker.request(module.requests.DescribeConfigs, { resources }),
    );
    return described.flatMap(({ errorCode, resourceName: topic, configEntries }) => {
      if (errorCode === Code.unknownTopicOrPartition) return [];
      if (errorCode !== Code.none) throw failureOf(errorCode, `DescribeConfigs of ${topic}`);
      const values = new Map(configEntries.map(({ configName, configValue }) => [configName, configValue]));
      const [ms, bytes] = [retentionMs, retentionBytes].map(name => Number(values.get(name) ?? unlimited));
      return {
        topic,
        partitions: partitions.get(topic) ?? 0,
        ...(ms === undefined || ms === unlimited ? {} : { retentionMs: ms }),
        ...(bytes === undefined || bytes === unlimited ? {} : { retentionBytes: bytes }),
        ...(values.get(cleanupPolicy)?.includes('compact') === true ? { compacted: true } : {}),
      };
    });
  }

  /** Answers false where the topic is there already. */
  async #create(topic: string, options: TopicOptions): Promise<boolean> {
    const configEntries = [
      { name: cleanupPolicy, value: 'delete' },
      { name: retentionMs, value: String(options.retentionMs ?? unlimited) },
      { name: retentionBytes, value: String(options.retentionBytes ?? unlimited) },
    ];
    const topics = [{ topic, numPartitions: options.partitions, replicationFactor: -1, configEntries }];
    const { topicErrors } = await this.#cluster.anywhere(broker =>
      broker.request(module.requests.CreateTopics, { topics, timeout: limitsOf(this.#options).requestTimeout / 2 }),
    );
    const { errorCode = -1, errorMessage = null } = topicErrors[0] ?? {};
    if (errorCode === Code.none) return true;
    if (errorCode === Code.topicAlreadyExists) return false;
    const why = errorMessage ?? 'the broker does not say why';
    if (invalid.has(errorCode))
      throw new InvalidTopic(
        `Topic '${topic}' cannot be created: ${why}`,
        'Names have letters, digits, dots, dashes and underscores; partitions are at least 1',
      );
    throw failureOf(errorCode, `CreateTopics of '${topic}' (${why})`);
  }

  /** Brokers hear of it one after the other. */
  async #untilGone(topic: string): Promise<void> {
    const until = this.#options.clock() + limitsOf(this.#options).requestTimeout;
    while ((await this.#find(topic)) !== undefined) {
      if (this.#options.clock() > until) throw failureOf(5, `Metadata of the removed topic '${topic}'`);
      await this.#cluster.brokers.pause(20);
    }
  }

  /** Brokers hear of a new topic one after the other, and each partition has to find its leader. */
  async #untilLed(topic: string, partitions: number): Promise<void> {
    const until = this.#options.clock() + limitsOf(this.#options).requestTimeout;
    for (;;) {
      try {
        this.#cluster.forget(topic);
        const { leaders } = await this.#cluster.topic(topic);
        if (leaders.length === partitions && leaders.every(leader => leader >= 0)) return;
      } catch (error) {
        if (!(error instanceof UnknownTopic)) throw error;
      }
      if (this.#options.clock() > until) throw failureOf(5, `Metadata of the new topic '${topic}'`);
      await this.#cluster.brokers.pause(20);
    }
  }
}

function refuseOther(there: TopicDescription, options: TopicOptions): void {
  const differs = (['partitions', 'retentionMs', 'retentionBytes'] as const).filter(
    name => there[name] !== options[name],
  );
  if (differs.length === 0) return;
  const shown = differs.map(
    name => `${name} ${there[name] ?? 'without limit'}, not ${options[name] ?? 'without limit'}`,
  );
  throw new TopicMismatch(
    `Topic '${there.topic}' has ${shown.join(' and ')}`,
    'Ask for what it has, alter the topic, or choose another name',
  );
}
