/** A crash at each moment of an epoch, made from the list of its steps. Here it is thrown; test/integration/kill is real. */
import { expect, test } from 'vitest';
import { steps } from '../../src/engine/epoch.ts';
import { Ledger } from '../support/ledger.ts';
import { ForgetfulStore } from '../support/forgetful-store.ts';
import { aroundDocuments, aroundTransport, type PortCall } from '../support/ports.ts';
import { Random } from '../support/random.ts';
import { Crash, settle, slotsOf } from '../support/settle.ts';
import { type Order, orders, poisonAmount, poisonItem, shop } from '../support/shop.ts';
import { World } from '../support/world.ts';

const someOrders = (count: number, random: Random): Order[] =>
  Array.from({ length: count }, (_, id) => ({
    id,
    customer: `customer-${random.below(9)}`,
    item: random.chance(0.05) ? poisonItem : `item-${'x'.repeat(random.below(6))}`,
    amount: random.chance(0.05) ? poisonAmount : random.between(-1, 9),
    at: id,
  }));

async function opened(): Promise<{ world: World; ledger: Ledger }> {
  const world = await World.of(shop, { partitions: 2, maxRecords: 40 });
  const ledger = new Ledger();
  ledger.sent.push(...someOrders(300, new Random(1)));
  ledger.broken.push(Buffer.from('broken'));
  await world.send(orders, ...ledger.sent);
  await world.sendBytes(orders, 'ann', Buffer.from('broken'));
  return { world, ledger };
}

/** Answers true once for every epoch of a task: who crashes at the same point each time never gets on. */
function oncePerEpoch(): (task: string, epoch: number) => boolean {
  const seen = new Set<string>();
  return (task, epoch) => {
    const before = seen.size;
    return seen.add(`${task} ${epoch}`).size > before;
  };
}

test('without a crash the outputs are those that the orders call for', async () => {
  const { world, ledger } = await opened();
  expect(await settle(world)).toBe(0);
  expect(await ledger.check(world.transport, world.documents)).toEqual({ duplicates: 0 });
});

const moments = steps.flatMap(({ name }) => [['before', name] as const, ['after', name] as const]);

test.for(moments)('a crash %s %s of every epoch changes nothing that a consumer sees', async ([moment, step]) => {
  const { world, ledger } = await opened();
  const first = oncePerEpoch();
  world.observer = {
    step: (task, name, when) => {
      if (name === step && when === moment && first(task.id, task.epoch)) throw new Crash();
    },
  };
  expect(await settle(world)).toBeGreaterThan(10);
  await ledger.check(world.transport, world.documents);
});

const parts: readonly PortCall[] = ['appendBatch', 'writeOne', 'journalAppend', 'journalAmend', 'commit', 'takeFence'];
const partMoments = parts.flatMap(part => [['before', part] as const, ['after', part] as const]);

test.for(partMoments)('a crash %s any %s changes nothing that a consumer sees', async ([moment, part]) => {
  const { world, ledger } = await opened();
  const random = new Random(7);
  // By chance, so that a flush is left off between any two partitions and yet every epoch is finished at last.
  const around = async <R>(call: PortCall, work: () => Promise<R>): Promise<R> => {
    const crash = call === part && random.chance(0.3);
    if (crash && moment === 'before') throw new Crash();
    const result = await work();
    if (crash) throw new Crash();
    return result;
  };
  const ports = {
    transport: aroundTransport(world.transport, around),
    documents: aroundDocuments(world.documents, around),
  };
  expect(await settle(world, () => ports)).toBeGreaterThan(1);
  await ledger.check(world.transport, world.documents);
});

test('a worker that finds an empty disk after each crash comes to the same outputs', async () => {
  const { world, ledger } = await opened();
  const first = oncePerEpoch();
  world.observer = {
    step: (task, name, when) => {
      if (name === 'checkpoint' && when === 'before' && first(task.id, task.epoch)) throw new Crash();
    },
  };
  const crashes = await settle(world, () => ({ store: World.emptyStore() }));
  expect(crashes).toBeGreaterThan(10);
  await ledger.check(world.transport, world.documents);
});

test.for([1, 2, 5])(
  'a machine that loses power forgets up to %i of its newest checkpoints, and comes to the same outputs',
  async most => {
    const { world, ledger } = await opened();
    const random = new Random(most);
    let forgotten = 0;
    // A disk for each task: on one disk all of them would have to crash at once.
    const disks = slotsOf(world).map(slot => ({ slot, store: new ForgetfulStore(World.emptyStore()) }));
    const first = oncePerEpoch();
    world.observer = {
      step: (task, name, when) => {
        if (name === random.pick(steps).name && when === 'after' && first(task.id, task.epoch)) throw new Crash();
      },
    };
    const crashes = await settle(world, ({ topology, partition }) => {
      const disk = disks.find(({ slot }) => slot.topology === topology && slot.partition === partition);
      forgotten += disk?.store.forget(random.between(0, most)) ?? 0;
      return disk === undefined ? {} : { store: disk.store };
    });
    expect(crashes).toBeGreaterThan(10);
    expect(forgotten).toBeGreaterThan(10);
    await ledger.check(world.transport, world.documents);
  },
);
