/** A broker that closes the connection of a request that is too large, as Event Hubs does. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OutsideBatches, recordOfBytes } from '../../src/stream/outside.ts';
import { kafkaOptions } from '../../src/transport/kafka/configured.ts';
import { openKafkaLog } from '../../src/transport/kafka/open.ts';
import { profiles } from '../../src/transport/kafka/profiles.ts';
import { BatchBuilder, Kind, maxDeadLetterBytes, maxKeyBytes } from '../../src/transport/record.ts';
import { KafkaBroker } from '../support/kafka/broker.ts';
import { noOwnBroker } from '../support/kafka/suite.ts';

const { limits } = profiles['event-hubs'];
const partitions = 4;
const topic = 'large';

describe.skipIf(noOwnBroker)('a broker that takes requests of less than 1,046,528 bytes', () => {
  let broker: KafkaBroker;
  beforeAll(async () => {
    broker = await KafkaBroker.start({ properties: [`socket.request.max.bytes=${limits.maxRequestBytes.most}`] });
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  test('is sent no larger one by its profile, however much is appended at once, and takes the largest record', async () => {
    const settings = {
      brokers: broker.brokers(),
      profile: 'kafka',
      clientId: 'millrace',
      tls: {},
      sasl: {},
      maxRequestBytes: limits.maxRequestBytes.value,
      maxBatchBytes: limits.maxBatchBytes.value,
    } as const;
    const log = openKafkaLog(await kafkaOptions(settings, Date.now));
    try {
      await log.createTopic(topic, { partitions });
      const many = new OutsideBatches(topic, partitions);
      const records = 400;
      for (let n = 0; n < records; n++)
        many.add({ ...recordOfBytes(`k${n}`, Buffer.alloc(20_000, n)), partition: n % partitions }, Date.now());
      const largest = new BatchBuilder({ name: 't/0', lineage: 1, epoch: 1 }, 0, maxDeadLetterBytes);
      const key = 'k'.repeat(maxKeyBytes);
      largest.add({ kind: Kind.value, watermark: 1, origin: 1, key, trace: 't'.repeat(255) }, (buffer, at) => {
        const end = at + maxDeadLetterBytes;
        if (end > buffer.length) return buffer.length - end;
        buffer.fill(1, at, end);
        return end;
      });
      await log.append([...many.take(), { topic, partition: 0, batches: largest.take() }]);
      const ends = await Promise.all(
        Array.from({ length: partitions }, async (_, partition) => (await log.bounds({ topic, partition })).end),
      );
      expect(ends.reduce((sum, end) => sum + end, 0)).toBe(records + 1);
      expect(log.troubles.counts.get('connection')).toBeUndefined();
      expect(broker.log()).not.toMatch(/InvalidReceiveException/);
    } finally {
      await log.close();
    }
  });
});
