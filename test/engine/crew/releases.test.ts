/** Workers that are replaced one by one by those of another release, while orders come. */
import { filter } from 'rxjs';
import { expect, test } from 'vitest';
import { Graph } from '../../../src/engine/graph.ts';
import type { Observer } from '../../../src/engine/runner.ts';
import type { TaskRuntime } from '../../../src/engine/runtime.ts';
import { topology, type Topology } from '../../../src/index.ts';
import { Ledger } from '../../support/ledger.ts';
import { Crash } from '../../support/settle.ts';
import { intake, order, orders, ordersByItem, shop, stock, tally, tallyAs } from '../../support/shop.ts';
import { World } from '../../support/world.ts';
import { Fleet, type Hand, tasksOf } from './fleet.ts';

const partitions = 4;
const renamed = tallyAs('sums', { renamed: { sales: 'sums' } });
const next = [intake, renamed, stock];

/** A fleet whose workers called `new-…` have the second release, and all others the first. */
async function twoReleases(second: readonly Topology[], observers: Readonly<Record<string, Observer>> = {}) {
  const world = await World.of(second, { partitions });
  const counts = new Map<string, number>();
  for (const topic of Graph.streamsOf([...shop, ...second])) counts.set(topic, await world.transport.partitions(topic));
  const ledger = new Ledger();
  const own = (id: string) => {
    const topologies = id.startsWith('new') ? second : shop;
    const observer = observers[id];
    const run = topologies.map(({ name }) => name);
    return { graph: new Graph(topologies, counts), run, ...(observer === undefined ? {} : { observer }) };
  };
  const fleet = new Fleet(world, own);
  const send = async (): Promise<void> => {
    const from = ledger.sent.length;
    const some = Array.from({ length: 60 }, (_, n) =>
      order(from + n, { customer: `c${n % 11}`, item: `item-${'x'.repeat(n % 7)}`, amount: n }),
    );
    ledger.sent.push(...some);
    await world.send(orders, ...some);
  };
  return { fleet, send, check: () => ledger.check(world.transport, world.documents) };
}

/** Who watches so dies once such a task has flushed an epoch, while the fuse is lit. */
function dying(of: (task: TaskRuntime) => boolean) {
  const fuse = { isLit: false };
  const dies: Observer = {
    step: (task, step, moment) => {
      if (fuse.isLit && of(task) && step === 'flush' && moment === 'after') throw new Crash();
    },
  };
  return { dies, fuse };
}

const countOf = (name: string, hand: Hand): number => tasksOf(hand).filter(task => task.startsWith(`${name}/`)).length;
const all = (name: string, hands: readonly Hand[]): number[] => hands.map(hand => countOf(name, hand));
const waits = ({ assigned }: Hand, name: string): string | null | undefined =>
  assigned.findLast(([of]) => of === name)?.[1].waits;

/** As an orchestrator sees it: ready, or ended before. */
function restored(fleet: Fleet, { crew, signal }: Hand): Promise<void> {
  while (fleet.groups.meet());
  return crew.restored(signal);
}

/** As SIGTERM does it: epochs are ended, snapshots left. */
async function stopped({ crew }: Hand): Promise<void> {
  for (const runner of crew.runners) await runner.run(AbortSignal.abort());
  await crew.leave();
}

test('what is the same is shared at once, what differs waits for the last of the former release: nothing is lost or doubled', async () => {
  const { fleet, send, check } = await twoReleases(next);
  const [a, b] = [fleet.hire('old-a'), fleet.hire('old-b')];
  await send();
  await fleet.settle([a, b]);
  await stopped(b);
  const newB = fleet.hire('new-b');
  await restored(fleet, newB);
  await send();
  await fleet.settle([a, newB]);
  expect(all('intake', [a, newB])).toEqual([2, 2]);
  expect(all('tally', [a, newB])).toEqual([4, 0]);
  expect(waits(newB, 'tally')).toMatch(/^release \w{12} runs its tasks, in old-a$/);
  expect([waits(newB, 'intake'), waits(a, 'tally')]).toEqual([null, null]);
  await stopped(a);
  const newA = fleet.hire('new-a');
  await send();
  await fleet.settle([newA, newB]);
  expect(all('tally', [newA, newB])).toEqual([2, 2]);
  await send();
  await fleet.settle([newA, newB]);
  await check();
});

test('back to the former release in the middle: nothing has changed, it goes on with its own state', async () => {
  const { fleet, send, check } = await twoReleases(next);
  const [a, b] = [fleet.hire('old-a'), fleet.hire('old-b')];
  await send();
  await fleet.settle([a, b]);
  await stopped(b);
  const newB = fleet.hire('new-b');
  await send();
  await fleet.settle([a, newB]);
  await stopped(newB);
  const again = fleet.hire('old-b');
  await send();
  await fleet.settle([a, again]);
  expect(all('tally', [a, again])).toEqual([2, 2]);
  await check();
});

test('back to the former release after an epoch of the new one: it ends before it is ready, and the new one goes on', async () => {
  const { fleet, send, check } = await twoReleases(next);
  const old = fleet.hire('old-a');
  await send();
  await fleet.settle([old]);
  await stopped(old);
  const [newA, newB] = [fleet.hire('new-a'), fleet.hire('new-b')];
  await send();
  await fleet.settle([newA, newB]);
  await stopped(newB);
  const back = fleet.hire('old-b');
  await expect(restored(fleet, back)).rejects.toThrow(
    /^tally\/0: release \w{12} runs its tasks, in new-a, and this release could not take over from it: .*has state of a step 'sums'/,
  );
  await send();
  await fleet.settle([newA]);
  expect(countOf('tally', newA)).toBe(4);
  await check();
});

test('a release that could not take the state up ends at its first worker, while the former one runs', async () => {
  const { fleet, send, check } = await twoReleases([intake, tallyAs('sums'), stock]);
  const [a, b] = [fleet.hire('old-a'), fleet.hire('old-b')];
  await send();
  await fleet.settle([a, b]);
  await stopped(b);
  await fleet.settle([a]);
  const newB = fleet.hire('new-b');
  await expect(restored(fleet, newB)).rejects.toThrow(/could not take over from it: .*step 'sales', which the/);
  await send();
  await fleet.settle([a]);
  await check();
});

test.each([
  ['has gone on with it', async (fleet: Fleet, hands: readonly Hand[]) => fleet.settle(hands)],
  [
    'is stopped when it was given its tasks and has begun none',
    async (fleet: Fleet) => {
      while (fleet.groups.meet());
    },
  ],
] as const)(
  'what one was killed in the middle of is ended by its own release, which %s, and then the new one goes on',
  async (_, given) => {
    const { dies, fuse } = dying(({ topology: name }) => name === 'tally');
    const { fleet, send, check } = await twoReleases(next, { 'old-b': dies });
    const [a, b] = [fleet.hire('old-a'), fleet.hire('old-b')];
    await send();
    await fleet.settle([a, b]);
    const newC = fleet.hire('new-c');
    await fleet.settle([a, b, newC]);
    fuse.isLit = true;
    await send();
    await expect(fleet.settle([a, b, newC])).rejects.toThrow(Crash);
    fleet.groups.cutOff('old-b');
    fleet.groups.expire('old-b');
    await given(fleet, [a, newC]);
    expect(a.assigned.findLast(([name]) => name === 'tally')?.[1].run).toEqual([0, 1, 2, 3]);
    await stopped(a);
    await send();
    await fleet.settle([newC]);
    expect(countOf('tally', newC)).toBe(4);
    await check();
  },
);

test('the last one killed within an epoch is run once more: until then nothing of the topology is begun, by anybody', async () => {
  const { dies, fuse } = dying(({ id }) => id === 'tally/3');
  fuse.isLit = true;
  const { fleet, send, check } = await twoReleases(next, { 'old-a': dies });
  await send();
  const old = fleet.hire('old-a');
  await expect(fleet.settle([old])).rejects.toThrow(Crash);
  fleet.groups.expire('old-a');
  const before = await epochsOf(fleet, 'tally');
  for (const id of ['new-a', 'new-b']) {
    const fresh = fleet.hire(id);
    await expect(restored(fleet, fresh)).rejects.toThrow(/of tally\/\d was begun by another release/);
    fleet.groups.expire(id);
  }
  expect(await epochsOf(fleet, 'tally')).toEqual(before);
  fuse.isLit = false;
  const again = fleet.hire('old-a');
  await fleet.settle([again]);
  await stopped(again);
  const fresh = fleet.hire('new-c');
  await send();
  await fleet.settle([fresh]);
  await check();
});

/** The newest epochs of the tasks of a topology. */
const epochsOf = ({ world }: Fleet, name: string): Promise<(number | undefined)[]> =>
  Promise.all([0, 1, 2, 3].map(async n => (await world.documents.journal.head(`${name}/${n}`))?.epoch));

test('who had a turn before looks again whether it may begin, where the former release has come back since', async () => {
  const { dies, fuse } = dying(({ id }) => id === 'tally/3');
  fuse.isLit = true;
  const { fleet, send, check } = await twoReleases(next, { 'old-c': dies });
  const old = fleet.hire('old-a');
  await send();
  await fleet.settle([old]);
  await stopped(old);
  // It runs the tasks, and there is nothing to do: the way back is open.
  const fresh = fleet.hire('new-b');
  await fleet.settle([fresh]);
  expect(countOf('tally', fresh)).toBe(4);
  fleet.groups.cutOff('new-b');
  fleet.groups.expire('new-b');
  await send();
  const back = fleet.hire('old-c');
  await expect(fleet.settle([back])).rejects.toThrow(Crash);
  // Of the others it leaves snapshots.
  for (const runner of back.crew.runners) if (runner.task.id !== 'tally/3') await runner.run(AbortSignal.abort());
  fleet.groups.expire('old-c');
  await fresh.crew.turn(fresh.signal); // it finds out that it was taken over from
  const before = await epochsOf(fleet, 'tally');
  fleet.groups.reconnect('new-b', fresh.seats);
  const both = [fresh, fleet.hire('new-e')];
  await expect(fleet.settle(both)).rejects.toThrow(/of tally\/3 was begun by another release/);
  expect(await epochsOf(fleet, 'tally')).toEqual(before);
  for (const { id } of both) fleet.groups.expire(id);
  fuse.isLit = false;
  const again = fleet.hire('old-c');
  await fleet.settle([again]);
  await stopped(again);
  await fleet.settle([fleet.hire('new-d')]);
  await check();
});

test('what is on the disk of one worker alone ends no epoch of a task that another is to run', async () => {
  const { fleet, send, check } = await twoReleases(next);
  const old = fleet.hire('old-a');
  for (let round = 0; round < 2; round++) {
    await send();
    await fleet.settle([old]);
  }
  fleet.groups.expire('old-a'); // killed between two epochs, which no snapshot has
  await send();
  const before = await epochsOf(fleet, 'tally');
  Object.assign(fleet.diskOf('new-a'), fleet.diskOf('old-a'));
  const both = [fleet.hire('new-a'), fleet.hire('new-b')];
  await expect(fleet.settle(both)).rejects.toThrow(/of tally\/\d was begun by another release/);
  expect(await epochsOf(fleet, 'tally')).toEqual(before);
  for (const { id } of both) fleet.groups.expire(id);
  const again = fleet.hire('old-a');
  await fleet.settle([again]);
  await stopped(again);
  await fleet.settle([fleet.hire('new-a'), fleet.hire('new-b')]);
  await check();
});

test('a topology that is new begins once nobody is left who would not know it in what it writes', async () => {
  const gifts = topology('gifts', task =>
    task
      .read(orders)
      .pipe(filter(({ amount }) => amount % 7 === 0))
      .subscribe(task.write(ordersByItem)),
  );
  const { fleet, send } = await twoReleases([intake, gifts, tally, stock]);
  const old = fleet.hire('old-a');
  await send();
  await fleet.settle([old]);
  const fresh = fleet.hire('new-b');
  await restored(fleet, fresh);
  await send();
  await fleet.settle([old, fresh]);
  expect(all('gifts', [fresh])).toEqual([0]);
  expect(fresh.assigned.findLast(([name]) => name === 'gifts')?.[1].heldBack).toBe(true);
  // What is the same in both releases is shared meanwhile.
  expect(all('intake', [old, fresh])).toEqual([2, 2]);
  await stopped(old);
  await send();
  await fleet.settle([fresh]);
  expect([countOf('gifts', fresh), countOf('tally', fresh)]).toEqual([4, 4]);
  const given = (await fleet.world.output(ordersByItem)).length;
  expect(given).toBe(3 * 60 + 3 * 9);
});
