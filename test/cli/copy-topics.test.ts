/** Which topics are copied from one log to another, and what is refused before anything is. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configure } from '../../src/app/configure.ts';
import { type Application, createTopics, loadApplication, TopicsMissing } from '../../src/cli/application.ts';
import { copyTopics, type TopicsCopy } from '../../src/cli/copy-topics.ts';
import { Misuse } from '../../src/cli/errors.ts';
import { appendFromOutside, recordOf } from '../../src/stream/outside.ts';
import { memoryRegistry } from '../../src/stream/registry.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import type { Transport } from '../../src/transport/port.ts';
import { items, ratings, ratingsByItem } from '../../topologies/streams.ts';

const item = (n: number) => ({
  itemId: `i${n}`,
  title: `Film ${n}`,
  genres: [],
  tags: [],
  available: true,
  time: 5,
  tenant: '',
});
const registry = memoryRegistry([items, ratings].map(({ schema }) => schema.definition));
let application: Application;
let from: Transport;
let to: Transport;
let told: string[];

beforeEach(async () => {
  told = [];
  application = await loadApplication({}, configure({ environment: {} }).config);
  [from, to] = [openEmbeddedLog({ path: ':memory:' }), openEmbeddedLog({ path: ':memory:' })];
  await createTopics(application, from, { partitions: 3, retention: {} });
  const many = Array.from({ length: 40 }, (_, n) => recordOf(items, item(n)));
  await appendFromOutside(from, items.name, many, 1);
  await appendFromOutside(from, ratingsByItem.name, many, 1);
});
afterEach(async () => {
  await from.close();
  await to.close();
});

const copy = (more: Partial<TopicsCopy> = {}) =>
  copyTopics({
    application,
    from: { transport: from, registry },
    to: { transport: to, registry },
    settings: { retention: { days: 2 } },
    signal: new AbortController().signal,
    tell: ({ topic, partition }) => told.push(`${topic}/${partition}`),
    ...more,
  });

test('streams that no topology writes are copied, to topics made like theirs with the retention of the target', async () => {
  const none = { copied: 0, before: 0, gone: 0, unknown: 0, partitions: 3 };
  expect(await copy()).toEqual([
    { ...none, topic: 'exposures' },
    { ...none, topic: 'items', copied: 40 },
    { ...none, topic: 'ratings' },
  ]);
  expect(told).toHaveLength(9);
  expect(await to.topics()).toEqual(
    ['exposures', 'items', 'ratings'].map(topic => ({ topic, partitions: 3, retentionMs: 172_800_000 })),
  );
  await createTopics(application, to, { retention: { days: 2 } });
  expect((await to.topics()).find(({ topic }) => topic === ratingsByItem.name)?.partitions).toBe(3);
});

test('a log that has no topic of the application is refused: the application is another one', async () => {
  const other = openEmbeddedLog({ path: ':memory:' });
  await other.createTopic('orders-of-my-own', { partitions: 1 });
  const asked = copy({ from: { transport: other, registry } });
  await expect(asked).rejects.toThrow(/none of the topics .*items.* is there/);
  await expect(asked).rejects.toThrow(Misuse);
  expect(await to.topics()).toEqual([]);
  await other.close();
});

test('another number of partitions is refused before anything is copied or made', async () => {
  await to.createTopic('ratings', { partitions: 4 });
  await expect(copy()).rejects.toThrow(
    /Topic 'ratings' has 4 partitions where it is copied to, and 3 where it comes from/,
  );
  await expect(copy()).rejects.toThrow(Misuse);
  expect(await to.topics()).toHaveLength(1);
});

test('where infrastructure makes topics, the missing ones are named', async () => {
  const { kafka } = configure({
    environment: {
      MILLRACE_TRANSPORT: 'kafka',
      MILLRACE_KAFKA_BROKERS: 'a:1',
      MILLRACE_KAFKA_PROFILE: 'event-hubs',
      MILLRACE_KAFKA_SASL_MECHANISM: 'oauthbearer',
    },
  }).config;
  const settings = { retention: {}, transport: 'kafka', kafka } as const;
  await expect(copy({ settings })).rejects.toThrow(TopicsMissing);
  await expect(copy({ settings })).rejects.toThrow(/exposures, items, ratings/);
  expect(await to.topics()).toEqual([]);
});

test('one that is told to end says what it has done', async () => {
  const stop = new AbortController();
  const copied = await copy({
    signal: stop.signal,
    tell: ({ topic }) => {
      if (topic === 'items') stop.abort();
    },
  });
  expect(copied.map(({ topic }) => topic)).toEqual(['exposures', 'items', 'ratings']);
  expect((await to.bounds({ topic: 'items', partition: 1 })).end).toBe(0);
  expect(await copy()).toMatchObject([{}, { copied: expect.any(Number), before: expect.any(Number) }, {}]);
  expect((await to.bounds({ topic: 'items', partition: 1 })).end).toBeGreaterThan(0);
});
