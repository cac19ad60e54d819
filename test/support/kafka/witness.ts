/** The log as somebody else sees it: kafkajs's public client, which shares no line with our adapter. */
import { randomUUID } from 'node:crypto';
import { type Admin, type Batch, Kafka, KafkaJSError, logLevel } from 'kafkajs';
import { eventually } from './eventually.ts';

export interface WitnessedRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | undefined;
  readonly value: Buffer | undefined;
  readonly headers: ReadonlyMap<string, Buffer>;
}

export const witness = (brokers: string[]): Kafka =>
  new Kafka({
    brokers,
    clientId: 'witness',
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 100 },
  });

export async function createTopic(brokers: string[], topic: string, numPartitions = 1): Promise<void> {
  await administer(brokers, async admin => {
    await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: false });
    await eventually(() => isLed(admin, topic), `${topic} is led`);
  });
}

/** kafkajs gives up waiting where the broker has not even heard of the topic yet. */
async function isLed(admin: Admin, topic: string): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
  } catch (error) {
    if (error instanceof KafkaJSError && error.retriable) return false;
    throw error;
  }
}

/** All records that the topic holds now, by partition and offset. */
export async function readTopic(brokers: string[], topic: string, deadline_ms = 180_000): Promise<WitnessedRecord[]> {
  const missing = await ends(brokers, topic);
  const read: WitnessedRecord[] = [];
  // A consumer that has committed nothing and joins its group anew, as kafkajs does of itself, begins at the beginning.
  const next = new Map<number, number>();
  if (missing.size > 0)
    await consume(brokers, topic, deadline_ms, batch => {
      const from = next.get(batch.partition) ?? 0;
      const records = batch.messages.map(message => witnessed(batch.partition, message));
      read.push(...records.filter(({ offset }) => offset >= from));
      next.set(batch.partition, Math.max(from, Number(batch.lastOffset()) + 1));
      if (Number(batch.lastOffset()) + 1 >= (missing.get(batch.partition) ?? 0)) missing.delete(batch.partition);
      return missing.size === 0;
    });
  return read.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** Where each partition that holds anything ends. */
async function ends(brokers: string[], topic: string): Promise<Map<number, number>> {
  const bounds = await administer(brokers, admin => admin.fetchTopicOffsets(topic));
  return new Map(
    bounds.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, Number(high)]),
  );
}

/** Until `onBatch` says that it has seen enough. */
async function consume(
  brokers: string[],
  topic: string,
  deadline_ms: number,
  onBatch: (batch: Batch) => boolean,
): Promise<void> {
  const groupId = `witness-${randomUUID()}`;
  const consumer = witness(brokers).consumer({ groupId, maxWaitTimeInMs: 100, readUncommitted: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`${topic} could not be read in ${deadline_ms} ms`)), deadline_ms);
  consumer.on('consumer.crash', ({ payload }) => (payload.restart ? undefined : reject(payload.error)));
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch: async ({ batch }) => (onBatch(batch) ? resolve() : undefined) });
    await promise;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
  }
}

const witnessed = (partition: number, message: Batch['messages'][number]): WitnessedRecord => ({
  partition,
  offset: Number(message.offset),
  timestamp: Number(message.timestamp),
  key: message.key?.toString(),
  value: message.value ?? undefined,
  headers: new Map(
    Object.entries(message.headers ?? {}).flatMap(([name, value]) =>
      Buffer.isBuffer(value) ? [[name, value] as const] : [],
    ),
  ),
});

export async function administer<T>(brokers: string[], work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = witness(brokers).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
