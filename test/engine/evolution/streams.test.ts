/** Streams of a topology from release to release: read and written no more, for the first time, and again. */
import { map } from 'rxjs';
import { expect, test } from 'vitest';
import { IncompatibleState, TaskStopped } from '../../../src/engine/errors.ts';
import { type Evolution, topology } from '../../../src/index.ts';
import { aroundTransport } from '../../support/ports.ts';
import type { Transport } from '../../../src/transport/port.ts';
import { releaseOfTwo, release } from '../../support/releases.ts';
import { order, orders, ordersByItem, sales, type Sales, shelves } from '../../support/shop.ts';
import { World } from '../../support/world.ts';

const count = { name: 'count' };

async function toldSince(world: World, before: number): Promise<[number, number][]> {
  await world.drain();
  return (await world.output(sales)).slice(before).map(({ order: id, count: n }) => [id, n]);
}

test('a stream is read no more, and again: from where it was left', async () => {
  const world = await World.of([releaseOfTwo(count)]);
  await world.send(orders, order(0));
  await world.send(ordersByItem, order(1));
  expect(await toldSince(world, 0)).toHaveLength(2);

  await world.deploy([release([count])]);
  const opening = world.open('shop');
  await expect(opening).rejects.toThrow(IncompatibleState);
  await expect(opening).rejects.toThrow("declare what became of it: `{ unread: ['orders-by-item'] }`");

  await world.deploy([release([count], { unread: ['orders-by-item'] })]);
  await world.send(orders, order(2));
  await world.send(ordersByItem, order(3));
  expect(await toldSince(world, 2)).toEqual([[2, 3]]);

  // Nobody has to declare for ever what was carried out.
  await world.deploy([release([count])]);
  await world.send(orders, order(4));
  expect(await toldSince(world, 3)).toEqual([[4, 4]]);

  await world.deploy([releaseOfTwo(count)]);
  expect(await toldSince(world, 4)).toEqual([[3, 5]]);
});

test('an added stream is read from what the log still has, also where an epoch of it fails', async () => {
  const world = await World.of([release([count])], { transport: keepingLittle });
  await world.transport.createTopic(ordersByItem.name, { partitions: 1 });
  await world.send(orders, order(0));
  await world.send(ordersByItem, order(1));
  await world.send(ordersByItem, order(2));
  await world.transport.applyRetention(world.clock.time);
  const { start } = await world.transport.bounds({ topic: ordersByItem.name, partition: 0 });
  expect(start).toBeGreaterThan(0);
  await world.drain();
  const failing = { ...count, by: ({ id, item }: { id: number; item: string }) => (id === 3 ? fails() : item) };
  await world.deploy([releaseOfTwo(failing)]);
  await world.send(ordersByItem, order(3), order(4));
  expect((await toldSince(world, 1)).map(([id]) => id)).toEqual([...(start === 1 ? [2] : []), 4]);
});

const keepingLittle = (real: Transport): Transport => ({
  ...aroundTransport(real, (_, work) => work()),
  createTopic: (topic, options) =>
    real.createTopic(topic, topic === ordersByItem.name ? { ...options, retentionBytes: 1 } : options),
});

const fails = (): never => {
  throw new Error('on purpose');
};

/** Tells orders into `sales`, `shelves` or both. */
const teller = (into: readonly ('sales' | 'shelves')[], evolution: Evolution = {}) =>
  topology(
    'teller',
    task => {
      const told = task.read(orders);
      if (into.includes('sales'))
        told
          .pipe(map(({ item, id, at }): Sales => ({ item, count: 1, amount: 0, order: id, at })))
          .subscribe(task.write(sales));
      if (into.includes('shelves'))
        told.pipe(map(({ item, id, at }) => ({ shelf: item, item, taken: id, at }))).subscribe(task.write(shelves));
    },
    evolution,
  );

const follower = topology('follower', task =>
  task
    .read(sales)
    .pipe(map(({ order: id }) => order(id)))
    .subscribe(task.write(ordersByItem)),
);

test('a stream is written no more, and again: its sequences go on, so its readers take all of it', async () => {
  const world = await World.of([teller(['sales', 'shelves']), follower]);
  await world.send(orders, order(0));
  await world.drain();
  await world.deploy([teller(['shelves'], { unwritten: ['sales'] }), follower]);
  await world.send(orders, order(1));
  await world.drain();
  await world.deploy([teller(['sales', 'shelves']), follower]);
  await world.send(orders, order(2));
  await world.drain();
  expect((await world.output(shelves)).map(({ taken }) => taken)).toEqual([0, 1, 2]);
  expect((await world.output(ordersByItem)).map(({ id }) => id)).toEqual([0, 2]);
});

test('who has not read what a former writer left takes it, where the writer says that it was one', async () => {
  const world = await World.of([teller(['sales', 'shelves']), follower]);
  await world.send(orders, order(0));
  await (await world.open('teller')).step();
  await world.deploy([teller(['shelves']), follower]);
  const stopped = (await world.open('follower')).step();
  await expect(stopped).rejects.toThrow(TaskStopped);
  await expect(stopped).rejects.toThrow('declares it as `unwritten`');
  await world.deploy([teller(['shelves'], { unwritten: ['sales'] }), follower]);
  await world.drain();
  expect((await world.output(ordersByItem)).map(({ id }) => id)).toEqual([0]);
});
