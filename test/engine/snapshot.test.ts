import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Alarm, alarms, readings } from '../../examples/hot-sensors.ts';
import { restoreSnapshot, writeSnapshot } from '../../src/engine/snapshot.ts';
import type { SnapshotPolicy } from '../../src/engine/snapshotter.ts';
import { topology } from '../../src/engine/topology.ts';
import { openSqliteStateStore } from '../../src/engine/state/sqlite.ts';
import { Fenced } from '../../src/errors.ts';
import { openDirectorySnapshots } from '../../src/snapshots/directory/snapshots.ts';
import type { Snapshots } from '../../src/snapshots/port.ts';
import { memorySnapshots } from '../../src/testing/memory-snapshots.ts';
import { order, ordersByItem, tally } from '../support/shop.ts';
import { World } from '../support/world.ts';

const counting = topology('counting', task => {
  task
    .read(readings)
    .pipe(
      task.keyed('count', {
        by: reading => reading.sensor,
        initial: () => 0,
        next: (count, { sensor, at }) => [count + 1, [{ sensor, text: String(count + 1), at }] satisfies Alarm[]],
      }),
    )
    .subscribe(task.write(alarms));
});

const reading = (at: number) => ({ sensor: 'a', celsius: 1, at });
let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

async function countTo(world: World, from: number, to: number, snapshots?: SnapshotPolicy): Promise<void> {
  const run = await world.open('counting', 0, snapshots === undefined ? {} : { snapshots });
  for (let at = from; at <= to; at++) {
    await world.send(readings, reading(at));
    await run.step();
  }
}

const texts = async (world: World) => (await world.output(alarms)).map(({ text }) => text);

test('a machine without state goes on from the newest snapshot and the journal after it', async () => {
  const world = await World.of([counting]);
  const policy = { to: openDirectorySnapshots({ directory }), everyEpochs: 3, keep: 2 };
  await countTo(world, 1, 8, policy);
  expect(await world.documents.journal.after('counting/0', 3, 10)).toMatchObject(
    [4, 5, 6, 7, 8].map(epoch => ({ epoch })),
  );
  world.store = openSqliteStateStore({ path: ':memory:' });
  await countTo(world, 9, 10, policy);
  expect(await texts(world)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
});

test('plans that the oldest kept snapshot holds are forgotten, those after it are not', async () => {
  const snapshots = openDirectorySnapshots({ directory });
  const world = await World.of([counting]);
  await countTo(world, 1, 9, { to: snapshots, everyEpochs: 2, keep: 2 });
  expect(await snapshots.list('counting/0/')).toHaveLength(2);
  expect((await world.documents.journal.after('counting/0', 0, 100)).map(({ epoch }) => epoch)).toEqual([7, 8, 9]);
});

test('without any snapshot a lost state is rebuilt from the whole journal', async () => {
  const world = await World.of([counting]);
  await countTo(world, 1, 4);
  world.store = openSqliteStateStore({ path: ':memory:' });
  await countTo(world, 5, 5);
  expect(await texts(world)).toEqual(['1', '2', '3', '4', '5']);
});

test('state and snapshot both lost while the journal was cut: the task stops and says so', async () => {
  const snapshots = openDirectorySnapshots({ directory });
  const world = await World.of([counting]);
  const policy = { to: snapshots, everyEpochs: 2, keep: 1 };
  await countTo(world, 1, 4, policy);
  for (const name of await snapshots.list('')) await snapshots.remove(name);
  world.store = openSqliteStateStore({ path: ':memory:' });
  await expect(world.open('counting', 0, { snapshots: policy })).rejects.toThrow(/no snapshot reaches the journal/);
});

test('a local state that the journal has left behind gives way to the snapshot', async () => {
  const policy = { to: openDirectorySnapshots({ directory }), everyEpochs: 2, keep: 1 };
  const world = await World.of([counting]);
  await countTo(world, 1, 1);
  const left = world.store;
  world.store = openSqliteStateStore({ path: ':memory:' });
  await countTo(world, 2, 6, policy);
  world.store = left;
  await countTo(world, 7, 7, policy);
  expect(await texts(world)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
});

test('a snapshot keeps bytes as bytes and text as text', async () => {
  const snapshots = openDirectorySnapshots({ directory });
  const [from, to] = [World.emptyStore(), World.emptyStore()];
  const changes = [
    { step: 'a', key: 'bytes', value: Uint8Array.of(0, 255, 7) },
    { step: 'a', key: 'text', value: 'text' },
  ];
  from.commit('task/0', { fence: 1, epoch: 1, body: '{}' }, changes);
  await writeSnapshot(snapshots, from, { task: 'task/0', lineage: 0 });
  await restoreSnapshot(snapshots, to, 'task/0', 0);
  expect([...to.entries('task/0')]).toEqual([...from.entries('task/0')]);
});

test('a task of few epochs has a snapshot after a while, and none while there is nothing new', async () => {
  const snapshots = openDirectorySnapshots({ directory });
  const world = await World.of([counting]);
  const run = await world.open('counting', 0, {
    snapshots: { to: snapshots, everyEpochs: 1_000, every: 60_000, keep: 2 },
  });
  const step = async (at: number, passed: number) => {
    world.clock.time += passed;
    await world.send(readings, reading(at));
    await run.step();
    return snapshots.list('counting/0/');
  };
  expect(await step(1, 0)).toEqual([]);
  expect(run.due).toBeLessThanOrEqual(world.clock.time + 60_000);
  expect(await step(2, 59_999)).toEqual([]);
  expect(await step(3, 1)).toHaveLength(1);
  world.clock.time += 3_600_000;
  await run.step();
  const before = await snapshots.list('counting/0/');
  await run.step();
  expect(await snapshots.list('counting/0/')).toEqual(before);
});

test('tasks that begin together do not write their snapshots together, and each writes one after so many epochs', async () => {
  const snapshots = openDirectorySnapshots({ directory });
  const everyEpochs = 40;
  const names = ['a', 'b', 'c', 'd'];
  const quiet = names.map(name =>
    topology(name, task => {
      task.read(readings).subscribe(task.late());
    }),
  );
  const world = await World.of(quiet);
  const policy = { to: snapshots, everyEpochs, keep: 10 };
  const runs = await Promise.all(names.map(name => world.open(name, 0, { snapshots: policy })));
  const written = new Map<string, number[]>();
  for (let at = 1; at <= 2 * everyEpochs; at++) {
    await world.send(readings, reading(at));
    for (const [n, run] of runs.entries()) {
      const name = names[n] ?? '';
      const before = (await snapshots.list(`${name}/0/`)).length;
      await run.step();
      const isNew = (await snapshots.list(`${name}/0/`)).length > before;
      if (isNew) written.set(name, [...(written.get(name) ?? []), at]);
    }
  }
  const firsts = names.map(name => written.get(name)?.[0] ?? 0);
  expect(new Set(firsts).size).toBe(names.length);
  for (const [first = 0, second] of written.values()) {
    expect(first).toBeGreaterThan(everyEpochs / 2);
    expect(first).toBeLessThanOrEqual(everyEpochs);
    expect(second).toBe(first + everyEpochs);
  }
});

test('a snapshot that is there already reads nothing of the state, also not behind our back', async () => {
  const to = memorySnapshots();
  const world = await World.of([tally]);
  await world.send(ordersByItem, order(0));
  await (await world.open('tally')).step();
  await writeSnapshot(to, world.store, { task: 'tally/0', lineage: 0 });
  let read = 0;
  const head = world.store.head.bind(world.store);
  const entries = function* (task: string) {
    read++;
    yield* world.store.entries(task);
  };
  await writeSnapshot(to, { head, entries }, { task: 'tally/0', lineage: 0 });
  await new Promise(resolve => setImmediate(resolve));
  expect(read).toBe(0);
});

describe('a worker whose successor has the same disk', () => {
  const policy = (to: Snapshots): SnapshotPolicy => ({ to, everyEpochs: 1_000, keep: 2 });

  /** Two processes, and the file that they share; the first one has done an epoch. */
  const shared = async (to: Snapshots) => {
    const world = await World.of([tally]);
    const path = join(directory, 'state.db');
    const [own, others] = [openSqliteStateStore({ path }), openSqliteStateStore({ path })];
    const send = (id: number) => world.send(ordersByItem, order(id), order(id + 1));
    await send(0);
    const old = await world.open('tally', 0, { store: own, snapshots: policy(to) });
    await old.step();
    const successor = async () => {
      const run = await world.open('tally', 0, { store: others, snapshots: policy(to) });
      for (const id of [10, 20]) {
        await send(id);
        await run.step();
      }
      return run;
    };
    const close = () => [own, others].forEach(store => store.close());
    return { old, others, successor, close };
  };

  const restored = async (from: Snapshots) => {
    const store = World.emptyStore();
    await restoreSnapshot(from, store, 'tally/0', 0);
    return { head: store.head('tally/0')?.epoch, entries: [...store.entries('tally/0')] };
  };

  test('snapshots nothing under the epoch of the successor, whose own is then there', async () => {
    const to = memorySnapshots();
    const { old, others, successor, close } = await shared(to);
    const next = await successor();
    await expect(old.run(AbortSignal.abort())).rejects.toThrow(Fenced);
    expect(await to.list('tally/0/')).toEqual([]);

    await next.run(AbortSignal.abort());
    expect(await restored(to)).toEqual({ head: 3, entries: [...others.entries('tally/0')] });
    close();
  });

  test('publishes none that it is overtaken in the middle of', async () => {
    const real = memorySnapshots();
    const to: Snapshots = { ...real, put: (name, parts) => real.put(name, behindSuccessor(parts)) };
    const { old, successor, close } = await shared(to);
    const behindSuccessor = async function* (parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
      await successor();
      yield* parts;
    };
    await expect(old.run(AbortSignal.abort())).rejects.toThrow(Fenced);
    expect(await real.list('tally/0/')).toEqual([]);
    close();
  });

  test('snapshots what it has taken over and not gone on with', async () => {
    const to = memorySnapshots();
    const world = await World.of([tally]);
    await world.send(ordersByItem, order(0));
    await (await world.open('tally')).step();
    await (await world.open('tally', 0, { snapshots: policy(to) })).run(AbortSignal.abort());
    expect(await restored(to)).toEqual({ head: 1, entries: [...world.store.entries('tally/0')] });
  });
});
