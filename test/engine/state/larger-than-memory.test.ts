/** What is left on disk is not in memory: neither while it grows, nor when its task is taken over or snapshotted. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { heapBytes, type Kept, StateUnderTest } from '../../../bench/support/state.ts';
import { type Alarm, alarms } from '../../../examples/hot-sensors.ts';
import { Recent } from '../../../src/engine/state/recent.ts';
import { openSqliteStateStore } from '../../../src/engine/state/sqlite.ts';
import { stream, topology } from '../../../src/index.ts';
import { openDirectorySnapshots } from '../../../src/snapshots/directory/snapshots.ts';
import { watched } from '../../support/watched-store.ts';
import { World } from '../../support/world.ts';

/** Bytes of heap that came with the last five of six parts. */
function growth(kept: Kept): number {
  const part = 10_000;
  const state = new StateUnderTest(kept, { pending_bytes: 200_000 });
  state.fill(0, part, 1_000);
  const before = heapBytes();
  state.fill(part, 6 * part, 1_000);
  const grown = heapBytes() - before;
  state.close();
  return grown;
}

test('the heap grows with the keys in memory, and not with those on disk', () => {
  growth({ entries: 1_000 }); // what is loaded and compiled meanwhile is nobody's key
  const inMemory = growth('memory');
  expect(inMemory).toBeGreaterThan(2_000_000);
  expect(growth({ entries: 1_000 })).toBeLessThan(inMemory / 2);
});

test('what was used last is held, within both bounds', () => {
  const recent = new Recent<number>({ entries: 3, bytes: 1_000 });
  for (const id of ['a', 'b', 'c']) recent.put(id, 1, 10);
  expect(recent.get('a')).toBe(1);
  recent.put('d', 1, 10);
  expect(['a', 'b', 'c', 'd'].map(id => recent.get(id))).toEqual([1, undefined, 1, 1]);
  recent.put('large', 1, 700);
  expect(recent.bytes).toBeLessThanOrEqual(1_000);
  expect(recent.get('large')).toBe(1);
  recent.put('too large', 1, 1_000);
  expect(recent.get('too large')).toBeUndefined();
  recent.clear();
  expect([recent.size, recent.bytes]).toEqual([0, 0]);
});

const events = stream<Alarm>('events', alarms);
const told = stream<Alarm>('told', alarms);
const known = stream<Alarm>('known', alarms);
const counting = topology('counting', task => {
  const table = task.table(known, { memory: { entries: 2 } });
  task
    .read(events)
    .pipe(
      task.distinct('once', { by: ({ sensor, text }) => `${sensor} ${text}`, horizon: 1_000, memory: { entries: 10 } }),
      task.keyed('count', {
        by: ({ sensor }) => sensor,
        initial: () => 0,
        next: (n, { sensor, at }): [number, Alarm[]] => [
          n + 1,
          [{ sensor, text: `${n + 1} of ${table.size}, ${table.get(sensor)?.text ?? 'unknown'}`, at }],
        ],
        memory: { entries: 10 },
      }),
    )
    .subscribe(task.write(told));
});

const event = (sensor: string, text = ''): Alarm => ({ sensor, text, at: 1 });

test('who takes a task over loads none of it, and a snapshot takes and gives it part by part', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-'));
  const snapshots = { to: openDirectorySnapshots({ directory }), everyEpochs: 1, keep: 1 };
  const world = await World.of([counting]);
  const sensors = Array.from({ length: 3_000 }, (_, n) => `sensor-${n}`);
  await world.send(known, ...sensors.slice(0, 5).map(sensor => event(sensor, 'known')));
  await world.send(events, ...sensors.map(sensor => event(sensor)));
  await world.drain({ snapshots });
  const read: (string | undefined)[] = [];
  await world.send(events, event('sensor-3', 'again'), event('sensor-2999', 'again'));
  await world.drain({ snapshots, store: watched(world.store, read) });
  expect(read).not.toContain('count');
  expect(read).not.toContain('once');
  world.store = openSqliteStateStore({ path: ':memory:' });
  await world.send(events, event('sensor-4', 'again'), event('sensor-4', 'again'));
  await world.drain({ snapshots });
  expect((await world.output(told)).slice(-3).map(({ text }) => text)).toEqual([
    '2 of 5, known',
    '2 of 5, unknown',
    '2 of 5, known',
  ]);
  expect([...world.store.entries('counting/0', 'count')]).toHaveLength(3_000);
  rmSync(directory, { recursive: true });
});
