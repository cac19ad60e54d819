/** Offsets of a broker have holes, also at the end of the log: they are passed over, in order, and never waited at. */
import { describe, expect, test } from 'vitest';
import { LogChanged } from '../../src/engine/errors.ts';
import { offsetsOf } from '../../src/engine/offset-commits.ts';
import { placesOf } from '../../src/engine/spans.ts';
import { lagOf } from '../../src/operations/lag.ts';
import { withHoles } from '../support/holes.ts';
import { Ledger } from '../support/ledger.ts';
import { Random } from '../support/random.ts';
import { Crash, settle } from '../support/settle.ts';
import { intake, type Order, order, orders, ordersByItem, shop } from '../support/shop.ts';
import { World } from '../support/world.ts';

const someOrders = (count: number, random: Random): Order[] =>
  Array.from({ length: count }, (_, id) => ({
    id,
    customer: `customer-${random.below(9)}`,
    item: `item-${random.below(6)}`,
    amount: random.between(1, 9),
    at: id,
  }));

describe('a log with holes', () => {
  test('is read to its end, and then there is nothing left to do', async () => {
    const world = await World.of([intake], { transport: withHoles });
    await world.send(orders, order(0), order(1), order(2));
    const run = await world.open('intake');
    expect(await run.step()).toBe(true);
    expect(await run.step()).toBe(false);
    expect(run.task.inputs.get(orders.name)?.positions).toMatchObject([{ offset: 6, applied: 4 }]);
    const told = [{ topology: 'intake', positions: offsetsOf(placesOf(run.task)) }];
    expect(await lagOf(world.graph, world.transport, told)).toMatchObject([{ topic: orders.name, end: 6, behind: 0 }]);
  });

  test('gives what a log without any gives, whatever crashes', async () => {
    const world = await World.of(shop, { partitions: 2, maxRecords: 40, transport: withHoles });
    const ledger = new Ledger();
    ledger.sent.push(...someOrders(300, new Random(3)));
    await world.send(orders, ...ledger.sent);
    const seen = new Set<string>();
    world.observer = {
      step: (task, name, when) => {
        const moment = `${task.id} ${task.epoch} ${name} ${when}`;
        if (task.epoch % 3 === 0 && !seen.has(moment)) {
          seen.add(moment);
          throw new Crash();
        }
      },
    };
    expect(await settle(world)).toBeGreaterThan(10);
    await ledger.check(world.transport, world.documents);
  });

  test('that was made anew is noticed by the last record that was applied, also before a hole', async () => {
    const before = await World.of([intake], { transport: withHoles });
    await before.send(orders, order(0), order(1));
    await (await before.open('intake')).step();
    const world = await World.of([intake], { transport: withHoles, documents: () => before.documents });
    world.store = before.store;
    await world.send(orders, order(0), order(7));
    await expect(world.open('intake')).rejects.toThrow(LogChanged);
  });

  test('goes on where it was left at a hole', async () => {
    const world = await World.of([intake], { transport: withHoles });
    await world.send(orders, order(0));
    await (await world.open('intake')).step();
    await world.send(orders, order(1));
    await (await world.open('intake')).step();
    expect((await world.output(ordersByItem)).map(({ id }) => id)).toEqual([0, 1]);
  });
});
