import { expect, test } from 'vitest';
import { configure } from '../../src/app/configure.ts';
import { createTopics, loadApplication } from '../../src/cli/application.ts';
import { Misuse } from '../../src/cli/errors.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import { topologies } from '../../topologies/index.ts';

test('topics are made with what is configured, and keep it', async () => {
  const transport = openEmbeddedLog({ path: ':memory:' });
  const ours = { topologies };
  await createTopics(ours, transport, { partitions: 2, retention: { days: 0.5, bytes: 5_000_000 } });
  const topics = await transport.topics();
  expect(topics).toContainEqual({
    topic: 'ratings',
    partitions: 2,
    retentionMs: 43_200_000,
    retentionBytes: 5_000_000,
  });
  // One order of versions and one heap of dead letters, however many partitions the others have.
  expect(topics.filter(({ partitions }) => partitions === 1).map(({ topic }) => topic)).toEqual([
    'dead-letters',
    'model-versions',
  ]);
  // Nothing asked for is everything as it is.
  await createTopics(ours, transport, { retention: {} });
  expect(await transport.topics()).toEqual(topics);
  for (const other of [{ days: 1 }, { bytes: 6_000_000 }])
    await expect(createTopics(ours, transport, { retention: other })).rejects.toThrow(Misuse);
  await expect(createTopics(ours, transport, { partitions: 3, retention: {} })).rejects.toThrow(
    'has 2 partitions, not 3',
  );
  await transport.close();
});

test('topics of streams that no topology reads are made with the others, and asked for by the plan', async () => {
  const transport = openEmbeddedLog({ path: ':memory:' });
  const config = configure({ environment: {}, flags: {} }).config;
  const application = await loadApplication({}, config);
  expect(application.further).toEqual(['exposures']);
  await createTopics(application, transport, { partitions: 3, retention: {} });
  expect(await transport.topics()).toContainEqual(expect.objectContaining({ topic: 'exposures', partitions: 3 }));
  await transport.close();
});
