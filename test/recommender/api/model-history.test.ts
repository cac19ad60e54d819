import { describe, expect, onTestFinished, test } from 'vitest';
import type { ModelVersion } from '../../../schemas/types.ts';
import { modelVersions } from '../../../topologies/streams.ts';
import { ModelHistory } from '../../../src/recommender/api/model-history.ts';
import { memoryRegistry } from '../../../src/stream/registry.ts';
import { OutsideWriter } from '../../../src/stream/outside-writer.ts';
import { openEmbeddedLog } from '../../../src/transport/embedded/open.ts';
import { versionWith } from '../../support/model-version.ts';

const clock = { now: () => 0, turn: () => Promise.resolve() };

async function history() {
  const transport = openEmbeddedLog({ path: ':memory:', clock: clock.now });
  onTestFinished(() => transport.close());
  await transport.createTopic(modelVersions.name, { partitions: 1 });
  const reads: number[] = [];
  const counted = {
    topics: () => transport.topics(),
    bounds: transport.bounds.bind(transport),
    read: (request: Parameters<typeof transport.read>[0]) => {
      reads.push(request.from);
      return transport.read(request);
    },
  };
  const models = new ModelHistory({ transport: counted, registry: memoryRegistry() });
  const publish = async (...versions: readonly ModelVersion[]): Promise<void> => {
    const writer = await OutsideWriter.open(transport, modelVersions, clock);
    for (const version of versions) await writer.write(version);
    await writer.flush();
  };
  return { models, publish, reads };
}

/** A version after so many events, each of them predicted with an error of so many stars on average. */
const version = (number: number, records: number, squaredErrorSum: number, generation = 0): ModelVersion => {
  const rmse = records === 0 ? null : Math.sqrt(squaredErrorSum / records);
  return versionWith({ generation, number, time: number * 1_000, prequential: { records, squaredErrorSum, rmse } });
};

const recent = async (models: ModelHistory) => (await models.newest(1_000)).map(({ recentRmse }) => recentRmse);

describe('the recent error', () => {
  test('is over the newest hundred events or more; over all before there are as many', async () => {
    const { models, publish } = await history();
    await publish(
      version(1, 0, 0),
      version(2, 50, 50),
      version(3, 150, 450),
      version(4, 151, 451),
      version(5, 250, 550),
    );
    // Of nothing; of 50 since the beginning; of 100 and of 101 since version 2; of 100 since version 3.
    const since = [null, 1, Math.sqrt(400 / 100), Math.sqrt(401 / 101), 1];
    expect(await recent(models)).toEqual(since);
  });

  test('begins anew with a generation', async () => {
    const { models, publish } = await history();
    await publish(version(1, 500, 2_000), version(1, 50, 50, 1), version(2, 60, 100, 1));
    expect(await recent(models)).toEqual([2, 1, Math.sqrt(100 / 60)]);
  });
});

test('it follows the log, reading each record once', async () => {
  const { models, publish, reads } = await history();
  await publish(version(1, 1, 1));
  expect(await models.newest(9)).toMatchObject([
    { version: '0.1', at: '1970-01-01T00:00:01.000Z', records: 1, rmse: 1 },
  ]);
  await publish(version(2, 2, 2));
  await models.newest(1);
  expect((await models.newest(9)).map(({ version: told }) => told)).toEqual(['0.1', '0.2']);
  expect(reads).toEqual([0, 1]);
});

test('it holds the newest 2,000 and begins there, however long the log is', async () => {
  const { models, publish, reads } = await history();
  const long = Array.from({ length: 5_000 }, (_, n) => version(n + 1, n + 1, n + 1));
  await publish(...long.slice(0, 4_500));
  expect((await models.newest(5_000)).map(({ records }) => records)).toEqual(
    Array.from({ length: 2_000 }, (_, n) => n + 2_501),
  );
  expect(Math.min(...reads)).toBe(2_500);
  // What came before is not known: the first hundred have no recent error.
  expect((await recent(models)).length).toBe(1_000);
  const all = await models.newest(2_000);
  expect(all.findIndex(({ recentRmse }) => recentRmse !== null)).toBe(100);
  await publish(...long.slice(4_500));
  expect((await models.newest(5_000)).map(({ records }) => records)).toEqual(
    Array.from({ length: 2_000 }, (_, n) => n + 3_001),
  );
});
