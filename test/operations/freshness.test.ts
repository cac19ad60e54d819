import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { FreshnessWindow } from '../../src/operations/freshness.ts';
import { registerFreshness } from '../../src/operations/metrics.ts';
import { StatsObserver } from '../../src/operations/task-stats.ts';
import { defaultLearner } from '../../src/recommender/domain/learner.ts';
import { intake } from '../../topologies/intake.ts';
import { recommend } from '../../topologies/recommend.ts';
import { ratings } from '../../topologies/streams.ts';
import { trainWith } from '../../topologies/train.ts';
import { order, ordersByItem, tally } from '../support/shop.ts';
import { World } from '../support/world.ts';
import { rating, start } from '../topologies/events.ts';

const train = trainWith({ ...defaultLearner, model: { factors: 8 }, cutEvery: 50 });

async function observed() {
  const world = await World.of([intake, train, recommend]);
  world.clock.time = start;
  const observe = (): StatsObserver => {
    const observer = new StatsObserver(world.clock);
    world.observer = observer;
    return observer;
  };
  /** Events enter the log, and are processed so much later. */
  const sendAndWait = async (duration: number, ...events: Parameters<typeof rating>[0][]) => {
    await world.send(ratings, ...events.map(rating));
    world.clock.time += duration;
    await world.drain();
  };
  return { world, observe, sendAndWait };
}

const of = (observer: StatsObserver, name: string) => observer.freshness().find(({ topology }) => topology === name);

describe('freshness', () => {
  test("is the time from an event's entering the log to the commit of the list it changed", async () => {
    const { observe, sendAndWait } = await observed();
    const observer = observe();
    expect(observer.freshness()).toEqual([]);
    await sendAndWait(40, { itemId: 'heat' });
    expect(of(observer, 'recommend')).toEqual({ topology: 'recommend', p50: 40, p99: 40, count: 1 });
    await sendAndWait(70, { itemId: 'ran' });
    expect(of(observer, 'recommend')).toEqual({ topology: 'recommend', p50: 40, p99: 70, count: 2 });
  });

  test('is that of the oldest event of an epoch', async () => {
    const { world, observe, sendAndWait } = await observed();
    const observer = observe();
    await world.send(ratings, rating({ itemId: 'heat' }));
    world.clock.time += 1_000;
    await sendAndWait(5, { itemId: 'ran' });
    expect(of(observer, 'train')).toMatchObject({ p50: 1_005, count: 1 });
  });

  test('leaves out events that had waited for the process to start', async () => {
    const { world, observe, sendAndWait } = await observed();
    await world.send(ratings, rating({ itemId: 'heat' }));
    world.clock.time += 3_600_000;
    const observer = observe();
    await world.drain();
    expect(observer.freshness()).toEqual([]);
    await sendAndWait(40, { itemId: 'ran' });
    expect(of(observer, 'recommend')).toMatchObject({ p50: 40, count: 1 });
  });

  test('leaves out epochs that published nothing', async () => {
    const { observe, sendAndWait } = await observed();
    const observer = observe();
    await sendAndWait(40, { eventId: 'once' });
    await sendAndWait(900, { eventId: 'once' });
    expect(of(observer, 'intake')).toMatchObject({ p99: 40, count: 1 });
  });

  test('is told of no topology whose last task has gone to another process', async () => {
    const world = await World.of([tally], { partitions: 2 });
    const observer = new StatsObserver(world.clock);
    world.observer = observer;
    await world.send(ordersByItem, order(0, { item: 'tea' }), order(1, { item: 'cake' }), order(2, { item: 'milk' }));
    await world.drain();
    const tasks = observer.all().map(({ task }) => task);
    expect(tasks).toEqual(['tally/0', 'tally/1']);
    const told = [of(observer, 'tally') !== undefined];
    for (const task of tasks) {
      observer.left(task);
      told.push(of(observer, 'tally') !== undefined);
    }
    expect(told).toEqual([true, true, false]);
  });

  test('is of the newest thousand epochs, by nearest rank', () => {
    const window = new FreshnessWindow(0);
    expect(window.figures()).toBeNull();
    for (let age = 1_500; age > 0; age--) window.add(1_000_000 - age, 1_000_000);
    expect(window.figures()).toEqual({ p50: 500, p99: 990, count: 1_000 });
  });

  test('is in the metrics, in seconds', async () => {
    const registry = new Registry();
    registerFreshness(registry, () => [{ topology: 'recommend', p50: 40, p99: 75, count: 9 }]);
    const text = await registry.metrics();
    expect(text).toContain('millrace_topology_freshness_seconds{topology="recommend",quantile="0.5"} 0.04\n');
    expect(text).toContain('millrace_topology_freshness_seconds{topology="recommend",quantile="0.99"} 0.075\n');
  });
});
