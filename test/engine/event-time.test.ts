import { describe, expect, test } from 'vitest';
import type { TaskRunner } from '../../src/engine/runner.ts';
import { days, seconds, stream, topology } from '../../src/index.ts';
import { partitionOf } from '../../src/transport/partitioner.ts';
import { records } from '../support/consumer.ts';
import { intake, order, orders, ordersByItem, sales, shop, tally } from '../support/shop.ts';
import { World, type WorldOptions } from '../support/world.ts';

const noon = 1_700_000_000_000;
/** Of `orders`: how late they may be, and how long a quiet partition holds event time back. */
const { lateness, idleAfter } = orders;

/** Somebody who waits for event time in what `intake` writes: otherwise nobody is told of it. */
const remind = topology('remind', task => {
  task
    .read(ordersByItem)
    .pipe(task.distinct('ids', { by: ({ id }) => String(id), horizon: days(2) }))
    .subscribe(task.late());
});
const timedShop = [...shop, remind];

async function worldAtNoon(topologies = timedShop, options: WorldOptions = {}): Promise<World> {
  const world = await World.of(topologies, options);
  world.clock.time = noon;
  return world;
}

/** Steps until there is nothing to do and answers the epochs; an engine that never comes to rest would hang the test. */
async function finish(run: TaskRunner): Promise<number> {
  let epochs = 0;
  while (epochs < 20 && (await run.step())) epochs++;
  return epochs;
}

const markers = async (world: World) =>
  (await records(world.transport, ordersByItem)).filter(({ value }) => value === undefined);

describe('while records come', () => {
  test('event time is that of the newest one, less the lateness of its stream, and never goes back', async () => {
    const world = await worldAtNoon();
    await world.send(orders, order(0, { at: noon }), order(1, { at: noon + 500 }), order(2, { at: noon - 9_000 }));
    await (await world.open('intake')).step();
    const found = await records(world.transport, ordersByItem);
    expect(found.map(({ watermark }) => watermark - (noon - lateness))).toEqual([0, 500, 500]);
  });

  test('it does not depend on where epochs are cut', async () => {
    const marks: number[][] = [];
    for (const maxRecords of [1, 2, 100]) {
      const world = await worldAtNoon(timedShop, { maxRecords });
      await world.send(orders, ...[0, 700, 300, 2_000, 1_000].map((ms, id) => order(id, { at: noon + ms })));
      const run = await world.open('intake');
      expect(await finish(run)).toBeLessThan(9);
      marks.push((await records(world.transport, ordersByItem)).map(({ watermark }) => watermark));
    }
    expect(marks[1]).toEqual(marks[0]);
    expect(marks[2]).toEqual(marks[0]);
  });

  test('no time passes without records, and no epoch either, however late it gets', async () => {
    const world = await worldAtNoon([tally]);
    await world.send(ordersByItem, order(0, { at: noon }));
    const run = await world.open('tally');
    await run.step();
    world.clock.time += 60_000;
    expect(await run.step()).toBe(false);
  });
});

/** Customers whose orders are in the first and in the second of two partitions. */
const [first = '', second = ''] = [0, 1].map(
  partition => ['ann', 'bob', 'cid', 'dan', 'eve'].find(name => partitionOf(name, 2) === partition) ?? '',
);

describe('a stream with several producers', () => {
  const partitions = (topic: string): number => (topic === orders.name ? 2 : 1);

  test('has the event time of the one that is furthest behind', async () => {
    const world = await worldAtNoon(timedShop, { partitions });
    await world.send(orders, order(0, { customer: first, at: noon }));
    await world.send(orders, order(1, { customer: second, at: noon - seconds(3_600) }));
    const reader = await world.open('tally');
    await (await world.open('intake', 0)).step();
    await reader.step();
    expect(reader.task.eventTime.watermark).toBe(-Infinity);
    await (await world.open('intake', 1)).step();
    await reader.step();
    expect(reader.task.eventTime.watermark).toBe(noon - seconds(3_600) - lateness);
  });

  test('is not held back for ever by one whose partition never had a record', async () => {
    const world = await worldAtNoon(timedShop, { partitions });
    await world.send(orders, order(0, { customer: first, at: noon }));
    for (const wait of [0, idleAfter, seconds(60)]) {
      world.clock.time += wait;
      for (const partition of [0, 1]) await finish(await world.open('intake', partition));
    }
    const reader = await world.open('tally');
    expect(await finish(reader)).toBeLessThan(9);
    expect(reader.task.eventTime.watermark).toBe(noon - lateness + seconds(60));
  });
});

describe('a stream that tasks and somebody outside write', () => {
  test('waits for its producers also when nobody outside writes any more', async () => {
    const world = await worldAtNoon(shop);
    await world.send(ordersByItem, order(0, { at: noon }));
    await world.send(orders, order(1, { at: noon - seconds(3_600) }));
    await (await world.open('intake')).step();
    const reader = await world.open('tally');
    await reader.step();
    world.clock.time += ordersByItem.idleAfter;
    await reader.step();
    world.clock.time += seconds(10);
    await reader.step();
    expect(reader.task.eventTime.watermark).toBe(noon - seconds(3_600) - lateness);
  });
});

test('idle time counts also where no epoch was planned for it', async () => {
  // Nobody reads what it writes and its only timer is days away.
  const timed = topology('timed', task => {
    task
      .read(orders)
      .pipe(task.distinct('ids', { by: ({ id }) => String(id), horizon: days(2) }))
      .subscribe(task.write(ordersByItem));
  });
  const world = await worldAtNoon([timed]);
  const run = await world.open('timed');
  await world.send(orders, order(0, { at: noon }));
  await finish(run);
  world.clock.time += idleAfter;
  await finish(run);
  world.clock.time += seconds(3_600);
  await world.send(orders, order(1, { at: noon }));
  await run.step();
  expect(run.task.eventTime.watermark).toBe(noon - lateness + seconds(3_600));
});

describe('a partition that turns idle', () => {
  const everything = topology('everything', task => {
    task.read(orders, { all: true }).subscribe(task.write(ordersByItem));
  });
  const readers = [everything, tally, remind];

  test('holds event time back until then, and no longer', async () => {
    const world = await worldAtNoon(readers, { partitions: 2 });
    await world.send(orders, order(0, { customer: first, at: noon }), order(1, { customer: second, at: noon - 5_000 }));
    const run = await world.open('everything');
    await run.step();
    world.clock.time += idleAfter - 1;
    await world.send(orders, order(2, { customer: first, at: noon + 500 }));
    await run.step();
    expect(run.task.eventTime.watermark).toBe(noon - 5_000 - lateness);
    world.clock.time += 1;
    await world.send(orders, order(3, { customer: first, at: noon + 1_000 }));
    await run.step();
    expect(run.task.eventTime.watermark).toBe(noon + 1_000 - lateness);
  });

  test('holds it back again when it has records again, and event time does not go back', async () => {
    const world = await worldAtNoon(readers, { partitions: 2 });
    await world.send(orders, order(0, { customer: first, at: noon }), order(1, { customer: second, at: noon - 5_000 }));
    const run = await world.open('everything');
    await run.step();
    world.clock.time += idleAfter;
    await world.send(orders, order(2, { customer: first, at: noon + 1_000 }));
    await run.step();
    await world.send(orders, order(3, { customer: second, at: noon - 4_000 }));
    await run.step();
    await world.send(orders, order(4, { customer: first, at: noon + 7_000 }));
    await run.step();
    expect(run.task.eventTime.watermark).toBe(noon + 1_000 - lateness);
  });

  test('is not idle as long as it has something to read, though it was quiet for long', async () => {
    const world = await worldAtNoon(readers, { partitions: 2, maxRecords: 2 });
    await world.send(orders, ...[0, 1, 2].map(id => order(id, { customer: second, at: noon - 5_000 + id })));
    await world.send(orders, order(3, { customer: first, at: noon }));
    const run = await world.open('everything');
    await run.step();
    world.clock.time += 10 * idleAfter;
    await run.step();
    expect(run.task.eventTime.watermark).toBe(noon - 4_999 - lateness);
  });
});

describe('when everything is idle', () => {
  test('event time goes on at the pace of the wall clock, from the newest record', async () => {
    const world = await worldAtNoon();
    await world.send(orders, order(0, { at: noon - 2_000 }));
    const run = await world.open('intake');
    await run.step();
    world.clock.time += idleAfter;
    expect(await run.step()).toBe(true);
    expect(run.task.eventTime.watermark).toBe(noon - 2_000 - lateness);
    world.clock.time += 7_000;
    expect(await run.step()).toBe(true);
    expect(run.task.eventTime.watermark).toBe(noon - 2_000 - lateness + 7_000);
  });

  test('each partition gets a marker on turning idle, and then one a second at most', async () => {
    const world = await worldAtNoon(timedShop, { partitions: topic => (topic === ordersByItem.name ? 3 : 1) });
    await world.send(orders, order(0, { at: noon }));
    const run = await world.open('intake');
    await run.step();
    world.clock.time += idleAfter;
    expect(await finish(run)).toBeLessThan(9);
    expect((await markers(world)).map(({ partition }) => partition)).toEqual(
      [0, 1, 2].filter(p => p !== partitionOf('tea', 3)),
    );
    const before = (await markers(world)).length;
    for (let tenths = 0; tenths < 50; tenths++) {
      world.clock.time += 100;
      expect(await finish(run)).toBeLessThan(9);
    }
    const later = (await markers(world)).length - before;
    expect(later).toBe(3 * 5);
  });

  test('streams whose readers do nothing by event time get no marker; those further up of one that does get theirs', async () => {
    const forwards = topology('forwards', task => {
      task.read(ordersByItem).subscribe(task.write(forwarded));
    });
    const forwarded = stream('forwarded', ordersByItem);
    const waits = topology('waits', task => {
      task
        .read(forwarded)
        .pipe(task.distinct('ids', { by: ({ id }) => String(id), horizon: days(2) }))
        .subscribe(task.late());
    });
    for (const [topologies, told] of [
      [[intake, tally, forwards], false],
      [[intake, tally, forwards, waits], true],
    ] as const) {
      const world = await worldAtNoon([...topologies]);
      await world.send(orders, order(0, { at: noon }));
      const run = await world.open('intake');
      await run.step();
      world.clock.time += idleAfter;
      expect(await finish(run)).toBeLessThan(9);
      world.clock.time += seconds(1);
      expect(await finish(run)).toBe(told ? 1 : 0);
      expect((await markers(world)).length > 0).toBe(told);
    }
  });

  test('streams that no topology reads get no marker', async () => {
    const world = await worldAtNoon([intake]);
    await world.send(orders, order(0, { at: noon }));
    const run = await world.open('intake');
    await run.step();
    world.clock.time += 60_000;
    expect(await run.step()).toBe(false);
    expect(await markers(world)).toEqual([]);
  });

  test('there is no epoch without a purpose: none changes nothing', async () => {
    const world = await worldAtNoon();
    await world.send(orders, order(0, { at: noon }));
    const run = await world.open('intake');
    await run.step();
    for (const at of [noon, noon - 3_000, noon - 9_000]) {
      world.clock.time += 60_000;
      expect(await finish(run)).toBeLessThan(3);
      await world.send(orders, order(1, { at }));
      await run.step();
    }
    world.clock.time += idleAfter;
    expect(await finish(run)).toBeLessThan(3);
  });

  test('a record that came late does not make event time stand still afterwards', async () => {
    const world = await worldAtNoon();
    await world.send(orders, order(0, { at: noon }));
    const run = await world.open('intake');
    await run.step();
    world.clock.time += idleAfter;
    await run.step();
    world.clock.time += 60_000;
    await run.step();
    await world.send(orders, order(1, { at: noon - 1_000 }));
    await run.step();
    world.clock.time += idleAfter;
    await run.step();
    const before = run.task.eventTime.watermark;
    world.clock.time += 5_000;
    await run.step();
    expect(run.task.eventTime.watermark).toBe(before + 5_000);
  });

  test('a restart keeps event time, and who was idle since when', async () => {
    const world = await worldAtNoon();
    await world.send(orders, order(0, { at: noon }));
    const run = await world.open('intake');
    await run.step();
    world.clock.time += idleAfter;
    await run.step();
    world.clock.time += 3_000;
    await run.step();
    world.clock.time += 2_000;
    for (const store of [world.store, World.emptyStore()]) {
      const again = await world.open('intake', 0, { store });
      expect(again.task.eventTime.watermark).toBe(noon - lateness + 3_000);
    }
    const again = await world.open('intake');
    await again.step();
    expect(again.task.eventTime.watermark).toBe(noon - lateness + 5_000);
  });
});

describe('a wall clock that goes back', () => {
  test('stands still for the task until it has caught up, also over a restart', async () => {
    const world = await worldAtNoon();
    await world.send(orders, order(0, { at: noon }));
    await (await world.open('intake')).step();
    world.clock.time -= seconds(3_600);
    await world.send(orders, order(1, { at: noon }));
    const run = await world.open('intake');
    expect(run.now()).toBe(noon);
    await run.step();
    const plans = await world.documents.journal.after('intake/0', 0, 10);
    expect(plans.map(({ plan }): unknown => JSON.parse(plan))).toMatchObject([{ clock: noon }, { clock: noon }]);
  });
});

test('a topology of two stages tells its readers how far event time has come, record by record', async () => {
  const world = await worldAtNoon();
  await world.send(orders, ...[0, 1_000, 2_000].map((ms, id) => order(id, { at: noon + ms })));
  await world.drain();
  const found = await records(world.transport, sales);
  // A reader applies the record and then its mark: what it writes for a record carries the mark before.
  expect(found.map(({ watermark }) => watermark - (noon - lateness))).toEqual([-Infinity, 0, 1_000]);
});
