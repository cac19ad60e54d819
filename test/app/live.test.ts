import { expect, onTestFinished, test } from 'vitest';
import { engineSource, logSource } from '../../src/app/live.ts';
import { StatsObserver } from '../../src/operations/task-stats.ts';
import { recommend } from '../../topologies/recommend.ts';
import { ratings } from '../../topologies/streams.ts';
import { train } from '../../topologies/train.ts';
import { World } from '../support/world.ts';
import { rating, start } from '../topologies/events.ts';

test('the figures are those of the tasks where an engine runs, and otherwise what the log tells', async () => {
  const world = await World.of([train, recommend]);
  onTestFinished(async () => {
    await world.documents.close();
    await world.transport.close();
  });
  world.clock.time = start;
  const observer = new StatsObserver(world.clock);
  world.observer = observer;
  const thread = {
    get tasks() {
      return observer.all();
    },
    get freshness() {
      return observer.freshness();
    },
  };
  const withEngine = engineSource(world.transport, world.graph, thread);
  const without = logSource(world.transport, world.graph);
  await world.send(ratings, rating({ itemId: 'heat' }), rating({ itemId: 'ran' }));
  const before = { records: 0, deadLetters: 0, waiting: null, freshness: null };
  // Both topologies are two records behind.
  expect(await withEngine.sample()).toEqual({ ...before, lag: 4, epochs: 0 });
  expect(await without.sample()).toEqual({ ...before, lag: 4, epochs: null });
  world.clock.time += 25;
  await world.drain();
  const after = { records: 2, lag: 0, deadLetters: 0, waiting: null };
  expect(await without.sample()).toEqual({ ...after, epochs: null, freshness: null });
  const sample = await withEngine.sample();
  expect(sample).toMatchObject({ ...after, freshness: { p50: 25, p99: 25, count: 1 } });
  expect(sample.epochs).toBe(observer.all().reduce((sum, { epochs }) => sum + epochs, 0));
  expect(sample.epochs).toBeGreaterThanOrEqual(2);
});
