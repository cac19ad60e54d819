/** Where a task begins that has no state. */
import { expect, test } from 'vitest';
import { OffsetOutOfRange } from '../../src/transport/port.ts';
import { aroundTransport } from '../support/ports.ts';
import { intake, order, orders, ordersByItem } from '../support/shop.ts';
import { World } from '../support/world.ts';

const startAt = (topology: string): number | undefined => (topology === 'intake' ? 2 : undefined);
const ids = async (world: World) => (await world.output(ordersByItem)).map(({ id }) => id);

test('a task without state begins where it is told to, and not where the log begins', async () => {
  const world = await World.of([intake]);
  await world.send(orders, order(0), order(1), order(2), order(3));
  await (await world.open('intake', 0, { startAt })).step();
  expect(await ids(world)).toEqual([2, 3]);
});

test('it begins there again on another machine, and goes on where the journal does', async () => {
  const world = await World.of([intake]);
  await world.send(orders, order(0), order(1), order(2));
  await (await world.open('intake', 0, { startAt })).step();
  await world.send(orders, order(3));
  await (await world.open('intake', 0, { startAt, store: World.emptyStore() })).step();
  expect(await ids(world)).toEqual([2, 3]);
});

test('a task with state goes on from it', async () => {
  const world = await World.of([intake]);
  await world.send(orders, order(0));
  await (await world.open('intake')).step();
  await world.send(orders, order(1), order(2));
  await (await world.open('intake', 0, { startAt })).step();
  expect(await ids(world)).toEqual([0, 1, 2]);
});

test('what retention has removed by then it does not pass over', async () => {
  const world = await World.of([intake], {
    transport: real => ({
      ...aroundTransport(real, (_, work) => work()),
      createTopic: (topic, options) => real.createTopic(topic, { ...options, retentionMs: 1_000 }),
    }),
  });
  await world.send(orders, order(0), order(1), order(2));
  world.clock.time += 2_000;
  await world.transport.applyRetention(world.clock.time);
  await world.send(orders, order(3));
  const run = await world.open('intake', 0, { startAt });
  await expect(run.step()).rejects.toThrow(OffsetOutOfRange);
});
