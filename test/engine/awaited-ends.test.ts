/** The end of an epoch may be awaited: a pure computation that runs elsewhere, while everybody else goes on. */
import { describe, expect, test } from 'vitest';
import { alarms, type Reading, readings } from '../../examples/hot-sensors.ts';
import { steps } from '../../src/engine/epoch.ts';
import { listSnapshots } from '../../src/engine/snapshot.ts';
import { type EpochEnd, topology } from '../../src/index.ts';
import { testTopology } from '../../src/testing.ts';
import { memorySnapshots } from '../../src/testing/memory-snapshots.ts';
import { Random } from '../support/random.ts';
import { expectedAlarms, type Named, scaled, toldAlarms } from '../support/scaled.ts';
import { Crash, settle } from '../support/settle.ts';
import { OfferedSignals } from '../support/signals.ts';
import { World } from '../support/world.ts';

const reading = (n: number): Reading => ({ sensor: `s${n % 5}`, celsius: n, at: n });
const source = new OfferedSignals<Named>();

/** Its work is done when the test says so. */
function held() {
  const begun = Promise.withResolvers<EpochEnd>();
  const done = Promise.withResolvers<void>();
  const work = async (end: EpochEnd): Promise<void> => {
    begun.resolve(end);
    await done.promise;
  };
  return { begun: begun.promise, done, work };
}

test('another task goes on while the end is awaited, and what is told then is all there', async () => {
  const { begun, done, work } = held();
  const other = topology('other', task => task.read(readings).subscribe(task.late()));
  const world = await World.of([scaled({ source, work }), other]);
  await world.send(readings, reading(1), reading(2));
  const waiting = (await world.open('scaled')).step();
  await begun;
  const beside = await world.open('other', 0, { store: World.emptyStore() });
  expect(await beside.step()).toBe(true);
  await world.send(readings, reading(3));
  expect(await beside.step()).toBe(true);
  expect(await toldAlarms(world)).toEqual([]);
  done.resolve();
  await waiting;
  expect(await toldAlarms(world)).toEqual(['s1 1', 's2 2']);
});

const moments = steps.flatMap(({ name }) => [['before', name] as const, ['after', name] as const]);

test.for(moments)('a crash %s %s of every epoch changes nothing of what is told', async ([moment, step]) => {
  const random = new Random(3);
  const work = async ({ turn }: EpochEnd): Promise<void> => {
    for (let n = random.below(3); n > 0; n--) await turn();
  };
  const world = await World.of([scaled({ source, work })], { maxRecords: 10 });
  const sent = Array.from({ length: 100 }, (_, n) => reading(n));
  await world.send(readings, ...sent);
  const seen = new Set<number>();
  world.observer = {
    step: ({ epoch }, name, when) => {
      if (name === step && when === moment && seen.size < seen.add(epoch).size) throw new Crash();
    },
  };
  expect(await settle(world)).toBeGreaterThan(5);
  expect(await toldAlarms(world)).toEqual(await expectedAlarms(world, [sent]));
});

describe('an end that is awaited', () => {
  test('is given up when the task is told to stop, and done again by the next process', async () => {
    const { begun, work } = held();
    let done = false;
    const world = await World.of([
      scaled({
        source,
        work: async end => {
          if (done) return;
          const aborted = new Promise((_, reject) =>
            end.signal.addEventListener('abort', () => reject(new Error('left off'))),
          );
          await Promise.race([work(end), aborted]);
        },
      }),
    ]);
    await world.send(readings, reading(1));
    const stop = new AbortController();
    const running = (await world.open('scaled')).run(stop.signal);
    await begun;
    stop.abort();
    await running;
    expect(await toldAlarms(world)).toEqual([]);
    done = true;
    await world.open('scaled');
    expect(await toldAlarms(world)).toEqual(['s1 1']);
  });

  test('that is left off for a stop keeps no epoch before it from a snapshot', async () => {
    const { begun, work } = held();
    const aborted = (signal: AbortSignal): Promise<void> =>
      new Promise(resolve => signal.addEventListener('abort', () => resolve()));
    let isLong = false;
    const world = await World.of([
      scaled({ source, work: async end => (isLong ? Promise.race([work(end), aborted(end.signal)]) : undefined) }),
    ]);
    const snapshots = memorySnapshots();
    const policy = { snapshots: { to: snapshots, everyEpochs: 100, keep: 2 } };
    const run = await world.open('scaled', 0, policy);
    await world.send(readings, reading(1));
    await run.step();
    isLong = true;
    await world.send(readings, reading(2));
    const stop = new AbortController();
    const running = run.run(stop.signal);
    await begun;
    stop.abort();
    await running;
    expect(await listSnapshots(snapshots, 'scaled/0')).toEqual([{ lineage: expect.any(Number), epoch: 1 }]);
    isLong = false;
    await world.open('scaled', 0, { ...policy, store: World.emptyStore() });
    expect(await toldAlarms(world)).toEqual(['s1 1', 's2 2']);
  });

  test('stops the task where it fails, since no record is at fault', async () => {
    const world = await World.of([scaled({ source, work: () => Promise.reject(new Error('no room')) })]);
    await world.send(readings, reading(1));
    await expect((await world.open('scaled')).step()).rejects.toThrow(/the end of epoch 1 failed: no room/);
    expect(await toldAlarms(world)).toEqual([]);
  });

  test('lets nobody emit meanwhile: nothing would determine it', async () => {
    const { begun, done, work } = held();
    const stray = Promise.withResolvers<void>();
    let emit = (): void => {};
    const strays = topology('strays', task => {
      const sink = task.write(alarms);
      emit = () => sink.next({ sensor: 'stray', text: '', at: 0 });
      const scale = task.stateful('idle', () => ({
        version: '1',
        next: (): readonly never[] => [],
        endEpoch: (end: EpochEnd) => work(end).then((): readonly never[] => []),
        *changes(): Iterable<readonly [string, null]> {},
        committed: () => stray.resolve(),
        undo: () => {},
        restore: () => {},
        restored: () => {},
      }));
      task.read(readings).pipe(scale.apply).subscribe(sink);
    });
    const world = await World.of([strays]);
    await world.send(readings, reading(1));
    const waiting = (await world.open('strays')).step();
    await begun;
    emit();
    done.resolve();
    await expect(waiting).rejects.toThrow(/was given a value outside of an epoch/);
  });
});

test('the harness for topologies awaits ends, whatever it crashes and rebuilds', async () => {
  for (const seed of [1, 2, 3]) {
    await using run = await testTopology(scaled({ source, work: ({ turn }) => turn() }), { seed, partitions: 2 });
    await run.send(readings, ...[1, 2, 3, 4].map(reading));
    await run.crash();
    await run.send(readings, reading(5));
    expect(
      run
        .output(alarms)
        .values.map(({ text }) => text)
        .sort(),
    ).toEqual(['1', '2', '3', '4', '5']);
  }
});
