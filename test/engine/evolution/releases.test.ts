/** Two releases side by side: a plan is carried out by the release that made it, and by no other. */
import { expect, test } from 'vitest';
import { Standby } from '../../../src/engine/crew/standby.ts';
import { IncompatibleState } from '../../../src/engine/errors.ts';
import { Graph } from '../../../src/engine/graph.ts';
import type { RunnerOptions } from '../../../src/engine/runner.ts';
import type { StateStore } from '../../../src/engine/state/store.ts';
import { Fenced } from '../../../src/errors.ts';
import { json, type Topology } from '../../../src/index.ts';
import { memorySnapshots } from '../../../src/testing/memory-snapshots.ts';
import { aroundDocuments } from '../../support/ports.ts';
import { release } from '../../support/releases.ts';
import { Crash } from '../../support/settle.ts';
import { order, orders, sales } from '../../support/shop.ts';
import { World } from '../../support/world.ts';

const never = new AbortController().signal;
const first = release([{ name: 'count' }]);
const second = release([{ name: 'tally' }], { renamed: { count: 'tally' } });
/** The first checkpoint of a release is put into a snapshot, where the former one sees what it cannot go on with. */
const stateOfOther = "has state of a step 'tally', which the topology no longer has";
const begunByOther = 'was begun by another release of the topology (';

/** A world in which the first release has taken an order, and dies in its second epoch before `step`. */
async function killedBefore(step: string): Promise<World> {
  const world = await World.of([first]);
  await world.send(orders, order(0));
  const run = await world.open('shop');
  await run.step();
  await world.send(orders, order(1));
  world.observer = { step: (_, name, moment) => (name === step && moment === 'before' ? die() : undefined) };
  await expect((await world.open('shop')).step()).rejects.toThrow(Crash);
  world.observer = undefined;
  return world;
}

const die = (): never => {
  throw new Crash();
};

const counts = async (world: World): Promise<number[]> => (await world.output(sales)).map(({ count }) => count);

test.for(['push', 'flush', 'checkpoint'])(
  'what a release has begun and not ended, killed before %s, is ended by it and not by the next',
  async step => {
    const world = await killedBefore(step);
    const graphOf = async (topology: Topology): Promise<Graph> => {
      await world.deploy([topology]);
      return world.graph;
    };
    const [of1, of2] = [await graphOf(first), await graphOf(second)];
    const opening = world.open('shop', 0, { graph: of2 });
    await expect(opening).rejects.toThrow(IncompatibleState);
    await expect(opening).rejects.toThrow(begunByOther);
    await expect(opening).rejects.toThrow('Run that release once more and stop it in order');
    // The way out.
    await (await world.open('shop', 0, { graph: of1 })).step();
    await world.send(orders, order(2));
    await (await world.open('shop', 0, { graph: of2 })).step();
    expect(await counts(world)).toEqual([1, 2, 3]);
  },
);

test('a release that only says that it is another one is one', async () => {
  const world = await killedBefore('flush');
  await world.deploy([release([{ name: 'count' }], { version: 'other' })]);
  await expect(world.open('shop')).rejects.toThrow(begunByOther);
  await world.deploy([first]);
  await world.drain();
  expect(await counts(world)).toEqual([1, 2]);
});

const unwritable = {
  ...json<number>(),
  encode: (): string => {
    throw new Error('on purpose');
  },
};

test('an epoch in which a release stops for good is ended by the one that says so', async () => {
  const world = await World.of([first]);
  await world.send(orders, order(0));
  await world.drain();
  const broken = release([{ name: 'count' }, { name: 'bytes', as: 'b:', codec: unwritable }]);
  await world.deploy([broken]);
  await world.send(orders, order(1));
  await expect(world.drain()).rejects.toThrow("the state of 'bytes' cannot be stored");
  const mended = [{ name: 'count' }] as const;
  await world.deploy([release(mended)]);
  await expect(world.open('shop')).rejects.toThrow('If it stops in that epoch for good, declare');
  await world.deploy([broken]);
  const made = world.graph.release('shop');
  await world.deploy([release(mended, { ends: [made] })]);
  await world.drain();
  expect(await counts(world)).toEqual([1, 2]);
});

/** Both releases, a store of checkpoints each, over the same log, journal and snapshots. */
async function sideBySide() {
  const world = await World.of([first]);
  const snapshots = { to: memorySnapshots(), everyEpochs: 1_000, keep: 2 };
  const of1 = world.graph;
  await world.deploy([second]);
  const own = (graph: Graph, store: StateStore): RunnerOptions => {
    const { transport, documents, registry, clock } = world;
    return {
      graph,
      store,
      snapshots,
      transport,
      documents,
      registry,
      clock,
      limits: { maxRecords: 9, maxBytes: 1 << 22 },
    };
  };
  return {
    world,
    snapshots: snapshots.to,
    old: own(of1, World.emptyStore()),
    now: own(world.graph, World.emptyStore()),
  };
}

test('on another machine the next release goes on from the snapshot of an orderly end', async () => {
  const { world, old, now } = await sideBySide();
  const owner = await world.open('shop', 0, old);
  for (let id = 0; id < 3; id++) {
    await world.send(orders, order(id));
    await owner.step();
  }
  await expect(world.open('shop', 0, now)).rejects.toThrow(begunByOther);
  // That was seen before anything was taken over: the owner goes on as if nobody had been there.
  await world.send(orders, order(3));
  await owner.step();
  await owner.run(AbortSignal.abort());
  const heir = await world.open('shop', 0, now);
  await world.send(orders, order(4));
  await heir.step();
  // The former owner has lost the task, and its release cannot get it back.
  await world.send(orders, order(5));
  await expect(owner.step()).rejects.toThrow(Fenced);
  await expect(world.open('shop', 0, old)).rejects.toThrow(stateOfOther);
  await heir.step();
  expect(await counts(world)).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...now.store.entries('shop/0')]).toMatchObject([{ step: 'tally', key: 'tea' }]);
});

test('a machine whose checkpoint is of the former release, and older, goes on from the newest snapshot', async () => {
  const { world, old, now } = await sideBySide();
  const before = await world.open('shop', 0, { ...old, store: now.store });
  await world.send(orders, order(0));
  await before.step();
  const owner = await world.open('shop', 0, old);
  await world.send(orders, order(1));
  await owner.step();
  await owner.run(AbortSignal.abort());
  await world.send(orders, order(2));
  await (await world.open('shop', 0, now)).step();
  expect(await counts(world)).toEqual([1, 2, 3]);
});

test('the state that a release goes on from can be found without the one before it', async () => {
  const { world, old, now, snapshots } = await sideBySide();
  const owner = await world.open('shop', 0, old);
  await world.send(orders, order(0));
  await owner.step(); // and no snapshot of it
  const { store } = old;
  const heir = await world.open('shop', 0, { ...now, store });
  expect(await snapshots.list('shop/0/')).toHaveLength(1);
  await world.send(orders, order(1));
  await heir.step();
  // Its disk is lost: there are plans of both releases in the journal, and nobody who could carry out the first.
  await world.send(orders, order(2));
  await (await world.open('shop', 0, { ...now, store: World.emptyStore() })).step();
  expect(await counts(world)).toEqual([1, 2, 3]);
});

test('a worker that stands still once it has taken a task over, while another does so too, finds itself fenced', async () => {
  const { world, old, snapshots } = await sideBySide();
  const policy = { to: snapshots, everyEpochs: 1, keep: 1 };
  await world.send(orders, order(0));
  await (await world.open('shop', 0, { ...old, store: World.emptyStore() })).step();
  let stood = false;
  const documents = aroundDocuments(world.documents, async (call, work) => {
    const answer = await work();
    if (call !== 'takeFence' || stood) return answer;
    stood = true;
    const other = await world.open('shop', 0, { ...old, store: World.emptyStore(), snapshots: policy });
    await world.send(orders, order(1));
    await other.step();
    return answer;
  });
  const opening = world.open('shop', 0, { ...old, store: World.emptyStore(), documents });
  await expect(opening).rejects.toThrow(Fenced);
  await expect(opening).rejects.toThrow('was taken over under fence 2 at epoch 1, and a snapshot of it is at epoch 2');
});

test('a standby follows its own release alone', async () => {
  const { world, old, now } = await sideBySide();
  const owner = await world.open('shop', 0, old);
  const [standby, other] = [new Standby('shop', 0, { ...old, store: World.emptyStore() }), new Standby('shop', 0, now)];
  for (let id = 0; id < 3; id++) {
    await world.send(orders, order(id));
    await owner.step();
  }
  await standby.follow(never);
  await expect(other.follow(never)).rejects.toThrow(begunByOther);
  await owner.run(AbortSignal.abort());
  const heir = await new Standby('shop', 0, now).takeOver(never);
  await world.send(orders, order(3));
  await heir.step();
  await world.send(orders, order(4));
  await heir.step();
  await expect(standby.follow(never)).rejects.toThrow(stateOfOther);
  expect(await counts(world)).toEqual([1, 2, 3, 4, 5]);
});

test('the release before it is refused the state of a later one, and told the way out', async () => {
  const world = await World.of([first]);
  await world.send(orders, order(0));
  await world.drain();
  await world.deploy([second]);
  await world.send(orders, order(1));
  await world.drain();
  await world.deploy([first]);
  const opening = world.open('shop');
  await expect(opening).rejects.toThrow(IncompatibleState);
  await expect(opening).rejects.toThrow("has state of a step 'tally', which the topology no longer has");
  await expect(opening).rejects.toThrow('Run the release that wrote it');
});

test.for(['in the local checkpoint', 'in the snapshots'])(
  'a change of partitions is refused, by tasks without state too, which find it %s',
  async where => {
    const { world, old, snapshots } = await sideBySide();
    await world.send(orders, order(0));
    const owner = await world.open('shop', 0, old);
    await owner.step();
    await owner.run(AbortSignal.abort());
    const grown = new Graph([first], new Map([...topics, ['orders', 2]]));
    const store = where === 'in the snapshots' ? World.emptyStore() : old.store;
    const policy = where === 'in the snapshots' ? snapshots : memorySnapshots();
    for (const partition of [0, 1]) {
      const opening = world.open('shop', partition, {
        ...old,
        graph: grown,
        store,
        snapshots: { to: policy, everyEpochs: 1, keep: 2 },
      });
      await expect(opening).rejects.toThrow(IncompatibleState);
      await expect(opening).rejects.toThrow(`The checkpoint of shop/0 is one of 1 tasks, now there are 2`);
      await expect(opening).rejects.toThrow('millrace replay --into');
    }
  },
);

const topics = [
  ['sales', 1],
  ['dead-letters', 1],
] as const;
