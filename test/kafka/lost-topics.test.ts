/** Topics that are deleted, made anew, cut or too small for us; and a broker that dies and comes back. */
import { describe, expect, test } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { OffsetOutOfRange, TopicRecreated, type TopicPartition, UnknownTopic } from '../../src/transport/port.ts';
import { RecordTooLarge } from '../../src/transport/record.ts';
import { impatient, opened, type OpenedLog } from '../support/kafka/adapter.ts';
import { KafkaBroker } from '../support/kafka/broker.ts';
import { brokers, noBroker, noOwnBroker, unique } from '../support/kafka/suite.ts';
import { administer, witness } from '../support/kafka/witness.ts';
import { batchesOf, numbered, readAll, valuesOf } from '../transport/records.ts';

const wide = { maxRecords: 10_000, maxBytes: 10_000_000 };
const never = new AbortController().signal;

const append = ({ log }: OpenedLog, at: TopicPartition, ...values: string[]) =>
  log.append([{ ...at, batches: batchesOf(...values) }]);

describe.skipIf(noBroker)('a topic', () => {
  async function begun(adapter: OpenedLog): Promise<TopicPartition> {
    const at = { topic: unique('begun'), partition: 0 };
    await adapter.log.createTopic(at.topic, { partitions: 1 });
    await append(adapter, at, ...numbered('a', 10));
    expect(valuesOf(await adapter.log.read({ ...at, from: 0, ...wide }))).toEqual(numbered('a', 10));
    return at;
  }
  const remove = (topic: string) => administer(brokers, admin => admin.deleteTopics({ topics: [topic] }));

  test('that is deleted while somebody waits for it is unknown from then on', async () => {
    await using adapter = opened(brokers);
    const at = await begun(adapter);
    const [grown] = await Promise.allSettled([adapter.log.grown([{ ...at, offset: 10 }], never), remove(at.topic)]);
    expect(grown).toMatchObject({ reason: { code: 'UNKNOWN_TOPIC' } });
    await expect(adapter.log.read({ ...at, from: 10, ...wide })).rejects.toThrow(UnknownTopic);
    await expect(append(adapter, at, 'b')).rejects.toThrow(UnknownTopic);
    await expect(adapter.log.bounds(at)).rejects.toThrow(UnknownTopic);
  });

  test('that is made anew is not taken for the one before, though it holds the offset', async () => {
    await using adapter = opened(brokers);
    const at = await begun(adapter);
    await remove(at.topic);
    await using other = opened(brokers);
    await other.log.createTopic(at.topic, { partitions: 1 });
    await append(other, at, ...numbered('b', 20));
    await expect(adapter.log.read({ ...at, from: 10, ...wide })).rejects.toThrow(TopicRecreated);
  });

  test('that is cut below a reader is out of range', async () => {
    await using adapter = opened(brokers);
    const at = await begun(adapter);
    await administer(brokers, async admin => {
      await admin.fetchTopicOffsets(at.topic); // without it kafkajs knows no leader
      await admin.deleteTopicRecords({ topic: at.topic, partitions: [{ partition: 0, offset: '5' }] });
    });
    await using fresh = opened(brokers);
    await expect(fresh.log.read({ ...at, from: 2, ...wide })).rejects.toThrow(OffsetOutOfRange);
    await expect(fresh.log.read({ ...at, from: 2, ...wide })).rejects.toThrow('which holds 5 to 10');
    expect(valuesOf(await fresh.log.read({ ...at, from: 5, ...wide }), 5)).toEqual(numbered('a', 10).slice(5));
  });

  test('that takes smaller batches than ours says what is too large, and what to raise', async () => {
    await using adapter = opened(brokers);
    const at = { topic: unique('small'), partition: 0 };
    const configEntries = [{ name: 'max.message.bytes', value: '1000' }];
    await administer(brokers, admin =>
      admin.createTopics({ topics: [{ topic: at.topic, configEntries }], waitForLeaders: true }),
    );
    await expect(append(adapter, at, 'x'.repeat(2_000))).rejects.toThrow(RecordTooLarge);
    await expect(append(adapter, at, 'x'.repeat(2_000))).rejects.toThrow('Raise max.message.bytes');
    await append(adapter, at, 'small');
    expect((await readAll(adapter.log, at)).map(({ value }) => value)).toEqual(['small']);
  });

  test('is not created where that is done elsewhere: the error says by what', async () => {
    await using adapter = opened(brokers, { topicsCreatedBy: 'Let deploy/topics.bicep create it' });
    await expect(adapter.log.createTopic(unique('infra'), { partitions: 1 })).rejects.toThrow('deploy/topics.bicep');
  });

  test('of a group that others are active in is committed by its members only', async () => {
    await using adapter = opened(brokers);
    const at = await begun(adapter);
    const group = unique('active');
    const consumer = witness(brokers).consumer({ groupId: group });
    await consumer.connect();
    await consumer.subscribe({ topic: at.topic });
    const joined = Promise.withResolvers<{ memberId: string }>();
    consumer.on('consumer.group_join', ({ payload }) => joined.resolve(payload));
    await consumer.run({ autoCommit: false, eachMessage: async () => {} });
    const { memberId } = await joined.promise;
    await adapter.log.commit(group, [{ ...at, offset: 3 }]);
    expect(await adapter.log.committed(group)).toEqual([]);
    expect([...adapter.log.troubles.counts.keys()]).toContain('UNKNOWN_MEMBER_ID');
    adapter.log.groups.identify(group, { memberId, generation: 1 });
    await adapter.log.commit(group, [{ ...at, offset: 4 }]);
    expect(await adapter.log.committed(group)).toEqual([{ ...at, offset: 4 }]);
    await consumer.disconnect();
    adapter.log.groups.identify(group, undefined);
    await adapter.log.commit(group, [{ ...at, offset: 5 }]);
    expect(await adapter.log.committed(group)).toEqual([{ ...at, offset: 5 }]);
  });
});

describe.skipIf(noOwnBroker)('a broker that is killed and started again', () => {
  test('has every record that was acknowledged, once and in order, and is used as before', async () => {
    await using broker = await KafkaBroker.start();
    await using adapter = opened(broker.brokers(), { limits: impatient });
    const { log } = adapter;
    const at = { topic: 'lasting', partition: 0 };
    await log.createTopic(at.topic, { partitions: 1 });
    const values = numbered('a', 400);
    const write = async () => {
      for (const value of values) await untilAvailable(() => append(adapter, at, value));
    };
    const seen: string[] = [];
    const follow = async () => {
      for (let from = 0; new Set(seen).size < values.length;) {
        const next = from;
        await untilAvailable(() => log.grown([{ ...at, offset: next }], never));
        const batches = await untilAvailable(() => log.read({ ...at, from: next, ...wide }));
        seen.push(...valuesOf(batches, from));
        from = (batches.at(-1)?.firstOffset ?? from) + (batches.at(-1)?.records ?? 0);
      }
    };
    const writing = write();
    const following = follow();
    await expect.poll(() => seen.length).toBeGreaterThan(50);
    await broker.kill();
    await expect.poll(() => [...log.troubles.counts.keys()]).toContain('connection');
    await broker.restart();
    await writing;
    await following;
    // What was given up while the broker was away may be there twice; the order stays.
    expect([...new Set(seen)]).toEqual(values);
    expect(seen.length).toBeLessThan(values.length + 5);
  });
});

/** As the engine does: for as long as it takes. */
async function untilAvailable<T>(work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 180_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unavailable) || Date.now() > deadline) throw error;
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
}
