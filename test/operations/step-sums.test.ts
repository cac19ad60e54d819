/** What steps have done, as counters: they never fall, whoever runs their tasks from now on. */
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { registerStepMetrics } from '../../src/operations/step-metrics.ts';
import type { TaskRunner } from '../../src/engine/runner.ts';
import { StatsObserver } from '../../src/operations/task-stats.ts';
import { order, ordersByItem, tally } from '../support/shop.ts';
import { World } from '../support/world.ts';

async function counting() {
  const world = await World.of([tally], { partitions: 2 });
  const observer = new StatsObserver(world.clock);
  world.observer = observer;
  const registry = new Registry();
  registerStepMetrics(registry, () => observer.steps());
  let sent = 0;
  const send = async (count: number): Promise<void> =>
    world.send(ordersByItem, ...Array.from({ length: count }, () => order(sent++)));
  /** Opens the tasks, and works until there is nothing to do. */
  const work = async (...partitions: readonly number[]): Promise<readonly TaskRunner[]> => {
    const runners: TaskRunner[] = [];
    for (const partition of partitions) {
      const runner = await world.open('tally', partition, { meter: () => 0 });
      while (await runner.step());
      runners.push(runner);
    }
    return runners;
  };
  const given = async (): Promise<number> => {
    const lines = (await registry.metrics()).split('\n');
    const line = lines.find(text => /^millrace_step_values_out_total\{.*node="stream:orders-by-item"/.test(text));
    return Number(line?.split(' ').at(-1));
  };
  return { observer, send, work, given };
}

test('a sum keeps what the tasks have done that are no more with the process', async () => {
  const { observer, send, work, given } = await counting();
  await send(40);
  await work(0, 1);
  expect(await given()).toBe(40);
  observer.left('tally/0');
  expect(await given()).toBe(40);
  observer.left('tally/1');
  observer.left('tally/1');
  expect(await given()).toBe(40);
  await send(10);
  await work(0, 1);
  expect(await given()).toBe(50);
});

test('a task that is opened again without having left is counted on', async () => {
  const { observer, send, work, given } = await counting();
  await send(40);
  await work(0, 1);
  await send(20);
  await work(0, 1);
  expect(await given()).toBe(60);
  expect(observer.steps().filter(({ node }) => node === 'stream:orders-by-item')).toHaveLength(1);
});

test('a task that has left is not known again by a port that answers it late', async () => {
  const { observer, send, work } = await counting();
  await send(5);
  const [runner] = await work(0);
  observer.left('tally/0');
  if (runner !== undefined) observer.answered(runner.task);
  expect(observer.all()).toEqual([]);
});
