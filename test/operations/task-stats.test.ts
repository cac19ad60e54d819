/** Whether a task waits: from the moment that a port does not answer until it does. */
import { expect, test, vi } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { StatsObserver } from '../../src/operations/task-stats.ts';
import { type Around, aroundTransport, type PortCall } from '../support/ports.ts';
import { order, ordersByItem, tally } from '../support/shop.ts';
import { World } from '../support/world.ts';

const why = 'The log is away. Wait';

/** A task that has read all there is: what `failing` names fails from then on, so often. It is told to stop at the sixth wait. */
async function idle() {
  const world = await World.of([tally]);
  await world.send(ordersByItem, order(0));
  const observer = new StatsObserver(world.clock);
  world.observer = observer;
  const waiting = (): string | null | undefined => observer.all()[0]?.waiting;
  const failing: { calls: readonly PortCall[]; left: number } = { calls: [], left: 0 };
  const seen: (string | null | undefined)[] = [];
  const around: Around = async (call, work) => {
    if (!failing.calls.includes(call)) return work();
    seen.push(waiting());
    if (failing.left-- <= 0) return work();
    throw new Unavailable('The log is away', 'Wait');
  };
  const stop = new AbortController();
  const slept: number[] = [];
  const sleep = async (duration: number): Promise<void> => {
    if (slept.push(duration) === 6) stop.abort();
  };
  const clock = { ...world.clock, now: () => world.clock.time, sleep };
  const transport = aroundTransport(world.transport, around);
  const task = await world.open('tally', 0, { transport, clock, commitEvery: Infinity });
  await task.step();
  return { task, observer, waiting, failing, seen, slept, stop };
}

test('a task waits no more once the port has answered, whether or not an epoch comes of it', async () => {
  const { task, observer, waiting, failing, seen } = await idle();
  Object.assign(failing, { calls: ['read'], left: 2 });
  expect(await task.step()).toBe(false);
  expect(seen).toEqual([null, `pull: ${why}`, `pull: ${why}`]);
  expect(waiting()).toBeNull();
  expect(observer.all()).toMatchObject([{ epochs: 1, waits: 2 }]);
});

test('a task waits no more once the log is back, whether or not that has any news', async () => {
  const { task, observer, waiting, failing, stop } = await idle();
  Object.assign(failing, { calls: ['grown', 'bounds'], left: 3 });
  const running = task.run(stop.signal);
  await vi.waitFor(() => expect(failing.left).toBeLessThan(0));
  await vi.waitFor(() => expect(waiting()).toBeNull());
  expect(observer.all()).toMatchObject([{ epochs: 1, waits: 3 }]);
  stop.abort();
  await running;
});

test('a task waits while the log answers to nothing, and asks ever less often', async () => {
  const { task, waiting, failing, slept, stop } = await idle();
  Object.assign(failing, { calls: ['grown', 'bounds'], left: Infinity });
  await task.run(stop.signal);
  expect(slept).toEqual([50, 100, 200, 400, 800, 1_600]);
  expect(waiting()).toBe(`tail: ${why}`);
});
