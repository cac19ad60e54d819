/** Reads what a contestant has written as any client would, by kafkajs, committed records alone, from first to last. */
import type { EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';

const end = 'end of the run';

/** Calls with each record in the order of its partition; those without a value are markers and left out. */
export async function eachRecord(
  kafka: Kafka,
  topic: string,
  partitions: number,
  each: (message: KafkaMessage) => void,
): Promise<void> {
  await appendEnds(kafka, topic, partitions);
  const consumer = kafka.consumer({ groupId: `${topic}-witness` });
  const read = Promise.withResolvers<void>();
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (!restart) read.reject(error);
  });
  let open = partitions;
  const eachBatch = ({ batch }: EachBatchPayload): Promise<void> => {
    for (const message of batch.messages) {
      if (message.key?.toString() === end) open--;
      else if (message.value !== null) each(message);
    }
    if (open === 0) read.resolve();
    return Promise.resolve();
  };
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ eachBatch });
    await read.promise;
  } finally {
    await consumer.disconnect();
  }
}

/** A record behind the last of each partition, so that nobody has to guess whether more is to come. */
async function appendEnds(kafka: Kafka, topic: string, partitions: number): Promise<void> {
  const producer = kafka.producer({
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
  });
  await producer.connect();
  const messages = Array.from({ length: partitions }, (_, partition) => ({ key: end, value: end, partition }));
  await producer.send({ topic, messages });
  await producer.disconnect();
}
