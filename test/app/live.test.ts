import { expect, onTestFinished, test } from 'vitest';
import { engineLags, engineSource, logSource } from '../../src/app/live.ts';
import { StatsObserver } from '../../src/operations/task-stats.ts';
import { topologies } from '../../topologies/index.ts';
import { ratings } from '../../topologies/streams.ts';
import { World } from '../support/world.ts';
import { rating, start } from '../topologies/events.ts';

test('the figures are those of the tasks where an engine runs, and otherwise what the log tells', async () => {
  const world = await World.of(topologies.filter(({ name }) => name === 'train' || name === 'recommend'));
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
  const withEngine = engineSource(world, thread);
  const without = logSource(world);
  await world.send(ratings, rating({ itemId: 'heat' }), rating({ itemId: 'ran' }));
  const before = { records: 0, deadLetters: 0, waiting: null, freshness: null };
  // Both topologies are two records behind, and nobody has read anything whose event time would be known.
  const behind = {
    lag: 4,
    lagMs: null,
    tasks: ['recommend/0', 'train/0'].map(task => ({ task, behind: 2, behindMs: null })),
  };
  expect(await withEngine.sample()).toMatchObject({ ...before, ...behind, epochs: 0 });
  expect(await without.sample()).toMatchObject({ ...before, ...behind, epochs: null });
  world.clock.time += 25;
  await world.drain();
  const tasks = ['recommend/0', 'train/0'].map(task => ({ task, behind: 0, behindMs: 0 }));
  const after = { records: 2, lag: 0, lagMs: 0, tasks, deadLetters: 0, waiting: null };
  expect(await without.sample()).toEqual({ ...after, epochs: null, freshness: null });
  const sample = await withEngine.sample();
  expect(sample).toMatchObject({ ...after, freshness: { p50: 25, p99: 25, count: 1 } });
  expect(sample.epochs).toBe(observer.all().reduce((sum, { epochs }) => sum + epochs, 0));
  expect(sample.epochs).toBeGreaterThanOrEqual(2);
  await world.send(ratings, rating({ eventId: 'later', time: rating({}).time + 3_600_000 }));
  expect(await withEngine.sample()).toMatchObject({ lag: 2, lagMs: 3_600_000 });
  // Both are known, since both have done something here; it stands by for the other one only.
  const held = new Map([['train/0', 1]]);
  const mine = await engineLags(world, { tasks: observer.all(), held })();
  expect(mine.filter(({ topic }) => topic === 'ratings')).toMatchObject([
    { task: 'train/0', topic: 'ratings', behind: 1, behindMs: 3_600_000 },
  ]);
  expect(new Set(mine.map(({ task }) => task))).toEqual(new Set(['train/0']));
});
