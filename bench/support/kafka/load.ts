/** Fills a topic as any client would: kafkajs's producer and its partitioner, event time as the record's timestamp. */
import { Kafka, logLevel, type Message, Partitioners } from 'kafkajs';
import { type Reading, readings } from './input.ts';

/** What kafkajs takes to encode a batch grows with the square of its records: 500 are the quickest. */
export const page = 500;

export const clientOf = (brokers: string): Kafka =>
  new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.ERROR });

export async function createTopics(kafka: Kafka, topics: readonly string[], numPartitions: number): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: topics.map(topic => ({ topic, numPartitions })), waitForLeaders: true });
  } finally {
    await admin.disconnect();
  }
}

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
