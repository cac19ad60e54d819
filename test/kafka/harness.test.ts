/** The broker of the tests is a real one, and what it has acknowledged outlives it. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KafkaBroker } from '../support/kafka/broker.ts';
import { brokers, noBroker, noOwnBroker, unique } from '../support/kafka/suite.ts';
import { administer, createTopic, readTopic, witness } from '../support/kafka/witness.ts';

describe.skipIf(noBroker)('the broker that all tests share', () => {
  test('keeps what is produced, by key, in order', async () => {
    const topic = unique('kept');
    await createTopic(brokers, topic, 3);
    await produce(brokers, topic, ['a', 'b', 'c', 'a', 'b', 'c']);
    const read = await readTopic(brokers, topic);
    expect(read.map(({ key, value }) => `${key}${value?.toString()}`).sort()).toEqual([
      'a0',
      'a3',
      'b1',
      'b4',
      'c2',
      'c5',
    ]);
    for (const key of ['a', 'b', 'c']) {
      const [first, second] = read.filter(record => record.key === key);
      expect(second).toMatchObject({ partition: first?.partition });
      expect(Number(second?.value)).toBeGreaterThan(Number(first?.value));
    }
  });

  test('has nothing in a topic that nobody has written to', async () => {
    const topic = unique('empty');
    await createTopic(brokers, topic);
    expect(await readTopic(brokers, topic)).toEqual([]);
  });
});

describe.skipIf(noOwnBroker)("a broker of a test's own", () => {
  let broker: KafkaBroker;
  beforeAll(async () => void (broker = await KafkaBroker.start({ properties: ['message.max.bytes=2000'] })));
  afterAll(() => broker[Symbol.asyncDispose]());

  test('has the properties that the test asks for', async () => {
    await createTopic(broker.brokers(), 'limited');
    await produce(broker.brokers(), 'limited', ['small']);
    await expect(produce(broker.brokers(), 'limited', ['large'.repeat(1_000)])).rejects.toThrow('larger than the max');
  });

  test('killed and started again, has all that it had acknowledged', async () => {
    await createTopic(broker.brokers(), 'lasting');
    await produce(broker.brokers(), 'lasting', ['a', 'b']);
    await broker.kill();
    await broker.restart();
    await produce(broker.brokers(), 'lasting', ['c']);
    expect((await readTopic(broker.brokers(), 'lasting')).map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  });

  test('stopped and started again, too', async () => {
    await createTopic(broker.brokers(), 'stopped');
    await produce(broker.brokers(), 'stopped', ['a']);
    await broker.stop();
    await expect(broker.stop()).resolves.toBeUndefined();
    await broker.restart();
    expect(await readTopic(broker.brokers(), 'stopped')).toHaveLength(1);
  });

  test('frozen, answers nobody until it is thawed, while another one runs beside it', async () => {
    broker.freeze();
    let answered = false;
    const asked = askVersions(broker.port).then(() => (answered = true));
    await using other = await KafkaBroker.start();
    await askVersions(other.port);
    expect(answered).toBe(false);
    broker.thaw();
    await asked;
    expect(await topics(broker)).toContain('lasting');
    expect(await topics(other)).toEqual([]);
  });
});

const topics = (of: KafkaBroker): Promise<string[]> => administer(of.brokers(), admin => admin.listTopics());

/** The first request of every client, ApiVersions 0: size, api key, version, correlation id, an empty client id. */
async function askVersions(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write(Buffer.from('0000000a00120000000000010000', 'hex'));
    await once(socket, 'data');
  } finally {
    socket.destroy();
  }
}

/** The value of a record is its place among the keys. */
async function produce(to: string[], topic: string, keys: readonly string[]): Promise<void> {
  // Else kafkajs appends twice where a partition of several is not led yet: it sends the whole request again.
  const producer = witness(to).producer({ idempotent: true });
  await producer.connect();
  try {
    await producer.send({ topic, messages: keys.map((key, index) => ({ key, value: `${index}` })) });
  } finally {
    await producer.disconnect();
  }
}
