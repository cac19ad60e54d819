/** Tasks that move between machines which share nothing but the log, the journal and a container. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Alarm, alarms, readings } from '../../../examples/hot-sensors.ts';
import type { Observer } from '../../../src/engine/runner.ts';
import type { SnapshotPolicy } from '../../../src/engine/snapshotter.ts';
import { openSqliteStateStore } from '../../../src/engine/state/sqlite.ts';
import { topology } from '../../../src/engine/topology.ts';
import { openBlobSnapshots } from '../../../src/snapshots/blob/snapshots.ts';
import { type Azurite, startAzurite } from '../../support/azurite.ts';
import { World } from '../../support/world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // a process is started, killed, started again

let azurite: Azurite;
let folder: string;
let policy: SnapshotPolicy;

beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-'));
  const place = { connectionString: azurite.connectionString, container: `test-${randomUUID()}` };
  policy = { to: await openBlobSnapshots({ place, prefix: 'east', createContainer: true }), everyEpochs: 2, keep: 1 };
});
afterEach(() => rm(folder, { recursive: true }));

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

/** A machine of its own state, which counts on from what it finds. */
async function countOn(world: World, machine: string, from: number, to: number): Promise<void> {
  world.store = openSqliteStateStore({ path: join(folder, `${machine}.db`) });
  const run = await world.open('counting', 0, { snapshots: policy });
  for (let at = from; at <= to; at++) {
    await world.send(readings, { sensor: 'a', celsius: 1, at });
    await run.step();
  }
  world.store.close();
}

const texts = async (world: World): Promise<string[]> => (await world.output(alarms)).map(({ text }) => text);
const upTo = (last: number): string[] => Array.from({ length: last }, (_, n) => String(n + 1));

test('a task goes from one machine to another and back, by the snapshots in the container', async () => {
  const world = await World.of([counting]);
  await countOn(world, 'first', 1, 6);
  expect(await world.documents.journal.after('counting/0', 0, 1)).not.toMatchObject([{ epoch: 1 }]); // it is trimmed
  await countOn(world, 'second', 7, 13);
  await countOn(world, 'first', 14, 15);
  expect(await texts(world)).toEqual(upTo(15));
});

test('while the service is away a task waits, and goes on with nothing lost when it is back', async () => {
  let back: Promise<void> | undefined;
  const observer: Observer = {
    waiting: (_task, what) => {
      if (what === 'snapshot') back ??= azurite.restart();
    },
  };
  const world = await World.of([counting], { observer });
  await countOn(world, 'first', 1, 4);
  await azurite.kill();
  await countOn(world, 'first', 5, 9);
  expect(back).toBeDefined();
  await back;
  await countOn(world, 'second', 10, 10);
  expect(await texts(world)).toEqual(upTo(10));
});
