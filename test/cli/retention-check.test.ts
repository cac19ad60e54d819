import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { map } from 'rxjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { alarms, readings } from '../../examples/hot-sensors.ts';
import { snapshotsKeepUp } from '../../src/cli/retention-check.ts';
import { Graph } from '../../src/engine/graph.ts';
import { topology } from '../../src/engine/topology.ts';
import { openDirectorySnapshots } from '../../src/snapshots/directory/snapshots.ts';
import { hours } from '../../src/stream/time.ts';
import { World } from '../support/world.ts';

const copying = topology('copying', task => {
  task
    .read(readings)
    .pipe(map(({ sensor, at }) => ({ sensor, text: '', at })))
    .subscribe(task.write(alarms));
});

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-retention-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('a snapshot older than a quarter of the retention is late; what nobody has written since is not', async () => {
  const snapshots = openDirectorySnapshots({ directory });
  const world = await World.of([copying]);
  const graph = new Graph([copying], new Map([readings.name, alarms.name, 'dead-letters'].map(name => [name, 1])));
  const checkedWith = (retentionMs?: number) => {
    const kept = retentionMs === undefined ? {} : { retentionMs };
    const transport = {
      topics: async () => [{ topic: readings.name, partitions: 1, ...kept }],
      offsetAt: world.transport.offsetAt.bind(world.transport),
    };
    return snapshotsKeepUp({ transport, snapshots, clock: world.clock }, graph);
  };
  const run = await world.open('copying', 0, { snapshots: { to: snapshots, everyEpochs: 1, keep: 2 } });
  await world.send(readings, { sensor: 'a', celsius: 1, at: 1 });
  await run.step();
  world.clock.time += hours(9);
  expect(await checkedWith(hours(8))).toMatch(/^no snapshot of 1 tasks is older than a quarter/);
  await world.send(readings, { sensor: 'a', celsius: 1, at: 2 });
  world.clock.time += hours(3);
  expect(await checkedWith(hours(16))).toMatch(/^no snapshot/);
  await expect(checkedWith(hours(8))).rejects.toThrow(/The newest snapshots of copying\/0 are older than a quarter/);
  expect(await checkedWith()).toMatch(/^the log keeps all records/);
});
