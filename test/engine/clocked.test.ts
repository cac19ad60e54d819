/** A consistent cut: what a reader applies is decided by the records of its clock, not by what it happens to find. */
import { map, mergeMap } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { type Alarm, alarms, type Reading, readings } from '../../examples/hot-sensors.ts';
import { BuildError, LogChanged } from '../../src/engine/errors.ts';
import { topology } from '../../src/engine/topology.ts';
import { type Cut, cutDefinition } from '../../src/stream/cut.ts';
import { schema } from '../../src/stream/schema.ts';
import { stream } from '../../src/stream/stream.ts';
import { BatchBuilder, Kind } from '../../src/transport/record.ts';
import { repeats } from '../support/consumer.ts';
import { withHoles } from '../support/holes.ts';
import { aroundTransport } from '../support/ports.ts';
import { Random } from '../support/random.ts';
import { Crash, settle } from '../support/settle.ts';
import { World, type WorldOptions } from '../support/world.ts';

interface Version {
  readonly number: number;
  readonly cut: Cut;
}

const means = stream<Alarm>('means', { ...alarms });
const lists = stream<Alarm>('lists', { ...alarms });
const versions = stream<Version>('versions', {
  schema: schema({
    type: 'record',
    name: 'Version',
    fields: [
      { name: 'number', type: 'long' },
      { name: 'cut', type: cutDefinition },
    ],
  }),
  key: () => 'model',
  time: () => 0,
  cut: version => version.cut,
});

/** Sums by sensor: each epoch is one version, as a training step would be. */
const train = topology('train', task => {
  task
    .read(readings, { all: true })
    .pipe(
      task.keyed('sum', {
        by: ({ sensor }) => sensor,
        initial: () => 0,
        next: (sum, { sensor, celsius, at }: Reading) => [sum + celsius, [{ sensor, text: String(sum + celsius), at }]],
      }),
    )
    .subscribe(task.write(means));
  task
    .cuts(means)
    .pipe(map(cut => ({ number: cut.epoch, cut })))
    .subscribe(task.write(versions));
});

/** For each version, the sums that it touched and how many readings of the sensor it knew. */
const serve = topology('serve', task => {
  const sums = task.table(means, { upTo: versions });
  const known = task.table(readings, { upTo: versions });
  task
    .read(versions, { all: true })
    .pipe(
      mergeMap(({ number }) => sums.touched().map(sensor => ({ number, sensor }))),
      map(({ number, sensor }) => ({
        sensor,
        text: `${number}: ${sums.get(sensor)?.text} after ${known.get(sensor)?.celsius}`,
        at: number,
      })),
    )
    .subscribe(task.write(lists));
});

const some = (count: number, random: Random): Reading[] =>
  Array.from({ length: count }, (_, at) => ({ sensor: `s${random.below(9)}`, celsius: random.below(50), at }));

const partitions = 2;

async function trained(options: WorldOptions = {}): Promise<World> {
  const world = await World.of([train, serve], { partitions, maxRecords: 12, ...options });
  await world.send(readings, ...some(200, new Random(5)));
  // After the flush, so that what was written is written again.
  const crashed = new Set<number>();
  world.observer = {
    step: ({ epoch }, step, moment) => {
      if (step !== 'checkpoint' || moment !== 'before' || epoch % 3 > 0 || crashed.has(epoch)) return;
      crashed.add(epoch);
      throw new Crash();
    },
  };
  for (let caughtUp = false; !caughtUp;) {
    try {
      const run = await world.open('train');
      while (await run.step());
      caughtUp = true;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }
  world.observer = undefined;
  expect(await repeats(world.transport, means.name)).toBeGreaterThan(0);
  return world;
}

/** The same by definition: version by version, from the readings in the order in which they were learnt. */
async function demanded(world: World, offsetsPerRecord = 1): Promise<string[]> {
  const sums = new Map<string, number>();
  const expected: string[] = [];
  const learnt = await world.output(readings);
  const perPartition = new Map<number, Reading[]>();
  for (const [partition, group] of (await grouped(world, learnt, offsetsPerRecord)).entries())
    perPartition.set(partition, group);
  for (const { number, cut } of await world.output(versions)) {
    const last = new Map<string, number>();
    const touched = new Set<string>();
    for (const { partition, end: endOffset } of cut.read) {
      const end = Math.ceil(endOffset / offsetsPerRecord);
      const group = perPartition.get(partition) ?? [];
      const done = positions.get(partition) ?? 0;
      for (const { sensor, celsius } of group.slice(done, end)) {
        sums.set(sensor, (sums.get(sensor) ?? 0) + celsius);
        last.set(sensor, celsius);
        touched.add(sensor);
      }
      positions.set(partition, end);
    }
    for (const sensor of touched) expected.push(`${number}: ${sums.get(sensor)} after ${last.get(sensor)}`);
  }
  positions.clear();
  return expected.sort();
}

const positions = new Map<number, number>();

async function grouped(world: World, all: readonly Reading[], offsetsPerRecord: number): Promise<Reading[][]> {
  const counts: number[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    counts.push((await world.transport.bounds({ topic: readings.name, partition })).end / offsetsPerRecord);
  }
  let from = 0;
  return counts.map(count => all.slice(from, (from += count)));
}

const texts = async (world: World): Promise<string[]> => (await world.output(lists)).map(({ text }) => text).sort();

describe('what is clocked by the versions of another task', () => {
  test('is a pure function of the versions, calm or crashing, behind or alongside', async () => {
    const calm = await trained();
    await settle(calm);
    const expected = await demanded(calm);
    expect(expected.length).toBeGreaterThan(100);
    expect(await texts(calm)).toEqual(expected);
    for (const seed of [1, 2, 3]) {
      const crashing = await trained();
      const random = new Random(seed);
      crashing.observer = {
        step: () => {
          if (random.chance(0.03)) throw new Crash();
        },
      };
      expect(await settle(crashing)).toBeGreaterThan(3);
      expect(await texts(crashing)).toEqual(await demanded(crashing));
    }
  });

  test('is the same over a log whose offsets have holes', async () => {
    const world = await trained({ transport: withHoles });
    await settle(world);
    const expected = await demanded(world, 2);
    expect(expected.length).toBeGreaterThan(100);
    expect(await texts(world)).toEqual(expected);
  });

  test('is not moved by records that no version names', async () => {
    const world = await trained();
    const stray = new BatchBuilder({ name: 'stranger/0', lineage: 0, epoch: 1 }, 0);
    const envelope = { kind: Kind.value, watermark: -Infinity, origin: 0, key: 's1', trace: '' };
    const wrong = { sensor: 's1', text: 'wrong', at: 0 };
    for (let partition = 0; partition < partitions; partition++) {
      stray.add(envelope, (buffer, at) => means.schema.encode(wrong, buffer, at));
      await world.transport.append([{ topic: means.name, partition, batches: stray.take() }]);
    }
    await world.send(readings, ...some(40, new Random(6)));
    // And once more inside of what a version names: after its plan, before its vectors.
    const transport = aroundTransport(world.transport, async (call, work) => {
      if (call === 'append') {
        for (let partition = 0; partition < partitions; partition++) {
          stray.add(envelope, (buffer, at) => means.schema.encode(wrong, buffer, at));
          await world.transport.append([{ topic: means.name, partition, batches: stray.take() }]);
        }
      }
      return work();
    });
    const run = await world.open('train', 0, { transport });
    while (await run.step());
    await settle(world);
    expect(await texts(world)).toEqual(await demanded(world));
  });

  test('is one version an epoch, so that no list mixes two', async () => {
    const world = await trained();
    const run = await world.open('serve');
    const count = (await world.output(versions)).length;
    let epochs = 0;
    while (await run.step()) epochs++;
    expect(epochs).toBeGreaterThanOrEqual(count);
  });

  test('what a cut names is written first: a reader that finds the version finds everything', async () => {
    const world = await World.of([train, serve], { partitions });
    await world.send(readings, ...some(20, new Random(8)));
    const transport = aroundTransport(world.transport, async (call, work) => {
      const result = await work();
      if (call === 'appendBatch') throw new Crash();
      return result;
    });
    await expect((await world.open('train', 0, { transport })).step()).rejects.toThrow(Crash);
    const reader = await world.open('serve');
    while (await reader.step());
    expect(await world.output(versions)).toEqual([]);
    expect(await world.output(means)).not.toEqual([]);
  });

  test('stops where the log no longer has what a version names', async () => {
    const world = await World.of([train, serve], { partitions: 1 });
    const cut = {
      producer: 'train/0',
      lineage: 0,
      epoch: 1,
      read: [],
      wrote: [{ stream: 'means', partition: 0, notBefore: 0, first: 0, next: 3 }],
    };
    const builder = new BatchBuilder({ name: 'train/0', lineage: 0, epoch: 1 }, 0);
    const envelope = { kind: Kind.value, watermark: -Infinity, origin: 0, key: 'model', trace: '' };
    builder.add(envelope, (buffer, at) => versions.schema.encode({ number: 1, cut }, buffer, at));
    await world.transport.append([{ topic: versions.name, partition: 0, batches: builder.take() }]);
    await expect((await world.open('serve')).step()).rejects.toThrow(LogChanged);
  });
});

test('a topology that is clocked by a stream it does not read, or by one without cuts, is refused', async () => {
  const unread = topology('unread', task => {
    task.table(means, { upTo: versions });
  });
  const uncut = topology('uncut', task => {
    task.table(means, { upTo: alarms });
    task.read(alarms).subscribe(task.late());
  });
  await expect(World.of([unread])).rejects.toThrow(BuildError);
  await expect(World.of([uncut])).rejects.toThrow(BuildError);
});
