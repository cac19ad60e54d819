/** `millrace topics` and `millrace doctor` on real brokers that lack one thing after the other. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { millraceWith } from '../support/cli.ts';
import type { KafkaBroker } from '../support/kafka/broker.ts';
import { startWithRights, user } from '../support/kafka/secured.ts';
import { noOwnBroker } from '../support/kafka/suite.ts';
import { administer } from '../support/kafka/witness.ts';

type Checks = Record<string, { ok: boolean; message: string }>;

describe.skipIf(noOwnBroker)('on a broker that gives rights one by one', () => {
  let folder: string;
  let broker: KafkaBroker;
  let config: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-doctor-'));
    broker = await startWithRights();
    config = join(folder, 'millrace.yaml');
    settings({});
  });
  afterAll(async () => {
    await broker[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  function settings(sasl: object, more: object = {}): void {
    const kafka = {
      brokers: broker.brokers(),
      requestTimeout_ms: 5_000,
      sasl: { username: user.username, ...sasl },
      ...more,
    };
    writeFileSync(config, JSON.stringify({ data: join(folder, 'data'), transport: 'kafka', kafka }));
  }

  const secret = { MILLRACE_KAFKA_SASL_PASSWORD: user.password };

  async function doctor(
    environment: Record<string, string> = secret,
  ): Promise<{ code: number; stdout: string; checks: Checks }> {
    const { code, stdout, stderr } = await millraceWith(environment, 'doctor', '--config', config, '--json');
    expect(stderr).toBe('');
    const { checks }: { checks: ({ name: string } & Checks[string])[] } = JSON.parse(stdout);
    return { code, stdout, checks: Object.fromEntries(checks.map(check => [check.name, check])) };
  }

  const topics = (...flags: string[]) => millraceWith(secret, 'topics', ...flags, '--config', config, '--json');

  const allow = (resourceType: AclResourceTypes, resourceName: string, operation: AclOperationTypes) =>
    administer(broker.internalBrokers(), admin =>
      admin.createAcls({
        acl: [
          {
            resourceType,
            resourceName,
            resourcePatternType: ResourcePatternTypes.LITERAL,
            principal: `User:${user.username}`,
            host: '*',
            operation,
            permissionType: AclPermissionTypes.ALLOW,
          },
        ],
      }),
    );

  test('a password that is wrong is said so, and shown nowhere', async () => {
    const { code, stdout, checks } = await doctor({ MILLRACE_KAFKA_SASL_PASSWORD: 'not-the-password' });
    expect(code).toBe(1);
    expect(checks[`broker ${broker.brokers()[0]}`]).toMatchObject({
      ok: false,
      message: expect.stringMatching(/does not let 'millrace' in: .*Give the client valid credentials/),
    });
    expect(checks['security']).toMatchObject({ ok: true, message: expect.stringMatching(/by PLAIN, in plain text/) });
    expect(checks).not.toHaveProperty('requests');
    expect(stdout).not.toContain('not-the-password');
  });

  test('a broker that nobody reaches is said so', async () => {
    settings({}, { brokers: ['127.0.0.1:1'] });
    const { code, checks } = await doctor();
    expect(code).toBe(1);
    expect(checks['broker 127.0.0.1:1']).toMatchObject({ ok: false, message: expect.stringContaining('ECONNREFUSED') });
    settings({});
  });

  test('each right that is missing is named with what to do, and none once it is given', async () => {
    await administer(broker.internalBrokers(), admin =>
      admin.createTopics({ topics: [{ topic: 'ratings', numPartitions: 2 }], waitForLeaders: true }),
    );
    const before = (await doctor()).checks;
    expect(before[`broker ${broker.brokers()[0]}`]).toMatchObject({ ok: true, message: 'answers and lets us in' });
    expect(before['requests']).toMatchObject({ ok: true });
    expect(before['topic ratings']).toMatchObject({
      ok: false,
      message: "We may not see the topic 'ratings'. Give the user the rights to Describe, Read and Write it",
    });
    expect(before['group intake']).toMatchObject({
      ok: false,
      message: expect.stringMatching(/to Read the group 'intake'/),
    });
    expect(before['idempotence']).toMatchObject({
      ok: false,
      message: expect.stringMatching(/no number as a producer/),
    });

    await allow(AclResourceTypes.TOPIC, 'ratings', AclOperationTypes.DESCRIBE);
    expect((await doctor()).checks['topic ratings']).toMatchObject({
      message:
        "We may not Read and not DescribeConfigs the topic 'ratings'. Give the user the right to Read and DescribeConfigs it",
    });
    await allow(AclResourceTypes.TOPIC, '*', AclOperationTypes.ALL);
    await allow(AclResourceTypes.GROUP, '*', AclOperationTypes.READ);
    await allow(AclResourceTypes.CLUSTER, 'kafka-cluster', AclOperationTypes.ALL);
    const { code, checks } = await doctor();
    expect(Object.values(checks).filter(({ ok }) => !ok)).toEqual([]);
    expect(code).toBe(0);
    expect(checks['topic ratings']).toMatchObject({ message: '2 partitions, kept without end' });
    expect(checks['topics']).toMatchObject({ message: expect.stringMatching(/^the next run will create /) });
    expect(checks['group intake']).toMatchObject({ message: 'we may read and commit its offsets' });
  });

  test('topics are planned, made, and verified', async () => {
    const plan: unknown = JSON.parse((await topics('plan')).stdout);
    expect(plan).toMatchObject({
      of: 'Apache Kafka',
      topics: expect.arrayContaining([expect.objectContaining({ topic: 'items', there: null })]),
    });
    expect(await topics('verify')).toMatchObject({ code: 1, stdout: expect.stringContaining('items: it is missing') });
    expect(JSON.parse((await topics('create')).stdout)).toMatchObject({
      created: expect.arrayContaining(['items', 'dead-letters']),
    });
    expect(await topics('verify')).toMatchObject({ code: 0 });
    expect(JSON.parse((await topics('plan')).stdout)).toMatchObject({
      topics: expect.arrayContaining([
        expect.objectContaining({ topic: 'items', there: { topic: 'items', partitions: 2 } }),
      ]),
    });
  });

  test('a topic that is set as it must not be is said so', async () => {
    const set = (name: string, configEntries: { name: string; value: string }[]) =>
      administer(broker.internalBrokers(), admin =>
        admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name, configEntries }] }),
      );
    await set('items', [{ name: 'max.message.bytes', value: '5000' }]);
    await set('ratings', [{ name: 'cleanup.policy', value: 'compact' }]);
    const { code, checks } = await doctor();
    expect(code).toBe(1);
    expect(checks['topic items']).toMatchObject({
      ok: false,
      message:
        "'items' takes batches of 5000 bytes, and we write up to 1000000. Set its max.message.bytes to 1000000 or more",
    });
    expect(checks['topic ratings']).toMatchObject({ ok: false, message: expect.stringMatching(/is compacted/) });
    expect(await topics('verify')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('ratings: it is compacted'),
    });
  });

  test('where infrastructure makes topics, none is made, and it is told what to make', async () => {
    await administer(broker.internalBrokers(), admin => admin.deleteTopics({ topics: ['item-trends'] }));
    settings({}, { profile: 'event-hubs', tls: { enabled: false }, requestTimeout_ms: 30_000 });
    const { code, stderr } = await topics('create');
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/TOPICS_MISSING: Azure Event Hubs has no item-trends/),
    });
    const plan: unknown = JSON.parse((await topics('plan')).stdout);
    expect(plan).toMatchObject({
      infrastructure: [{ name: 'item-trends', partitionCount: 2, cleanupPolicy: 'Delete' }],
    });
    expect((await doctor()).checks['topics']).toMatchObject({
      ok: false,
      message: expect.stringMatching(/item-trends: it is missing/),
    });
    settings({});
  });
});
