/** Each topic that is there: whether we may do with it what we have to, and whether it is set as it has to be. */
import module from 'kafkajs/src/protocol/requests/index.js';
import { found, type Finding, type Needs } from '../../inspection.ts';
import type { Cluster } from '../cluster.ts';
import { Code, failureOf, nameOf } from '../errors.ts';
import { type KafkaOptions, limitsOf } from '../options.ts';
import type { KafkaProfile } from '../profiles.ts';
import { askMetadata, type TopicMetadata } from '../requests/metadata.ts';
import { Lacks } from './lacks.ts';

/** Kafka's numbers of operations; a broker answers those that are allowed as bits. */
const operations = { Read: 3, Write: 4, DescribeConfigs: 10 } as const;
type Operation = keyof typeof operations;

export async function topicFindings(
  cluster: Cluster,
  options: KafkaOptions,
  profile: KafkaProfile,
  needs: Needs,
): Promise<Finding[]> {
  const names = [...new Set([...needs.reads, ...needs.writes])];
  const { topics } = await cluster.anywhere(broker => askMetadata(broker, names, { operations: true }));
  const there = topics.filter(({ errorCode }) => errorCode !== Code.unknownTopicOrPartition);
  return Promise.all(
    there.map(topic =>
      found(`topic ${topic.topic}`, async () => {
        refuseDenied(topic, needs);
        return checkSettings(await settingsOf(cluster, topic.topic), options, profile, topic);
      }),
    ),
  );
}

function refuseDenied({ topic, errorCode, allowed }: TopicMetadata, { reads, writes }: Needs): void {
  if (errorCode === Code.topicAuthorizationFailed)
    throw new Lacks(`We may not see the topic '${topic}'`, `Give the user the rights to Describe, Read and Write it`);
  if (errorCode !== Code.none && errorCode !== Code.leaderNotAvailable)
    throw failureOf(errorCode, `Metadata of '${topic}'`);
  const needed: readonly Operation[] = [
    ...(reads.includes(topic) ? (['Read'] as const) : []),
    ...(writes.includes(topic) ? (['Write'] as const) : []),
    'DescribeConfigs',
  ];
  const denied =
    allowed === undefined ? [] : needed.filter(operation => ((allowed >> operations[operation]) & 1) === 0);
  if (denied.length > 0)
    throw new Lacks(
      `We may not ${denied.join(' and not ')} the topic '${topic}'`,
      `Give the user the right to ${denied.join(' and ')} it`,
    );
}

type Settings = ReadonlyMap<string, string | null>;

const topicResource = 2;
const names = {
  cleanup: 'cleanup.policy',
  largest: 'max.message.bytes',
  retention: 'retention.ms',
  timestamp: 'message.timestamp.type',
} as const;

async function settingsOf(cluster: Cluster, topic: string): Promise<Settings> {
  const resource = { type: topicResource, name: topic, configNames: Object.values(names) };
  const { resources } = await cluster.anywhere(broker =>
    broker.request(module.requests.DescribeConfigs, { resources: [resource] }),
  );
  const [described] = resources;
  if (described === undefined || described.errorCode !== Code.none)
    throw new Lacks(
      `The settings of '${topic}' are not told: ${nameOf(described?.errorCode ?? -1)}`,
      'Give the user the right to DescribeConfigs of it',
    );
  return new Map(described.configEntries.map(({ configName, configValue }) => [configName, configValue]));
}

function checkSettings(
  settings: Settings,
  options: KafkaOptions,
  { timestamps }: KafkaProfile,
  { topic, partitions, allowed }: TopicMetadata,
): string {
  const { maxBatchBytes } = limitsOf(options);
  const largest = Number(settings.get(names.largest) ?? maxBatchBytes);
  if (settings.get(names.cleanup)?.includes('compact') === true)
    throw new Lacks(
      `'${topic}' is compacted, and state is made of all its records`,
      `Set its ${names.cleanup} to delete`,
    );
  if (largest < maxBatchBytes)
    throw new Lacks(
      `'${topic}' takes batches of ${largest} bytes, and we write up to ${maxBatchBytes}`,
      `Set its ${names.largest} to ${maxBatchBytes} or more`,
    );
  const retention = Number(settings.get(names.retention) ?? -1);
  const isStamped = (settings.get(names.timestamp) ?? '') === 'LogAppendTime' || timestamps === 'append';
  return [
    `${partitions.length} partitions`,
    retention < 0 ? 'kept without end' : `kept for ${retention / 3_600_000} h`,
    ...(isStamped ? ['stamped with the time of arrival: event time comes from the values'] : []),
    ...(allowed === undefined ? ['the broker does not tell what we may do with it'] : []),
  ].join(', ');
}
