import { describe, expect, test } from 'vitest';
import { topicRules, type TopicRules } from '../../src/app/topic-rules.ts';
import { configure } from '../../src/app/configure.ts';
import { createTopics, TopicsMissing, type TopicSettings } from '../../src/cli/application.ts';
import { hubsOf, planTopics, problemsIn } from '../../src/cli/topic-plan.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import type { TopicDescription } from '../../src/transport/port.ts';
import { streams, topologies } from '../../topologies/index.ts';

const { kafka } = configure({ environment: {} }).config;
const rules = topicRules({ transport: 'kafka', kafka });
const eventHubs = topicRules({ transport: 'kafka', kafka: { ...kafka, profile: 'event-hubs' } });

const application = { topologies, further: streams.map(({ name }) => name) };

const plan = (settings: TopicSettings, there: readonly TopicDescription[] = [], by: TopicRules = rules) =>
  planTopics({ application, settings, rules: by, there });

/** All topics as the plan wants them. */
async function made(settings: TopicSettings): Promise<TopicDescription[]> {
  const { topics } = await plan(settings);
  return topics.map(({ topic, partitions, retentionMs }) => ({
    topic,
    partitions,
    ...(retentionMs === undefined ? {} : { retentionMs }),
  }));
}

const days = { partitions: 4, retention: { days: 7 } };

describe('the topics of the recommender', () => {
  test('are ten, the dead letters and what no topology reads among them: a namespace of Event Hubs has room for ten', async () => {
    const { topics, problems } = await plan(days, [], eventHubs);
    expect(topics).toHaveLength(10);
    expect(topics.map(({ topic }) => topic)).toEqual(expect.arrayContaining(['dead-letters', 'exposures']));
    expect(problems).toEqual([]);
    const crowded = await plan(
      days,
      [
        { topic: 'a', partitions: 1 },
        { topic: 'b', partitions: 1 },
      ],
      eventHubs,
    );
    expect(crowded.problems).toEqual([
      expect.stringMatching(
        /^10 topics are needed and 2 others are there, Azure Event Hubs has room for 10: take another/,
      ),
    ]);
  });

  test('have room where the settings say that there is more', async () => {
    const premium = topicRules({ transport: 'kafka', kafka: { ...kafka, profile: 'event-hubs', mostTopics: 100 } });
    const others = Array.from({ length: 90 }, (_, n) => ({ topic: `other-${n}`, partitions: 1 }));
    expect((await plan(days, others, premium)).problems).toEqual([]);
    const crowded = await plan(days, [...others, { topic: 'one more', partitions: 1 }], premium);
    expect(crowded.problems).toEqual([expect.stringContaining('has room for 100')]);
  });

  test('that are missing are what infrastructure has to make', async () => {
    const there = (await made(days)).filter(({ topic }) => topic !== 'ratings' && topic !== 'model-versions');
    const planned = await plan(days, there, eventHubs);
    expect(problemsIn(planned)).toEqual(['ratings: it is missing', 'model-versions: it is missing']);
    expect(hubsOf(planned)).toEqual([
      { name: 'ratings', partitionCount: 4, retentionTimeInHours: 168, cleanupPolicy: 'Delete' },
      { name: 'model-versions', partitionCount: 1, retentionTimeInHours: 168, cleanupPolicy: 'Delete' },
    ]);
  });

  test('are as they have to be where nothing differs', async () => {
    expect(problemsIn(await plan(days, await made(days)))).toEqual([]);
    expect(problemsIn(await plan({ retention: {} }, await made(days)))).toEqual([]);
  });

  test.each([
    [{ topic: 'ratings', partitions: 4, compacted: true }, /^ratings: it is compacted, and state is made of all/],
    [
      { topic: 'ratings', partitions: 4, retentionMs: 1_000 },
      /^ratings: it keeps 1000 ms of records, not 604800000 \(retention.days\)/,
    ],
    [{ topic: 'model-versions', partitions: 2 }, /^model-versions: it has 2 partitions, not 1/],
    [{ topic: 'user-vectors', partitions: 3 }, /^user-vectors: it has 3 partitions, not 4/],
  ])('%j is wrong', async (other, says) => {
    const there = (await made(days)).map(topic => (topic.topic === other.topic ? { ...topic, ...other } : topic));
    expect(problemsIn(await plan(days, there))).toContainEqual(expect.stringMatching(says));
  });

  test('that are read together need the same number of partitions', async () => {
    const there = (await made(days)).map(topic =>
      topic.topic === 'user-vectors' ? { ...topic, partitions: 3 } : topic,
    );
    expect((await plan({ retention: {} }, there)).problems).toEqual([expect.stringMatching(/user-vectors/)]);
  });

  test('have no more partitions than there may be', async () => {
    expect(problemsIn(await plan({ partitions: 33, retention: {} }, [], eventHubs))).toContainEqual(
      'ratings: 33 partitions are more than the 32 that Azure Event Hubs gives a topic',
    );
  });
});

test('nobody makes a topic where infrastructure does', async () => {
  const transport = openEmbeddedLog({ path: ':memory:' });
  const settings = { ...days, transport: 'kafka', kafka: { ...kafka, profile: 'event-hubs' } } as const;
  await expect(createTopics(application, transport, settings)).rejects.toThrow(TopicsMissing);
  await expect(createTopics(application, transport, settings)).rejects.toThrow(
    /has no ratings, .*`millrace topics plan`/,
  );
  expect(await transport.topics()).toEqual([]);
  await transport.close();
});
