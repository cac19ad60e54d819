/**
 * kafkajs alone: `eachBatch` with a commit after each batch. Where an output is named it also sends each record on, a
 * batch's before its commit: at least once. `node bench/support/kafka/kafkajs.ts GIVEN`
 */
import { type EachBatchPayload, Partitioners } from 'kafkajs';
import { given } from './given.ts';
import { clientOf, page } from './load.ts';
import { mark, Progress } from './marks.ts';

const { brokers, run, input, output, records, warmUp } = given();
const kafka = clientOf(brokers);
const consumer = kafka.consumer({ groupId: run });
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
const progress = new Progress({ records, warmUp });
const all = Promise.withResolvers<void>();
/** So that the value of each record is looked at, as little as a program can. */
let bytes = 0;

consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
  if (!restart) all.reject(error);
});
if (output !== '') await producer.connect();
await consumer.connect();
await consumer.subscribe({ topics: [input], fromBeginning: true });
await consumer.run({ autoCommit: false, eachBatch });
await all.promise;
mark('done', progress.seen);
if (bytes === 0) throw new Error('No value was read');
await consumer.disconnect();
if (output !== '') await producer.disconnect();

async function eachBatch({ batch }: EachBatchPayload): Promise<void> {
  for (const { value } of batch.messages) bytes += value?.length ?? 0;
  if (output !== '') await sendOn(batch.messages);
  const { topic, partition } = batch;
  await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(batch.lastOffset()) + 1n) }]);
  if (progress.add(batch.messages.length)) all.resolve();
}

async function sendOn(messages: EachBatchPayload['batch']['messages']): Promise<void> {
  for (let from = 0; from < messages.length; from += page) {
    const sent = messages.slice(from, from + page).map(({ key, value, timestamp }) => ({ key, value, timestamp }));
    await producer.send({ topic: output, messages: sent });
  }
}
