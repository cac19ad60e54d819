/** What brokers can do at all: the requests that we send, and numbering what a producer writes. */
import module from 'kafkajs/src/protocol/requests/index.js';
import type { Cluster } from '../cluster.ts';
import { BrokerRefused, BrokerUnable, Code, failureOf } from '../errors.ts';
import type { KafkaProfile } from '../profiles.ts';
import { Lacks } from './lacks.ts';

interface Request {
  readonly name: string;
  readonly apiKey: number;
  /** The oldest version that says what we need to know. */
  readonly least: number;
}

const requests: readonly Request[] = [
  { name: 'Produce', apiKey: 0, least: 3 },
  { name: 'Fetch', apiKey: 1, least: 4 },
  { name: 'ListOffsets', apiKey: 2, least: 1 },
  { name: 'Metadata', apiKey: 3, least: 5 },
  { name: 'OffsetCommit', apiKey: 8, least: 2 },
  { name: 'OffsetFetch', apiKey: 9, least: 2 },
  { name: 'FindCoordinator', apiKey: 10, least: 0 },
  { name: 'JoinGroup', apiKey: 11, least: 2 },
  { name: 'Heartbeat', apiKey: 12, least: 0 },
  { name: 'LeaveGroup', apiKey: 13, least: 0 },
  { name: 'SyncGroup', apiKey: 14, least: 0 },
  { name: 'DescribeConfigs', apiKey: 32, least: 0 },
];
const createTopics: Request = { name: 'CreateTopics', apiKey: 19, least: 0 };

export async function versions(cluster: Cluster, { topicsMadeBy }: KafkaProfile): Promise<string> {
  const needed = topicsMadeBy === 'us' ? [...requests, createTopics] : requests;
  const lacking = await cluster.anywhere(async broker =>
    needed.filter(({ apiKey, least }) => (broker.version(apiKey, Number.MAX_SAFE_INTEGER) ?? -1) < least),
  );
  if (lacking.length === 0) return `all ${needed.length} kinds of requests that Millrace sends are known`;
  throw new Lacks(
    `The broker does not know ${lacking.map(({ name, least }) => `${name} ${least}`).join(', ')}`,
    'Use Apache Kafka 2.1 or newer, or what speaks as it does; Event Hubs from the tier Standard on',
  );
}

export async function idempotence(cluster: Cluster, { idempotence: wanted, title }: KafkaProfile): Promise<string> {
  try {
    await cluster.patiently(() =>
      cluster.anywhere(async broker => {
        const { errorCode } = await broker.request(module.requests.InitProducerId, { transactionalId: null });
        if (errorCode !== Code.none) throw failureOf(errorCode, 'InitProducerId');
      }),
    );
    return 'a repeated request is written once: producers are numbered';
  } catch (error) {
    if (!isWithout(error)) throw error;
    if (wanted === 'if-possible')
      return 'producers are not numbered, so a repeated request may be written twice; readers drop what tasks repeat';
    throw new Lacks(
      `${title} gives us no number as a producer: ${error instanceof Error ? error.message : String(error)}`,
      'Give the user the right to IdempotentWrite on the cluster (before Kafka 2.8) or to Write on a topic, or set kafka.profile to redpanda or event-hubs, which do without',
    );
  }
}

const isWithout = (error: unknown): boolean =>
  error instanceof BrokerRefused || (error instanceof BrokerUnable && error.isDenial);
