import { map, scan, take } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { alarms, hotSensors, readings, type Reading } from '../../examples/hot-sensors.ts';
import {
  bySite,
  countSites,
  readings as readingsOfSites,
  readingsBySite,
  siteCounts,
  topologies,
} from '../../examples/sensor-counts.ts';
import { type Evolution, hours, stream, topology, type Task } from '../../src/index.ts';
import { at, testTopology, TopologyTestError } from '../../src/testing.ts';

const reading = (sensor: string, celsius: number, time: string): Reading => ({ sensor, celsius, at: at(time) });
const copies = stream('copies', readings);
const seeds = Array.from({ length: 20 }, (_, seed) => seed);

/** Each reading with the number of readings so far in the place of its temperature. */
const numbered = (task: Task) =>
  task.keyed('numbers', {
    by: () => 'all',
    initial: () => 0,
    next: (n, value: Reading) => [n + 1, [{ ...value, celsius: n + 1 }]],
  });
const counting = topology('counting', task => {
  task.read(readings).pipe(numbered(task)).subscribe(task.write(copies));
});
/** What the lint rule would refuse in a topology. */
const forgetful = topology('forgetful', task => {
  task
    .read(readings)
    .pipe(scan((before, value) => ({ ...value, celsius: before.celsius + 1 }), reading('', 0, '00:00')))
    .subscribe(task.write(copies));
});
const hundred = Array.from({ length: 100 }, (_, second) =>
  reading('a', 0, `10:00:${String(second % 60).padStart(2, '0')}`),
);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

test('a topology is sent values and asked what it wrote', async () => {
  await using run = await testTopology(hotSensors, { seed: 7 });
  await run.send(readings, reading('a', 90, '10:00'), reading('b', 20, '10:01'), reading('a', 95, '10:02'));
  const { values } = run.output(alarms);
  expect(values.map(({ text }) => text)).toEqual(['a is at 90 degrees', 'a is at 95 degrees']);
  expect(run.output(alarms).last('a', '10:00')).toEqual({ sensor: 'a', text: 'a is at 90 degrees', at: at('10:00') });
  expect(run.output(alarms).last('a')).toMatchObject({ at: at('10:02') });
  expect(run.output(alarms).last('a', '10:01')).toBeUndefined();
  expect(run.output(alarms).forKey('b')).toEqual([]);
});

test('topologies in a row are run together, with their documents', async () => {
  await using run = await testTopology(topologies, { seed: 1, partitions: 3 });
  const event = { id: 1, sensor: 'roof/1', celsius: 30, at: at('10:00') };
  await run.send(readingsOfSites, event, { ...event, id: 2, sensor: 'hall/1' }, { ...event, id: 3, celsius: 40 });
  expect(run.output(siteCounts).last('roof')).toMatchObject({ count: 2, hottest: 40, reading: 3 });
  expect(await run.documents('sites')).toEqual([
    { id: 'hall', partition: 'hall', body: { count: 1, hottest: 30 } },
    { id: 'roof', partition: 'roof', body: { count: 2, hottest: 40 } },
  ]);
  expect(await run.document('sites', 'roof')).toEqual({ count: 2, hottest: 40 });
  expect(await run.document('sites', 'cellar')).toBeUndefined();
  expect(run.describe()).toContain('counts (keyed) -> site-counts, documents sites');
});

test('what a topology that is not under test would write comes from the test', async () => {
  await using run = await testTopology(countSites);
  await run.send(readingsBySite, { id: 1, sensor: 'roof/1', celsius: 30, at: at('10:00') });
  expect(run.output(siteCounts).values).toMatchObject([{ site: 'roof', count: 1 }]);
});

test('what cannot be processed is among the dead letters', async () => {
  await using run = await testTopology(bySite);
  await run.sendBytes(readingsOfSites, 'k', Buffer.from('no reading'));
  await run.send(readingsOfSites, { id: 1, sensor: 'nowhere', celsius: 30, at: at('10:00') });
  await run.send(readingsOfSites, { id: 2, sensor: 'roof/1', celsius: -300, at: at('10:00') });
  expect(run.deadLetters().map(({ key, reason }) => [key, reason])).toEqual([
    ['k', expect.stringContaining('Not a value of Reading')],
    ['nowhere', expect.stringContaining('names no site')],
    ['roof/1', expect.stringContaining('below absolute zero')],
  ]);
  expect(run.deadLetters()[0]?.bytes).toEqual(Buffer.from('no reading'));
});

describe('by its seed', () => {
  test('a run is the same again', async () => {
    const traceOf = async (seed: number): Promise<unknown> => {
      const sizes: number[] = [];
      const sized = topology('sized', task => {
        const batches = task.read(readings).pipe(task.batched('batch'));
        const marked = batches.pipe(
          map(values => {
            sizes.push(values.length);
            return reading('a', values.length, '10:00');
          }),
        );
        marked.subscribe(task.write(copies));
      });
      await using run = await testTopology(sized, { seed });
      await run.send(readings, ...hundred);
      await run.crash();
      await run.send(readings, ...hundred);
      return [sizes, run.output(copies).values];
    };
    expect(await traceOf(5)).toEqual(await traceOf(5));
    expect(await traceOf(5)).not.toEqual(await traceOf(6));
  });

  test('memory in an operator of RxJS is found by most of them', async () => {
    let found = 0;
    for (const seed of seeds) {
      await using run = await testTopology(forgetful, { seed });
      for (let n = 0; n < 10; n++) await run.send(readings, reading('a', 0, '10:00'));
      if (run.output(copies).values.some(({ celsius }, index) => celsius !== index + 1)) found++;
    }
    expect(found).toBeGreaterThan(seeds.length / 2);
  });

  test.for(seeds)('a crash changes nothing: seed %i', async seed => {
    await using run = await testTopology(counting, { seed });
    await run.send(readings, ...hundred);
    await run.crash();
    await run.send(readings, ...hundred);
    await run.crash();
    await run.crash();
    await run.advanceTo('11:00');
    await run.send(readings, ...hundred);
    expect(run.output(copies).values.map(({ celsius }) => celsius)).toEqual(upTo(300));
  });

  test.for(seeds)('nor in several topologies, partitions and documents: seed %i', async seed => {
    await using run = await testTopology(topologies, { seed, partitions: 1 + (seed % 3) });
    const sites = ['hall', 'roof', 'yard'];
    for (let id = 0; id < 60; id += 3) {
      await run.send(
        readingsOfSites,
        ...sites.map((site, n) => ({ id: id + n, sensor: `${site}/${id}`, celsius: id, at: id })),
      );
      if (id % 4 === 0) await run.crash();
    }
    for (const site of sites) {
      expect(
        run
          .output(siteCounts)
          .forKey(site)
          .map(({ count }) => count),
      ).toEqual(upTo(20));
      expect(await run.document('sites', site)).toEqual({ count: 20, hottest: 57 });
    }
  });
});

describe('the clock', () => {
  const once = topology('once', task => {
    task
      .read(readings)
      .pipe(task.distinct('seen', { by: value => value.sensor, horizon: hours(1) }))
      .subscribe(task.write(copies));
  });

  test('stands until the test moves it, or sends what happens later', async () => {
    await using run = await testTopology(once, { start: at('2026-11-22T09:00:00Z') });
    expect(run.now).toBe(Date.UTC(2026, 10, 22, 9));
    await run.send(readings, { ...reading('a', 1, '00:00'), at: run.at('10:00') });
    expect(run.now).toBe(Date.UTC(2026, 10, 22, 10));
    await run.send(readings, { ...reading('b', 1, '00:00'), at: run.at('09:30') });
    expect(run.now).toBe(Date.UTC(2026, 10, 22, 10));
    await run.advanceTo('10:00:30');
    expect(run.now).toBe(Date.UTC(2026, 10, 22, 10, 0, 30));
    expect(run.output(copies).last('a', '10:00')).toBeDefined();
  });

  test.for(seeds)('lets idle time pass, so that timers fire: seed %i', async seed => {
    const same = reading('a', 1, '10:00');
    const kept = async (until: string): Promise<number> => {
      await using run = await testTopology(once, { seed });
      await run.send(readings, same);
      if (seed % 2 === 0) await run.crash();
      await run.advanceTo(until);
      await run.send(readings, same);
      return run.output(copies).values.length;
    };
    expect([await kept('10:59'), await kept('11:10')]).toEqual([1, 2]);
  });

  test.for(['10:61', '9:00', '2026-11-22', '2026-11-22T10:00:00', 'noon', ''])('does not take %j for a time', text => {
    expect(() => at(text)).toThrow(TopologyTestError);
  });
});

describe('the next release', () => {
  const release = (name: string, evolution: Evolution = {}) =>
    topology(
      'count',
      task => {
        const counted = task.keyed(name, {
          by: ({ sensor }: Reading) => sensor,
          initial: () => 0,
          next: (n: number, { sensor, at: time }: Reading) => [n + 1, [{ sensor, text: `${n + 1}`, at: time }]],
        });
        task.read(readings).pipe(counted).subscribe(task.write(alarms));
      },
      evolution,
    );

  test.for([1, 2, 3, 4, 5, 6])('goes on with the state, and survives the loss of its disk (seed %i)', async seed => {
    await using run = await testTopology(release('old'), { seed, partitions: 2 });
    await run.send(readings, reading('a', 1, '10:00'), reading('b', 1, '10:00'));
    await run.crash();
    await run.deploy(release('new', { renamed: { old: 'new' } }));
    await run.crash();
    await run.send(readings, reading('a', 1, '10:01'));
    await run.crash();
    await run.send(readings, reading('a', 1, '10:02'), reading('b', 1, '10:02'));
    expect(
      run
        .output(alarms)
        .forKey('a')
        .map(({ text }) => text),
    ).toEqual(['1', '2', '3']);
    expect(
      run
        .output(alarms)
        .forKey('b')
        .map(({ text }) => text),
    ).toEqual(['1', '2']);
  });

  test('may read and write other streams, and is refused where it does not fit', async () => {
    await using run = await testTopology(release('old'), { seed: 7 });
    await run.send(readings, reading('a', 1, '10:00'));
    await expect(run.deploy(release('new'))).rejects.toThrow(/seed 7.*declare what became of it/);
    const copying = topology('copying', task => task.read(readings).subscribe(task.write(copies)));
    await run.deploy([release('old'), copying]);
    expect(run.output(copies).values).toHaveLength(1);
  });
});

describe('is refused, with the seed in the message:', () => {
  test('what a task stops at', async () => {
    const ending = topology('ending', task => {
      task.read(readings).pipe(take(1)).subscribe(task.write(copies));
    });
    await using run = await testTopology(ending, { seed: 7 });
    const sent = run.send(readings, reading('a', 1, '10:00'));
    await expect(sent).rejects.toThrow(/seed 7.*the pipe of 'copies' completed/);
    await expect(sent).rejects.toMatchObject({ code: 'TOPOLOGY_TEST', cause: { code: 'TASK_STOPPED' } });
  });

  test('topologies that feed each other without an end', async () => {
    const feed = (name: string, from: typeof copies, to: typeof copies) =>
      topology(name, task => {
        task.read(from).subscribe(task.write(to));
      });
    await using run = await testTopology([feed('ping', readings, copies), feed('pong', copies, readings)], { seed: 7 });
    await expect(run.send(readings, reading('a', 1, '10:00'))).rejects.toThrow(/seed 7.*no end after 10000 epochs/);
  }, 60_000);

  test('a stream that no topology reads, or knows', async () => {
    await using run = await testTopology(hotSensors, { seed: 7 });
    const alarm = { sensor: 'a', text: '', at: 0 };
    await expect(run.send(alarms, alarm)).rejects.toThrow(/'alarms' \(seed 7\)/);
    expect(() => run.output(copies)).toThrow(/'copies' \(seed 7\)/);
  });

  test('a clock that goes back', async () => {
    await using run = await testTopology(hotSensors, { seed: 7, start: at('10:00') });
    await expect(run.advanceTo('09:59')).rejects.toThrow(/'09:59' already \(seed 7\)/);
  });

  test('a start that is no number', async () => {
    // @ts-expect-error -- what a test without types may say
    await expect(testTopology(hotSensors, { start: '10:00' })).rejects.toThrow('The start of a test is "10:00"');
    await expect(testTopology(hotSensors, { start: NaN })).rejects.toThrow('is no number of milliseconds');
  });

  test('a call before the end of the one before', async () => {
    await using run = await testTopology(hotSensors, { seed: 7 });
    const first = run.send(readings, reading('a', 90, '10:00'));
    await expect(run.crash()).rejects.toThrow(/under way \(seed 7\)/);
    await first;
    expect(run.output(alarms).values).toHaveLength(1);
  });
});

test('an option that does not exist is refused', async () => {
  const options: object = { sed: 7 };
  await expect(testTopology(hotSensors, options)).rejects.toThrow("no 'sed' among the options of testTopology");
});

test('partitions that no topic can have are refused', async () => {
  await expect(testTopology(hotSensors, { partitions: 0 })).rejects.toThrow('partitions');
});
