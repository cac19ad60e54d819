/** Fills a topic as any client would: kafkajs's producer and its partitioner, event time as the record's timestamp. */
import { setTimeout } from 'node:timers/promises';
import { Kafka, logLevel, type Message, Partitioners } from 'kafkajs';
import { type Reading, readings } from './input.ts';

/** What kafkajs takes to encode a batch grows with the square of its records: 500 are the quickest. */
export const page = 500;
/** For what a broker has to do before it answers: milliseconds where the machine is idle. */
const patience_ms = 30_000;

export const clientOf = (brokers: string): Kafka =>
  new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING });

export async function createTopics(kafka: Kafka, topics: readonly string[], numPartitions: number): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    // Its own waiting for leaders fails where the broker does not yet know the topic that it has just made.
    await admin.createTopics({ topics: topics.map(topic => ({ topic, numPartitions })), waitForLeaders: false });
    for (const topic of topics) await retrying(() => admin.fetchTopicOffsets(topic));
  } finally {
    await admin.disconnect();
  }
}

/** A new broker makes the topic of groups when it is first asked for one, and refuses them while it loads it. */
export async function untilGroupsAreThere(kafka: Kafka): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    await retrying(() => admin.fetchOffsets({ groupId: 'bench' }));
  } finally {
    await admin.disconnect();
  }
}

async function retrying(work: () => Promise<unknown>): Promise<void> {
  for (const end = performance.now() + patience_ms; ; await setTimeout(20)) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isRetriable(error) || performance.now() > end) throw error;
    }
  }
}

const isRetriable = (error: unknown): boolean =>
  error instanceof Error && 'retriable' in error && error.retriable === true;

export async function deleteTopics(kafka: Kafka, which: (topic: string) => boolean): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter(which);
    if (topics.length > 0) await admin.deleteTopics({ topics });
  } finally {
    await admin.disconnect();
  }
}

export async function load(kafka: Kafka, topic: string, records: Iterable<Reading>): Promise<void> {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    for (const messages of pages(records)) await producer.send({ topic, messages });
  } finally {
    await producer.disconnect();
  }
}

function* pages(records: Iterable<Reading>): Generator<Message[]> {
  const buffer = Buffer.alloc(1_024);
  let messages: Message[] = [];
  for (const reading of records) {
    const value = Buffer.from(buffer.subarray(0, readings.schema.encode(reading, buffer, 0)));
    messages.push({ key: reading.sensor, value, timestamp: String(reading.at) });
    if (messages.length < page) continue;
    yield messages;
    messages = [];
  }
  if (messages.length > 0) yield messages;
}
