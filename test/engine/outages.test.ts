/** Ports that do not answer: the task waits and tries again, whether the work was done or not. */
import { describe, expect, test } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { Ledger } from '../support/ledger.ts';
import { Random } from '../support/random.ts';
import { type Around, aroundDocuments, aroundTransport, beforeCommit, type PortCall } from '../support/ports.ts';
import {
  intake,
  type Order,
  order,
  orders,
  ordersByItem,
  poisonAmount,
  poisonItem,
  shop,
  tally,
} from '../support/shop.ts';
import { World } from '../support/world.ts';

const away = (): Unavailable => new Unavailable('The port is away', 'Wait');

const someOrders: readonly Order[] = Array.from({ length: 60 }, (_, id) =>
  order(id, {
    customer: `customer-${id % 5}`,
    item: id % 17 === 3 ? poisonItem : `item-${'x'.repeat(id % 4)}`,
    amount: id % 13 === 5 ? poisonAmount : id,
  }),
);

async function opened(): Promise<{ world: World; ledger: Ledger }> {
  const world = await World.of(shop, { partitions: 2, maxRecords: 16 });
  const ledger = new Ledger();
  ledger.sent.push(...someOrders);
  await world.send(orders, ...someOrders);
  return { world, ledger };
}

const portsOf = (world: World, around: Around) => ({
  transport: aroundTransport(world.transport, around),
  documents: aroundDocuments(world.documents, around),
});

const calls: readonly PortCall[] = [
  'bounds',
  'read',
  'append',
  'appendBatch',
  'commit',
  'write',
  'writeOne',
  'takeFence',
  'journalAppend',
  'journalAmend',
  'journalAfter',
];
const moments = calls.flatMap(call => [['before', call] as const, ['after', call] as const]);

test.for(moments)('failures %s the work of %s lose nothing and double nothing', async ([moment, failing]) => {
  const { world, ledger } = await opened();
  const random = new Random(3);
  let failures = 0;
  const around: Around = async (call, work) => {
    const fails = call === failing && random.chance(0.4);
    if (fails) failures++;
    if (fails && moment === 'before') throw away();
    const result = await work();
    if (fails) throw away();
    return result;
  };
  await world.drain(portsOf(world, around));
  expect(failures).toBeGreaterThan(1);
  await ledger.check(world.transport, world.documents);
});

test('a disk that is full for a while is waited for', async () => {
  const { world, ledger } = await opened();
  let commits = 0;
  const store = beforeCommit(world.store, () => {
    if (commits++ % 2 === 0) throw away();
  });
  await world.drain({ store });
  expect(commits).toBeGreaterThan(1);
  await ledger.check(world.transport, world.documents);
});

describe('while documents are away', () => {
  const outage = (failures: number) => {
    const seen = { reads: 0, left: failures };
    const around: Around = (call, work) => {
      if (call === 'read') seen.reads++;
      return call === 'write' && seen.left-- > 0 ? Promise.reject(away()) : work();
    };
    return { seen, around };
  };

  test('nothing more is pulled: the slowest port sets the pace', async () => {
    const world = await World.of([tally], { maxRecords: 5 });
    await world.send(ordersByItem, ...someOrders);
    const { seen, around } = outage(40);
    const readsAt: number[] = [];
    const observer = { waiting: () => readsAt.push(seen.reads) };
    const run = await world.open('tally', 0, { ...portsOf(world, around), observer });
    await run.step();
    expect(readsAt).toHaveLength(40);
    expect(new Set(readsAt)).toEqual(new Set([1]));
  });

  test('the waits grow from 50 ms and stay at five seconds', async () => {
    const world = await World.of([tally]);
    await world.send(ordersByItem, order(0));
    const waits: number[] = [];
    const clock = { ...world.clock, now: () => world.clock.time, sleep: async (ms: number) => void waits.push(ms) };
    const run = await world.open('tally', 0, { ...portsOf(world, outage(10).around), clock });
    await run.step();
    expect(waits).toEqual([50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
  });

  test('whoever watches is told what is waited for, why, and for how long already', async () => {
    const world = await World.of([tally]);
    await world.send(ordersByItem, order(0));
    const told: string[] = [];
    const observer = {
      waiting: (task: { id: string }, what: string, error: Unavailable, attempt: number) =>
        told.push(`${task.id} ${what} ${attempt}: ${error.message}`),
    };
    const run = await world.open('tally', 0, { ...portsOf(world, outage(2).around), observer });
    await run.step();
    expect(told).toEqual(['tally/0 flush 1: The port is away. Wait', 'tally/0 flush 2: The port is away. Wait']);
  });

  test('a task can be told to stop; what it left undone is done by the next one', async () => {
    const world = await World.of([tally]);
    await world.send(ordersByItem, order(0));
    const stop = new AbortController();
    const observer = {
      waiting: (_task: object, _what: string, _error: Unavailable, attempt: number) => {
        if (attempt === 3) stop.abort();
      },
    };
    const run = await world.open('tally', 0, { ...portsOf(world, outage(Infinity).around), observer });
    await run.run(stop.signal);
    await world.open('tally');
    expect(await world.documents.list({ collection: 'sales', limit: 10 })).toHaveLength(1);
  });
});

test('a plan whose append was answered by nobody, and then by a successor, is not taken for its own', async () => {
  const world = await World.of([intake]);
  await world.send(orders, order(0));
  let failed = false;
  const around: Around = async (call, work) => {
    const result = await work();
    if (call === 'journalAppend' && !failed) {
      failed = true;
      const other = await world.open('intake', 0, { store: World.emptyStore() });
      await world.send(orders, order(1));
      await other.step();
      throw away();
    }
    return result;
  };
  const run = await world.open('intake', 0, portsOf(world, around));
  await expect(run.step().then(() => run.step())).rejects.toMatchObject({ code: 'FENCED' });
  expect((await world.output(ordersByItem)).map(({ id }) => id)).toEqual([0, 1]);
});
