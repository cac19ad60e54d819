/** Other clients write what we read and read what we write; what their transactions leave behind is passed over. */
import { Partitioners } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import type { Transport } from '../../src/transport/port.ts';
import {
  BatchBuilder,
  BatchCursor,
  Kind,
  maxValueBytes,
  outside,
  type RecordBatch,
} from '../../src/transport/record.ts';
import { impatient, opened } from '../support/kafka/adapter.ts';
import { brokers, noBroker, unique } from '../support/kafka/suite.ts';
import { administer, createTopic, readTopic, witness } from '../support/kafka/witness.ts';
import { batchesOf, envelopeOf, numbered, readAll, valuesOf, writing } from '../transport/records.ts';

const wide = { maxRecords: 100_000, maxBytes: 100_000_000 };
const never = new AbortController().signal;
const createPartitioner = Partitioners.DefaultPartitioner;

describe.skipIf(noBroker)('a topic that others write and read, too', () => {
  test('has what kafkajs has produced: values, tombstones, records without a key, foreign headers', async () => {
    await using adapter = opened(brokers);
    const { log } = adapter;
    const topic = unique('foreign');
    await createTopic(brokers, topic);
    const producer = witness(brokers).producer({ createPartitioner });
    await producer.connect();
    const timestamp = String(Date.now() - 5_000);
    for (const compression of [0, 1])
      await producer.send({
        topic,
        compression,
        messages: [
          { key: 'a', value: 'first', timestamp, headers: { origin: 'elsewhere', 'content-type': ['avro', 'binary'] } },
          { key: null, value: 'without key', timestamp },
          { key: 'a', value: null, timestamp },
        ],
      });
    await producer.disconnect();
    const once = [
      { kind: Kind.value, key: 'a', value: 'first', origin: Number(timestamp), producer: '' },
      { kind: Kind.value, key: '', value: 'without key', origin: Number(timestamp), producer: '' },
      { kind: Kind.marker, key: 'a', value: '', origin: Number(timestamp), producer: '' },
    ];
    expect(seen(await log.read({ topic, partition: 0, from: 0, ...wide }))).toEqual([...once, ...once]);
  });

  test('is read by kafkajs: key and value are plain, the rest is in one header', async () => {
    for (const compression of ['none', 'gzip'] as const) {
      await using adapter = opened(brokers, { compression });
      const topic = unique('ours');
      await adapter.log.createTopic(topic, { partitions: 1 });
      const builder = new BatchBuilder({ name: 'trends/0', lineage: 1, epoch: 7 }, 40);
      builder.add({ ...envelopeOf('Amélie'), watermark: 5, trace: '00-ab-01' }, writing('as it is'));
      builder.add({ ...envelopeOf(''), kind: Kind.marker, watermark: 9 }, writing(''));
      const fromOutside = new BatchBuilder(outside, 0);
      fromOutside.add({ ...envelopeOf('k'), origin: Date.now() }, writing('from outside'));
      await adapter.log.append([{ topic, partition: 0, batches: [...builder.take(), ...fromOutside.take()] }]);
      const records = await readTopic(brokers, topic);
      expect(records.map(({ key, value }) => [key, value?.toString()])).toEqual([
        ['Amélie', 'as it is'],
        ['', undefined],
        ['k', 'from outside'],
      ]);
      expect(records.map(({ headers }) => [...headers.keys()])).toEqual([['millrace'], ['millrace'], []]);
    }
  });

  test('gives the records of committed transactions only, and each end of the log is reached', async () => {
    await using adapter = opened(brokers);
    const { log } = adapter;
    const topic = unique('transactions');
    const at = { topic, partition: 0 };
    await createTopic(brokers, topic);
    const producer = witness(brokers).producer({
      transactionalId: unique('writer'),
      maxInFlightRequests: 1,
      idempotent: true,
      createPartitioner,
    });
    await producer.connect();
    const send = async (value: string, end: 'commit' | 'abort') => {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: numbered(value, 3).map(each => ({ key: 'k', value: each })) });
      await transaction[end]();
    };
    await send('a', 'commit');
    await send('given up', 'abort');
    await send('b', 'commit');
    const open = await producer.transaction();
    await open.send({ topic, messages: [{ key: 'k', value: 'open' }] });
    const { end } = await log.bounds(at);
    expect(end).toBe(12);
    expect(await everything(log, at)).toEqual([...numbered('a', 3), ...numbered('b', 3)]);
    expect(await log.read({ ...at, from: end, ...wide })).toEqual([]);
    const grown = log.grown([{ ...at, offset: end }], never);
    await open.abort();
    await grown;
    // Nothing but a hole has come, and reading gets over it.
    const [hole] = await log.read({ ...at, from: end, ...wide });
    expect(hole).toMatchObject({ records: 0, firstOffset: (await log.bounds(at)).end });
    await producer.disconnect();
    expect(await everything(log, at)).toEqual([...numbered('a', 3), ...numbered('b', 3)]);
  });

  test('may be compacted: what is left is read in order, over the holes', async () => {
    await using adapter = opened(brokers);
    const { log } = adapter;
    const topic = unique('compacted');
    const at = { topic, partition: 0 };
    const configEntries = Object.entries({
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0.001',
      'segment.bytes': '1048576',
      'segment.ms': '100',
      'max.compaction.lag.ms': '100',
    }).map(([name, value]) => ({ name, value }));
    await administer(brokers, admin =>
      admin.createTopics({ topics: [{ topic, configEntries }], waitForLeaders: true }),
    );
    const written = new Map<string, string>();
    const append = async (values: readonly string[]) => {
      for (const value of values) written.set(value.slice(0, 1), value);
      await log.append([{ ...at, batches: batchesOf(...values) }]);
    };
    await append(numbered('a', 50));
    await append(['b0', ...numbered('c', 50)]);
    const total = (await log.bounds(at)).end;
    // A segment is closed by a record that comes after its time; only closed ones are compacted.
    const deadline = Date.now() + 180_000;
    let left: string[] = [];
    for (let n = 1; left.length === 0 || left.length >= total; n++) {
      if (Date.now() > deadline) throw new Error('The broker has not compacted the topic');
      await append([`d${n}`]);
      await using fresh = opened(brokers, { limits: impatient });
      left = (await everything(fresh.log, at)).filter(value => !value.startsWith('d'));
      await fresh.log.grown([{ ...at, offset: (await fresh.log.bounds(at)).end }], AbortSignal.timeout(200));
    }
    expect(left.filter(value => value === written.get(value.slice(0, 1)))).toEqual(['a49', 'b0', 'c49']);
    expect((await log.bounds(at)).end).toBeGreaterThan(total);
  });
});

describe.skipIf(noBroker)('several adapters and many partitions', () => {
  test('two that append to the same partitions lose nothing and double nothing', async () => {
    await using one = opened(brokers);
    await using other = opened(brokers);
    const topic = unique('two');
    await one.log.createTopic(topic, { partitions: 2 });
    const write = async ({ log }: { log: Transport }, prefix: string) => {
      for (const value of numbered(prefix, 100))
        await log.append([0, 1].map(partition => ({ topic, partition, batches: batchesOf(value) })));
    };
    await Promise.all([write(one, 'a'), write(other, 'b')]);
    for (const partition of [0, 1]) {
      const values = (await readAll(one.log, { topic, partition })).map(({ value }) => value);
      expect(values).toHaveLength(200);
      for (const prefix of ['a', 'b'])
        expect(values.filter(value => value.startsWith(prefix))).toEqual(numbered(prefix, 100));
    }
  });

  test('thirty-two partitions are followed side by side while others write them', async () => {
    await using adapter = opened(brokers);
    await using other = opened(brokers);
    const { log } = adapter;
    const topic = unique('many');
    await log.createTopic(topic, { partitions: 32 });
    const follow = async (partition: number) => {
      const values: string[] = [];
      for (let from = 0; values.length < 150;) {
        await log.grown([{ topic, partition, offset: from }], never);
        const batches = await log.read({ topic, partition, from, ...wide });
        values.push(...valuesOf(batches, from));
        from = (batches.at(-1)?.firstOffset ?? from) + (batches.at(-1)?.records ?? 0);
      }
      return values;
    };
    const following = Array.from({ length: 32 }, (_, partition) => follow(partition));
    for (const values of [numbered('a', 100), numbered('b', 50)])
      await other.log.append(following.map((_, partition) => ({ topic, partition, batches: batchesOf(...values) })));
    for (const values of await Promise.all(following))
      expect(values).toEqual([...numbered('a', 100), ...numbered('b', 50)]);
  });

  test('a record that is larger than what is asked for at once comes nevertheless', async () => {
    await using adapter = opened(brokers, { limits: { fetchBytes: 1_000 } });
    const at = { topic: unique('large'), partition: 0 };
    await adapter.log.createTopic(at.topic, { partitions: 1 });
    for (const size of [10, maxValueBytes, 10])
      await adapter.log.append([{ ...at, batches: batchesOf('x'.repeat(size)) }]);
    expect((await readAll(adapter.log, at)).map(({ value }) => value.length)).toEqual([10, maxValueBytes, 10]);
  });

  test('readers of one partition at different places do not disturb each other', async () => {
    await using adapter = opened(brokers, { limits: { fetchBytes: 20_000 } });
    const { log } = adapter;
    const topic = unique('places');
    const at = { topic, partition: 0 };
    await log.createTopic(topic, { partitions: 1 });
    const values = numbered('a', 5_000);
    for (let n = 0; n < values.length; n += 250)
      await log.append([{ ...at, batches: batchesOf(...values.slice(n, n + 250)) }]);
    const read = async (maxRecords: number) => {
      const found: string[] = [];
      for (let from = 0; from < values.length;) {
        const batches = await log.read({ ...at, from, maxRecords, maxBytes: 1 << 20 });
        found.push(...valuesOf(batches, from));
        from = (batches.at(-1)?.firstOffset ?? 0) + (batches.at(-1)?.records ?? 0);
      }
      return found;
    };
    for (const found of await Promise.all([read(1), read(700), read(2_000), read(40)])) expect(found).toEqual(values);
  });
});

function seen(batches: readonly RecordBatch[]) {
  return batches.flatMap(batch => {
    const cursor = new BatchCursor(batch);
    const records = [];
    while (cursor.next()) {
      const { kind, origin, producer } = cursor;
      records.push({ kind, key: cursor.key(), value: cursor.value().toString(), origin, producer });
    }
    return records;
  });
}

async function everything(log: Transport, at: { topic: string; partition: number }): Promise<string[]> {
  const values: string[] = [];
  const { start, end } = await log.bounds(at);
  for (let from = start; from < end;) {
    const batches = await log.read({ ...at, from, ...wide });
    const last = batches.at(-1);
    if (last === undefined) throw new Error(`Nothing at ${from}, though the log ends at ${end}`);
    values.push(...valuesOf(batches, from));
    from = last.firstOffset + last.records;
  }
  return values;
}
