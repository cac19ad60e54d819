import { describe, expect, test } from 'vitest';
import { LogChanged } from '../../src/engine/errors.ts';
import { OffsetOutOfRange } from '../../src/transport/port.ts';
import { aroundTransport } from '../support/ports.ts';
import { intake, type Order, order, orders, ordersByItem } from '../support/shop.ts';
import { World } from '../support/world.ts';

/** What `intake` did to three orders, and a log made anew that holds these instead. */
async function madeAnew(values: readonly Order[]): Promise<World> {
  const before = await World.of([intake]);
  await before.send(orders, order(0), order(1), order(2));
  await (await before.open('intake')).step();
  const world = await World.of([intake], { documents: () => before.documents });
  world.store = before.store;
  if (values.length > 0) await world.send(orders, ...values);
  return world;
}

describe('a log that was made anew stops the task before it reads on', () => {
  test('where it holds another record at the last offset that was applied', async () => {
    const world = await madeAnew([order(0), order(1), order(7), order(8)]);
    const opening = world.open('intake');
    await expect(opening).rejects.toThrow(LogChanged);
    await expect(opening).rejects.toThrow(
      'orders/0 holds another record at offset 2 than the one intake/0 has applied',
    );
    await expect(opening).rejects.toThrow('remove the state of the task, or backfill');
  });

  test('where it ends below what was applied', async () => {
    const world = await madeAnew([order(0)]);
    const opening = world.open('intake');
    await expect(opening).rejects.toThrow(OffsetOutOfRange);
    await expect(opening).rejects.toThrow('orders/0: offset 3 lies outside of the log, which holds 0 to 1');
    await expect(opening).rejects.toThrow('backfill into a fresh namespace');
  });

  test('where it is empty', async () => {
    await expect((await madeAnew([])).open('intake')).rejects.toThrow(OffsetOutOfRange);
  });

  test('but the same records again are the same log', async () => {
    const world = await madeAnew([order(0), order(1), order(2), order(3)]);
    const run = await world.open('intake');
    expect(await run.step()).toBe(true);
    expect(await run.step()).toBe(false);
  });
});

test('a journalled plan that reads past the end of the log stops the task', async () => {
  const world = await madeAnew([order(0)]);
  world.store = World.emptyStore();
  const opening = world.open('intake');
  await expect(opening).rejects.toThrow(LogChanged);
  await expect(opening).rejects.toThrow('orders/0 ends at offset 1, but a journalled plan has read up to 3');
});

describe('retention', () => {
  /** A world whose input keeps its records for a second. */
  const shortLived = (): Promise<World> =>
    World.of([intake], {
      transport: real => ({
        ...aroundTransport(real, (_, work) => work()),
        createTopic: (topic, options) =>
          real.createTopic(topic, topic === orders.name ? { ...options, retentionMs: 1_000 } : options),
      }),
    });

  async function expire(world: World): Promise<void> {
    world.clock.time += 2_000;
    await world.transport.applyRetention(world.clock.time);
  }

  test('that has removed what was not read yet stops the task and says what to do', async () => {
    const world = await shortLived();
    await world.send(orders, order(0));
    const run = await world.open('intake');
    await run.step();
    await world.send(orders, order(1));
    await expire(world);
    await world.send(orders, order(2));
    await expect(run.step()).rejects.toThrow(OffsetOutOfRange);
    const opening = world.open('intake');
    await expect(opening).rejects.toThrow('orders/0: offset 1 lies outside of the log, which holds 2 to 3');
    await expect(opening).rejects.toThrow('Retention has removed it');
  });

  test('that has removed just what was read already is no loss', async () => {
    const world = await shortLived();
    await world.send(orders, order(0));
    await (await world.open('intake')).step();
    await expire(world);
    await world.send(orders, order(1));
    await (await world.open('intake')).step();
    expect((await world.output(ordersByItem)).map(({ id }) => id)).toEqual([0, 1]);
  });

  test('lets a task without state begin with the first record that is still there', async () => {
    const world = await shortLived();
    await world.send(orders, order(0));
    await expire(world);
    await world.send(orders, order(1));
    await (await world.open('intake')).step();
    expect((await world.output(ordersByItem)).map(({ id }) => id)).toEqual([1]);
  });

  test('stops a worker with an empty disk whose journal begins before the log does', async () => {
    const world = await shortLived();
    await world.send(orders, order(0));
    await (await world.open('intake')).step();
    await expire(world);
    await world.send(orders, order(1));
    const opening = world.open('intake', 0, { store: World.emptyStore() });
    await expect(opening).rejects.toThrow(OffsetOutOfRange);
    await expect(opening).rejects.toThrow('Retention has removed it: restore from a newer snapshot');
  });
});
