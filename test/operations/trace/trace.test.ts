import { expect, test } from 'vitest';
import { readings, topologies } from '../../../examples/sensor-counts.ts';
import { traceOf } from '../../../src/operations/trace/trace.ts';
import { partitionOf } from '../../../src/transport/partitioner.ts';
import { BatchBuilder, Kind, outside } from '../../../src/transport/record.ts';
import { World } from '../../support/world.ts';

const reading = (sensor: string, id: number, celsius = 20) => ({ id, sensor, celsius, at: id });

async function tracing(asked: string, world: World, bounds: { most?: number; within?: number } = {}) {
  const { graph, transport, documents } = world;
  return traceOf({ graph, transport, journal: documents.journal, asked, most: 100, within: 1_000, ...bounds });
}

async function worldAt(time: number): Promise<World> {
  const world = await World.of(topologies, { partitions: 2 });
  world.clock.time = time;
  return world;
}

const placed = (records: Awaited<ReturnType<typeof traceOf>>['records']) =>
  records.map(({ topic, key, because, writer, readBy }) => ({
    topic,
    key,
    because,
    by: writer?.task ?? null,
    readBy: readBy.map(({ task, state, epoch, steps }) => ({ task, state, epoch, steps })),
  }));

const [atRoof, roof] = [partitionOf('roof/1', 2), partitionOf('roof', 2)];

test('a record is followed through epochs, steps and topics by when it entered the log', async () => {
  const world = await worldAt(1_000);
  await world.send(readings, reading('roof/1', 1));
  world.clock.time = 2_000;
  await world.send(readings, reading('roof/2', 2));
  await world.drain();
  const { records, more, cut } = await tracing('roof/1', world);
  expect([more, cut]).toEqual([false, []]);
  const bySite = { task: `by-site/${atRoof}`, state: 'planned', epoch: 1, steps: [] };
  expect(placed(records)).toEqual([
    { topic: 'readings', key: 'roof/1', because: 'asked', by: null, readBy: [bySite] },
    {
      topic: 'readings-by-site',
      key: 'roof',
      because: 'origin',
      by: `by-site/${atRoof}`,
      readBy: [{ task: `count-sites/${roof}`, state: 'planned', epoch: 1, steps: ['counts'] }],
    },
    { topic: 'site-counts', key: 'roof', because: 'origin', by: `count-sites/${roof}`, readBy: [] },
  ]);
});

test('of records of one moment and epoch a trace tells which is which', async () => {
  const world = await worldAt(1_000);
  const trace = (n: number): string => `00-${String(n).repeat(32)}-00f067aa0ba902b7-01`;
  const builder = new BatchBuilder(outside, 0);
  for (const n of [1, 2]) {
    const envelope = { kind: Kind.value, watermark: -Infinity, origin: 1_000, key: 'roof/1', trace: trace(n) };
    builder.add(envelope, (buffer, at) => readings.schema.encode(reading('roof/1', n), buffer, at));
  }
  await world.transport.append([{ topic: 'readings', partition: atRoof, batches: builder.take() }]);
  await world.drain();
  const ofTwo = await tracing('2'.repeat(32), world);
  expect(ofTwo.records.map(({ topic, offset, because, trace: told }) => [topic, offset, because, told])).toEqual([
    ['readings', 1, 'asked', trace(2)],
    // They keep the trace, so they are asked for too, and stand where their topics come.
    ['readings-by-site', 1, 'asked', trace(2)],
    ['site-counts', 1, 'asked', trace(2)],
  ]);
  expect((await tracing(trace(1), world)).records.map(({ offset }) => offset)).toEqual([0, 0, 0]);
});

test('what nobody can process leads to its dead letter, and says why', async () => {
  const world = await worldAt(1_000);
  await world.send(readings, reading('nowhere', 1));
  await world.drain();
  const { records } = await tracing('nowhere', world);
  const [first, letter] = [records.find(({ topic }) => topic === 'readings'), records.find(r => r.deadLetter !== null)];
  expect(first?.readBy).toMatchObject([{ state: 'skipped', epoch: 1, reason: "sensor 'nowhere' names no site" }]);
  expect(letter).toMatchObject({ topic: 'dead-letters', deadLetter: "sensor 'nowhere' names no site" });
});

test('what is not read yet and what the journal has forgotten is said', async () => {
  const world = await worldAt(1_000);
  await world.send(readings, reading('roof/1', 1));
  await world.drain();
  world.clock.time = 2_000;
  await world.send(readings, reading('roof/1', 2));
  const before = await tracing('roof/1', world);
  expect(before.records.filter(({ topic }) => topic === 'readings').map(({ readBy }) => readBy[0]?.state)).toEqual([
    'planned',
    'waiting',
  ]);
  await world.drain();
  await world.documents.journal.trim(`by-site/${atRoof}`, 1);
  const after = await tracing('roof/1', world);
  expect(after.records.filter(({ topic }) => topic === 'readings').map(({ readBy }) => readBy[0]?.state)).toEqual([
    'forgotten',
    'planned',
  ]);
});

test('what was read so long ago that no plan of its topic is left is not said to be waiting', async () => {
  const world = await worldAt(1_000);
  await world.send(readings, reading('roof/1', 1));
  await world.drain();
  await world.documents.journal.trim(`by-site/${atRoof}`, 1);
  const states = async () => {
    const { records } = await tracing('roof/1', world);
    return records.filter(({ topic }) => topic === 'readings').map(({ readBy }) => readBy[0]?.state);
  };
  expect(await states()).toEqual(['forgotten']);
  world.clock.time = 2_000;
  await world.send(readings, reading('roof/1', 2));
  expect(await states()).toEqual(['forgotten', 'waiting']);
});

test('it looks at the newest records, tells so many, and says where it stopped', async () => {
  const world = await worldAt(1_000);
  await world.send(readings, ...Array.from({ length: 10 }, (_, n) => reading('roof/1', n)));
  await world.drain();
  const few = await tracing('roof/1', world, { most: 3 });
  expect([few.records.length, few.more]).toEqual([3, true]);
  const newest = await tracing('roof/1', world, { within: 2 });
  expect(newest.records.filter(({ topic }) => topic === 'readings').map(({ offset }) => offset)).toEqual([8, 9]);
  expect(newest.cut).toContain(`readings/${atRoof}`);
  const nothing = await tracing('no-such', world);
  expect(nothing).toMatchObject({ records: [], more: false });
});
