/** Workers that share the tasks of the shop, in turns. */
import { describe, expect, test } from 'vitest';
import type { Epoch } from '../../../src/engine/epoch.ts';
import { Engine } from '../../../src/engine/engine.ts';
import type { TaskRuntime } from '../../../src/engine/runtime.ts';
import { Fenced } from '../../../src/errors.ts';
import { Ledger } from '../../support/ledger.ts';
import { intake, type Order, order, orders, sales, shop, stock, tally } from '../../support/shop.ts';
import { World } from '../../support/world.ts';
import { Fleet, type Hand, tasksOf } from './fleet.ts';

const partitions = 4;
const some = (from: number, count = 60): Order[] =>
  Array.from({ length: count }, (_, n) =>
    order(from + n, { customer: `c${n % 11}`, item: `item-${'x'.repeat(n % 7)}`, amount: n }),
  );

async function opened(own?: ConstructorParameters<typeof Fleet>[1]): Promise<{ fleet: Fleet; ledger: Ledger }> {
  const world = await World.of(shop, { partitions });
  return { fleet: new Fleet(world, own), ledger: new Ledger() };
}

async function send({ world }: Fleet, ledger: Ledger, from: number): Promise<void> {
  ledger.sent.push(...some(from));
  await world.send(orders, ...some(from));
}

/** Counts epochs that are executed again by the worker. */
function replays(): { observer: { committed(task: TaskRuntime, epoch: Epoch): void }; muted: string[] } {
  const muted: string[] = [];
  return {
    muted,
    observer: { committed: (task, epoch) => void (epoch.muted && muted.push(`${task.id} ${task.epoch}`)) },
  };
}

const counts = (hands: readonly Hand[]): number[] => hands.map(hand => hand.crew.runners.length);

test('workers that come one after the other share all tasks evenly, and lose and double nothing', async () => {
  const { fleet, ledger } = await opened();
  const hands: Hand[] = [];
  for (const [at, id] of ['a', 'b', 'c', 'd'].entries()) {
    hands.push(fleet.hire(id));
    await send(fleet, ledger, at * 100);
    await fleet.settle(hands);
  }
  expect(counts(hands)).toEqual([3, 3, 3, 3]);
  expect(hands.flatMap(tasksOf).sort()).toEqual(
    shop.flatMap(({ name }) => [0, 1, 2, 3].map(partition => `${name}/${partition}`)).sort(),
  );
  await ledger.check(fleet.world.transport, fleet.world.documents);
});

test('a task that moves is finished, snapshotted and released first: its new owner executes nothing again', async () => {
  const seen = replays();
  const { fleet, ledger } = await opened(id => ({ standbys: 0, ...(id === 'b' ? { observer: seen.observer } : {}) }));
  const first = fleet.hire('a');
  await send(fleet, ledger, 0);
  await fleet.settle([first]);
  const second = fleet.hire('b');
  await fleet.settle([first, second]);
  expect(counts([first, second])).toEqual([6, 6]);
  for (const { task } of second.crew.runners) expect(task.epoch).toBeGreaterThan(0);
  expect(seen.muted).toEqual([]);
  await send(fleet, ledger, 100);
  await fleet.settle([first, second]);
  await ledger.check(fleet.world.transport, fleet.world.documents);
});

test('a task is given only after the group has heard that it was released', async () => {
  const { fleet, ledger } = await opened();
  const first = fleet.hire('a');
  await send(fleet, ledger, 0);
  await fleet.settle([first]);
  const second = fleet.hire('b');
  while (fleet.groups.meet());
  await second.crew.turn(second.signal);
  expect(second.crew.runners).toEqual([]);
  await first.crew.turn(first.signal);
  expect(first.crew.runners).toHaveLength(6);
  while (fleet.groups.meet());
  await second.crew.turn(second.signal);
  expect(second.crew.runners).toHaveLength(6);
});

describe('a worker that is gone', () => {
  test('is followed by those that stood by, who execute only what they had not', async () => {
    const seen = new Map<string, string[]>();
    const { fleet, ledger } = await opened(id => {
      const { observer, muted } = replays();
      seen.set(id, muted);
      return { observer };
    });
    const hands = ['a', 'b', 'c'].map(id => fleet.hire(id));
    for (const from of [0, 100, 200]) {
      await send(fleet, ledger, from);
      await fleet.settle(hands);
    }
    const [dead, ...left] = hands;
    if (dead === undefined) throw new Error('nobody');
    for (const muted of seen.values()) muted.length = 0;
    fleet.groups.cutOff(dead.id);
    fleet.groups.expire(dead.id);
    await fleet.settle(left);
    expect(counts(left)).toEqual([6, 6]);
    expect([...seen.values()].flat()).toEqual([]); // but the newest plan of each, which is never muted
    await ledger.check(fleet.world.transport, fleet.world.documents);
  });

  test('gets its tasks back when it comes back', async () => {
    const { fleet, ledger } = await opened();
    const hands = ['a', 'b', 'c'].map(id => fleet.hire(id));
    await send(fleet, ledger, 0);
    await fleet.settle(hands);
    const before = hands.map(tasksOf);
    const [first, second, third] = hands;
    if (first === undefined || second === undefined || third === undefined) throw new Error('nobody');
    await second.crew.leave();
    await fleet.settle([first, third]);
    await send(fleet, ledger, 100);
    await fleet.settle([first, third]);
    const back = fleet.hire('b');
    await fleet.settle([first, back, third]);
    expect([first, back, third].map(tasksOf)).toEqual(before);
    await ledger.check(fleet.world.transport, fleet.world.documents);
  });

  test.each(['in turns', 'by itself'] as const)('but lives on %s takes no task back before it is heard', async how => {
    const { fleet, ledger } = await opened();
    const hands = ['a', 'b'].map(id => fleet.hire(id));
    const [zombie, other] = hands;
    if (zombie === undefined || other === undefined) throw new Error('nobody');
    const ids = shop.flatMap(({ name }) => [0, 1, 2, 3].map(partition => `${name}/${partition}`));
    const fences = () => Promise.all(ids.map(async id => (await fleet.world.documents.journal.head(id))?.fence));
    await send(fleet, ledger, 0);
    await fleet.settle(hands);
    fleet.groups.cutOff(zombie.id);
    fleet.groups.expire(zombie.id);
    await fleet.settle([other]);
    const before = await fences();
    const stop = new AbortController();
    const running = how === 'by itself' ? zombie.crew.run(stop.signal) : undefined;
    for (const from of [100, 200, 300]) {
      await send(fleet, ledger, from);
      if (running === undefined) await zombie.crew.turn(zombie.signal);
      else for (let turn = 0; turn < 50; turn++) await fleet.world.clock.turn();
      await fleet.settle([other]);
    }
    expect(zombie.left.length).toBeGreaterThan(0);
    expect(await fences()).toEqual(before);
    expect(other.crew.runners).toHaveLength(12);
    stop.abort();
    await running;
    await ledger.check(fleet.world.transport, fleet.world.documents);
  });

  test('but lives on changes nothing, drops its tasks as fenced, and takes its part again when it is heard', async () => {
    const { fleet, ledger } = await opened();
    const hands = ['a', 'b'].map(id => fleet.hire(id));
    const [zombie, other] = hands;
    if (zombie === undefined || other === undefined) throw new Error('nobody');
    await send(fleet, ledger, 0);
    await fleet.settle(hands);
    fleet.groups.cutOff(zombie.id);
    fleet.groups.expire(zombie.id);
    await fleet.settle([other]);
    expect(other.crew.runners).toHaveLength(12);
    await send(fleet, ledger, 100);
    await zombie.crew.turn(zombie.signal);
    expect(zombie.left.some(([, why]) => why.includes('may not append'))).toBe(true);
    await fleet.settle([other]);
    fleet.groups.reconnect(zombie.id, zombie.seats);
    await fleet.settle(hands);
    expect(counts(hands)).toEqual([6, 6]);
    await send(fleet, ledger, 200);
    await fleet.settle(hands);
    await ledger.check(fleet.world.transport, fleet.world.documents);
  });
});

test('a process that shares with nobody fails when another takes its task', async () => {
  const world = await World.of([intake]);
  const { transport, documents, registry, clock } = world;
  const ports = { transport, documents, registry, clock, maxRecords: 10, budgetBytes: 1 << 20 };
  const engine = await Engine.open({ ...ports, topologies: [intake], store: world.store });
  await world.open('intake', 0, { store: World.emptyStore() });
  await world.send(orders, order(0));
  await expect(engine.run(new AbortController().signal)).rejects.toThrow(Fenced);
});

test('the budget is divided among the tasks that run now', async () => {
  const { fleet } = await opened();
  const first = fleet.hire('a');
  await fleet.settle([first]);
  const share = (hand: Hand): number => hand.crew.runners[0]?.limits.maxBytes ?? 0;
  expect(share(first)).toBe(Math.floor((1 << 22) / 12));
  const second = fleet.hire('b');
  await fleet.settle([first, second]);
  expect([share(first), share(second)]).toEqual([Math.floor((1 << 22) / 6), Math.floor((1 << 22) / 6)]);
});

test('a worker that knows another graph is refused, and told what each of them knows', async () => {
  const { fleet } = await opened();
  const first = fleet.hire('a');
  await fleet.settle([first]);
  const elsewhere = await World.of([intake, tally, stock], { partitions: 2 });
  const other = new Fleet(elsewhere, () => ({ membership: fleet.groups.membership('b') })).hire('b');
  while (fleet.groups.meet());
  await expect(other.crew.turn(other.signal)).rejects.toThrow(
    /group of 'intake' refuses this worker: worker b knows 2 tasks of graph \w+, worker a knows 4 tasks of graph/,
  );
  await fleet.settle([first]);
  expect(first.crew.runners).toHaveLength(12);
});

test('two workers that are to end once all is done end together, whoever has the last of it', async () => {
  const { fleet, ledger } = await opened();
  await send(fleet, ledger, 0);
  await send(fleet, ledger, 100);
  const hands = ['a', 'b'].map(id => fleet.hire(id));
  const ended = new AbortController();
  const ends = Promise.all(hands.map(({ crew, signal }) => crew.runUntilCaughtUp(signal))).finally(() => ended.abort());
  while (!ended.signal.aborted) {
    fleet.groups.meet();
    await new Promise(resolve => setImmediate(resolve));
  }
  await ends;
  expect(await fleet.world.output(sales)).toHaveLength(120);
  await ledger.check(fleet.world.transport, fleet.world.documents);
});
