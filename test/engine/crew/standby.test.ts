/** A standby has the state of the owner to the byte, and does nothing that anybody could see. */
import { expect, test } from 'vitest';
import { Standby } from '../../../src/engine/crew/standby.ts';
import type { RunnerOptions } from '../../../src/engine/runner.ts';
import type { StateStore } from '../../../src/engine/state/store.ts';
import { Ledger } from '../../support/ledger.ts';
import { memorySnapshots } from '../../../src/testing/memory-snapshots.ts';
import { aroundDocuments, aroundTransport, type Around } from '../../support/ports.ts';
import { type Order, order, orders, ordersByItem, poisonAmount, sales, shop, tally } from '../../support/shop.ts';
import { World } from '../../support/world.ts';

const never = new AbortController().signal;
const some = (from: number, more: Partial<Order> = {}): Order[] =>
  Array.from({ length: 10 }, (_, n) => order(from + n, { item: n % 3 === 0 ? 'tea' : 'cake', amount: n, ...more }));

const optionsOf = (world: World, own: Partial<RunnerOptions>): RunnerOptions => {
  const { graph, transport, documents, registry, clock, store } = world;
  const limits = { maxRecords: 1_000, maxBytes: 1 << 22 };
  return { graph, transport, documents, registry, clock, store, limits, ...own };
};

const standbyOf = (world: World, store: StateStore, own: Partial<RunnerOptions> = {}): Standby =>
  new Standby('tally', 0, optionsOf(world, { store, ...own }));

const stateOf = (store: StateStore) => ({ head: store.head('tally/0')?.body, entries: [...store.entries('tally/0')] });

async function following(standby: Standby): Promise<void> {
  while (await standby.follow(never));
}

test('after each epoch of the owner the standby is where the owner was one epoch before, to the byte', async () => {
  const world = await World.of([tally]);
  const store = World.emptyStore();
  const standby = standbyOf(world, store);
  await following(standby); // before there is any journal
  expect(store.head('tally/0')).toBeUndefined();
  const owner = await world.open('tally');
  let before = stateOf(world.store);
  for (let at = 0; at < 200; at += 10) {
    await world.send(ordersByItem, ...some(at));
    await owner.step();
    await following(standby);
    expect(stateOf(store)).toEqual(before);
    before = stateOf(world.store);
  }
  expect(store.head('tally/0')?.epoch).toBe(19);
});

test('a plan that is replaced, since a record of it fails, was not executed by the standby', async () => {
  const world = await World.of([tally]);
  const store = World.emptyStore();
  const standby = standbyOf(world, store);
  let amendments = 0;
  const around: Around = async (call, work) => {
    if (call === 'journalAmend') {
      amendments++;
      await following(standby);
    }
    return work();
  };
  const owner = await world.open('tally', 0, { documents: aroundDocuments(world.documents, around) });
  for (let at = 0; at < 50; at += 10) {
    await world.send(ordersByItem, ...some(at), order(at, { amount: poisonAmount }));
    await owner.step();
  }
  await world.send(ordersByItem, order(99));
  await owner.step();
  await following(standby);
  expect(amendments).toBe(5);
  expect(store.head('tally/0')?.epoch).toBe(5);
  const runner = await standby.takeOver(never);
  expect(runner.task.epoch).toBe(6);
  expect(stateOf(store)).toEqual(stateOf(world.store));
});

test('it writes to no port, and takes no fence', async () => {
  const world = await World.of([tally]);
  const owner = await world.open('tally');
  const store = World.emptyStore();
  const calls = new Set<string>();
  const around: Around = (call, work) => {
    calls.add(call);
    return work();
  };
  const standby = standbyOf(world, store, {
    transport: aroundTransport(world.transport, around),
    documents: aroundDocuments(world.documents, around),
  });
  for (let at = 0; at < 50; at += 10) {
    await world.send(ordersByItem, ...some(at));
    await owner.step();
    await following(standby);
  }
  expect([...calls].sort()).toEqual(['bounds', 'journalAfter', 'journalHead', 'read']);
  await world.send(ordersByItem, order(50));
  expect(await owner.step()).toBe(true); // nobody has fenced it
});

test('where the journal was trimmed past it, it goes on from the newest snapshot', async () => {
  const world = await World.of([tally]);
  const snapshots = { to: memorySnapshots(), everyEpochs: 5, keep: 1 };
  const store = World.emptyStore();
  const standby = standbyOf(world, store, { snapshots });
  const owner = await world.open('tally', 0, { snapshots });
  const run = async (from: number, epochs: number): Promise<void> => {
    for (let at = 0; at < epochs; at++) {
      await world.send(ordersByItem, ...some(from + at * 10));
      await owner.step();
    }
  };
  await run(0, 3);
  await following(standby);
  expect(store.head('tally/0')?.epoch).toBe(2);
  await run(100, 15);
  expect(await world.documents.journal.after('tally/0', 2, 1)).not.toMatchObject([{ epoch: 3 }]);
  await following(standby);
  expect(store.head('tally/0')?.epoch).toBe(17);
  await run(300, 9); // again, but now it learns of it only while it takes over
  const runner = await standby.takeOver(never);
  expect(runner.task.epoch).toBe(27);
  expect(stateOf(store)).toEqual(stateOf(world.store));
});

test('what it takes over goes on as if the owner had', async () => {
  const world = await World.of(shop);
  const ledger = new Ledger();
  const send = async (from: number): Promise<void> => {
    ledger.sent.push(...some(from));
    await world.send(orders, ...some(from));
    await (await world.open('intake')).step();
  };
  const owner = await world.open('tally');
  const store = World.emptyStore();
  const standby = standbyOf(world, store);
  for (let at = 0; at < 5; at++) {
    await send(at * 10);
    await owner.step();
    await following(standby);
  }
  await send(50);
  const runner = await standby.takeOver(never);
  while (await runner.step());
  await expect(owner.step()).rejects.toMatchObject({ code: 'FENCED' });
  expect((await world.output(sales)).length).toBe(60);
  await (await world.open('stock')).step();
  await ledger.check(world.transport, world.documents);
});
