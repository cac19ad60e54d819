/** What clusters do in the large, each with its stated end: most are waited for, the others stop with the way out. */
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  type Admin,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { OffsetOutOfRange, TopicRecreated, UnknownTopic } from '../../src/transport/port.ts';
import { Application } from '../support/kafka/application.ts';
import { KafkaBroker } from '../support/kafka/broker.ts';
import { FaultProxy } from '../support/kafka/fault-proxy/proxy.ts';
import { openImpatient } from '../support/kafka/log.ts';
import { appendNumbers, patiently, readNumbers, upTo, witnessedNumbers } from '../support/kafka/numbers.ts';
import { brokers, noBroker, noOwnBroker, unique } from '../support/kafka/suite.ts';
import { administer, createTopic } from '../support/kafka/witness.ts';
import { Random } from '../support/random.ts';

const seed = Number(process.env['MILLRACE_SEED'] ?? Date.now() % 1e6);
const random = new Random(seed);
const unending = new AbortController().signal;
/** By then the waits between two attempts have grown to their longest: however long it lasts, it is more of the same. */
const longestWait = 8;

describe.skipIf(noOwnBroker)('a broker that is killed and started again', () => {
  let broker: KafkaBroker;
  beforeAll(async () => void (broker = await KafkaBroker.start()));
  afterAll(() => broker[Symbol.asyncDispose]());

  test('loses nothing that it had acknowledged, and who appends and reads goes on by itself', async () => {
    const at = { topic: unique('killed'), partition: 0 };
    await createTopic(broker.brokers(), at.topic);
    const log = openImpatient(broker.brokers());
    const appending = (async () => {
      for (const number of upTo(200)) await patiently(() => appendNumbers(log, at, [number]));
    })();
    await expect.poll(async () => (await log.bounds(at)).end).toBeGreaterThan(20);
    await broker.kill();
    await broker.restart();
    await appending;
    // Of an append that was given up nobody knows whether it arrived: it may be there twice.
    expect([...new Set(await witnessedNumbers(broker.brokers(), at))]).toEqual(upTo(200));
    expect([...new Set(await readNumbers(log, at))]).toEqual(upTo(200));
    await log.close();
  });

  test(`costs a dataflow nothing but time (MILLRACE_SEED=${seed})`, async () => {
    await using app = await Application.create({ brokers: broker.brokers() }, random);
    await app.traffic.send(200);
    const stop = new AbortController();
    const running = app.run('live', stop.signal);
    for (const round of [1, 2]) {
      await app.hasCommitted(2);
      await broker.kill();
      await app.hasWaited(3);
      await broker.restart();
      await app.traffic.send(50 * round);
    }
    stop.abort();
    await running;
    await app.run('drain', unending);
    const { written, demanded } = await app.outcome();
    expect(written).toEqual(demanded);
  });
});

describe.skipIf(noBroker)('a dataflow whose brokers', () => {
  let app: Application;
  let proxy: FaultProxy;
  beforeEach(async () => {
    proxy = await FaultProxy.start(brokers);
    app = await Application.create({ brokers }, random);
    await app.traffic.send(100);
  });
  afterEach(async () => {
    await app[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  test('cannot be reached until its waits grow no longer (more minutes are more of the same) goes on', async () => {
    const stop = new AbortController();
    const running = app.run('live', stop.signal, { brokers: proxy.brokers() });
    await app.hasCommitted(2);
    await proxy.shut();
    await app.traffic.send(100);
    await app.hasTried(longestWait);
    await proxy.open();
    await app.hasCommitted(5);
    stop.abort();
    await running;
    await app.run('drain', unending);
    const { written, demanded } = await app.outcome();
    expect(written).toEqual(demanded);
  });

  test('have removed records that it has not read yet stops, and says what to do', async () => {
    await app.run('drain', unending);
    await app.traffic.send(100);
    await truncate(app.topic('readings'));
    const restarted = app.run('live', unending);
    await expect(restarted).rejects.toThrow(OffsetOutOfRange);
    await expect(restarted).rejects.toThrow(
      /readings\/\d: offset \d+ lies outside .* restore from a newer snapshot or backfill/,
    );
  });

  test('have removed only records that it has read goes on', async () => {
    await app.run('drain', unending);
    await truncate(app.topic('readings'));
    await app.traffic.send(100);
    await app.run('drain', unending);
    const { written, demanded } = await app.outcome();
    expect(written).toEqual(demanded);
  });

  test('have lost a topic stops where it runs', async () => {
    const stopped = app.run('live', unending).catch((error: unknown) => error);
    await app.hasCommitted(2);
    await deleteTopic(app.topic('readings'));
    expect(await stopped).toBeInstanceOf(UnknownTopic);
  });

  test('have another topic under the same name stops, and never takes its records for those before', async () => {
    await app.run('drain', unending);
    await deleteTopic(app.topic('readings'));
    await app.createTopics();
    await app.traffic.send(200);
    await expect(app.run('live', unending)).rejects.toThrow(/made anew/);
  });
});

describe.skipIf(noBroker)('a reader of a topic', () => {
  test('that is deleted and made anew is told so, and does not read the new one from its old place', async () => {
    const at = { topic: unique('anew'), partition: 0 };
    await createTopic(brokers, at.topic);
    const log = openImpatient(brokers);
    await appendNumbers(log, at, upTo(10));
    const from = (offset: number) => log.read({ ...at, from: offset, maxRecords: 1, maxBytes: 1 });
    expect(await from(10)).toEqual([]);
    await deleteTopic(at.topic);
    await expect(patiently(() => from(10))).rejects.toThrow(UnknownTopic);
    await createTopic(brokers, at.topic);
    await expect(patiently(() => from(10))).rejects.toThrow(TopicRecreated);
    // Whoever begins anew begins with the new one.
    await appendNumbers(log, at, upTo(3));
    expect(await readNumbers(log, at)).toEqual(upTo(3));
    await log.close();
  });

  test('that is deleted while it waits at the end is told so', async () => {
    const at = { topic: unique('gone'), partition: 0 };
    await createTopic(brokers, at.topic);
    const log = openImpatient(brokers);
    const waiting = patiently(() => log.grown([{ ...at, offset: 0 }], unending));
    await Promise.all([expect(waiting).rejects.toThrow(UnknownTopic), deleteTopic(at.topic)]);
    await log.close();
  });
});

describe.skipIf(noOwnBroker)('a client that', () => {
  let broker: KafkaBroker;
  beforeAll(async () => void (broker = await KafkaBroker.start({ properties: guarded })));
  afterAll(() => broker[Symbol.asyncDispose]());

  test('loses its rights waits, says which, and goes on by itself when it has them back', async () => {
    const sasl = { mechanism: 'PLAIN', username: 'millrace', password: 'secret' } as const;
    await using app = await Application.create({ brokers: broker.brokers(), sasl }, random);
    await app.traffic.send(100);
    const stop = new AbortController();
    const running = app.run('live', stop.signal);
    await app.hasCommitted(2);
    const denied = { ...everything, resourceName: app.topic('readings-by-site') };
    await asAdmin(admin => admin.createAcls({ acl: [denied] }));
    await app.hasWaited(3);
    expect(app.waits.at(-1)?.message).toMatch(/TOPIC_AUTHORIZATION_FAILED.*readings-by-site.*right/);
    await asAdmin(admin => admin.deleteAcls({ filters: [denied] }));
    await app.hasCommitted(2);
    stop.abort();
    await running;
    await app.run('drain', unending);
    const { written, demanded } = await app.outcome();
    expect(written).toEqual(demanded);
  });

  test('has the wrong password is told so, without the password', async () => {
    const sasl = { mechanism: 'PLAIN', username: 'millrace', password: 'wrong-one' } as const;
    const log = openImpatient(broker.brokers(), { sasl });
    const refused = await log.topics().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Unavailable);
    expect(refused).toMatchObject({
      reason: 'SASL_AUTHENTICATION_FAILED',
      message: expect.stringContaining("'millrace'"),
    });
    expect(JSON.stringify(refused) + String(refused)).not.toContain('wrong-one');
    await log.close();
  });

  async function asAdmin(work: (admin: Admin) => Promise<unknown>): Promise<void> {
    const sasl = { mechanism: 'plain', username: 'admin', password: 'admin' } as const;
    const admin = new Kafka({ brokers: broker.brokers(), sasl, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await work(admin);
    await admin.disconnect();
  }
});

const login = 'org.apache.kafka.common.security.plain.PlainLoginModule';

/** Clients have to say who they are, and may be denied what they ask for. */
const guarded = [
  'listener.security.protocol.map=CLIENT:SASL_PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'listener.name.client.sasl.enabled.mechanisms=PLAIN',
  `listener.name.client.plain.sasl.jaas.config=${login} required user_admin="admin" user_millrace="secret";`,
  'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found=true',
  'super.users=User:admin;User:ANONYMOUS',
];

const everything = {
  resourceType: AclResourceTypes.TOPIC,
  resourcePatternType: ResourcePatternTypes.LITERAL,
  principal: 'User:millrace',
  host: '*',
  operation: AclOperationTypes.ALL,
  permissionType: AclPermissionTypes.DENY,
};

/** Resolves when the broker has forgotten it. */
async function deleteTopic(topic: string): Promise<void> {
  await administer(brokers, admin => admin.deleteTopics({ topics: [topic] }));
  await expect.poll(() => administer(brokers, admin => admin.listTopics())).not.toContain(topic);
}

/** As retention does: all that the log holds goes, and its offsets go on. */
const truncate = (topic: string): Promise<void> =>
  administer(brokers, async admin => {
    const bounds = await admin.fetchTopicOffsets(topic);
    const partitions = bounds.map(({ partition, high: offset }) => ({ partition, offset }));
    await admin.deleteTopicRecords({ topic, partitions });
  });
