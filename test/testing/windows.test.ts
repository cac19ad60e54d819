import { map } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { bySite, type Reading, readings, readingsBySite, siteOf } from '../../examples/sensor-counts.ts';
import {
  hopping,
  hours,
  minutes,
  schema,
  seconds,
  stream,
  topology,
  tumbling,
  type Windowed,
} from '../../src/index.ts';
import { at, testTopology } from '../../src/testing.ts';

const seeds = Array.from({ length: 20 }, (_, seed) => seed);

interface Trend {
  readonly site: string;
  readonly count: number;
  readonly at: number;
}

const trends = stream<Trend>('trends', {
  schema: schema({
    type: 'record',
    name: 'Trend',
    fields: [
      { name: 'site', type: 'string' },
      { name: 'count', type: 'int' },
      { name: 'at', type: 'long' },
    ],
  }),
  key: trend => trend.site,
  time: trend => trend.at,
});

const asTrend = ({ key, start, value }: Windowed<number>): Trend => ({ site: key, count: value, at: start });
const fold = { initial: () => 0, add: (count: number) => count + 1, merge: (a: number, b: number) => a + b };
const by = (reading: Reading): string => siteOf(reading.sensor);

const hourly = topology('hourly', task => {
  const windows = hopping({ size: hours(1), every: minutes(5), grace: minutes(10) });
  task
    .read(readings)
    .pipe(task.windowed('hourly', windows, { by, fold, emit: 'update', late: task.late() }), map(asTrend))
    .subscribe(task.write(trends));
});

const closed = topology('closed', task => {
  const windows = tumbling({ size: minutes(1), grace: seconds(30) });
  task
    .read(readingsBySite)
    .pipe(task.windowed('minutely', windows, { by, fold, emit: 'close' }), map(asTrend))
    .subscribe(task.write(trends));
});

const reading = (sensor: string, time: number, id = 0): Reading => ({ id, sensor, celsius: 1, at: time });

test.for(seeds)('a crash changes nothing: seed %i', async seed => {
  await using run = await testTopology(hourly, { seed });
  await run.send(readings, reading('roof/1', at('10:00')));
  await run.crash();
  await run.advanceTo('11:15');
  expect(run.output(trends).last('roof', '10:00')).toMatchObject({ count: 1 });
  expect(run.deadLetters()).toEqual([]);
});

test('what comes after its windows have closed is a dead letter, however idle the time was that closed them', async () => {
  await using run = await testTopology(hourly);
  await run.send(readings, reading('roof/1', at('10:00')));
  await run.advanceTo('12:00');
  await run.send(readings, reading('roof/1', at('10:01')));
  expect(run.deadLetters()).toMatchObject([{ key: 'roof/1', reason: expect.stringContaining('late') }]);
});

describe('over two topologies in a row', () => {
  /** Three sites, each with readings of its own pace, over ten minutes. */
  const sent = Array.from({ length: 200 }, (_, id) => {
    const site = ['hall', 'roof', 'yard'][id % 3] ?? '';
    return reading(`${site}/${id % 7}`, at('10:00') + id * seconds(3), id);
  });
  const expected = Object.entries(
    Object.groupBy(sent, value => `${by(value)} ${Math.floor(value.at / minutes(1)) * minutes(1)}`),
  ).map(([window, values]) => `${window}: ${values?.length}`);

  test.for(seeds)('every window closes once, with all that was sent: seed %i', async seed => {
    await using run = await testTopology([bySite, closed], { seed, partitions: 1 + (seed % 3) });
    for (let n = 0; n < sent.length; n += 20) {
      await run.send(readings, ...sent.slice(n, n + 20));
      if (n % 60 === 0) await run.crash();
    }
    await run.crash();
    await run.advanceTo('10:30');
    expect(run.deadLetters()).toEqual([]);
    const found = run.output(trends).values.map(({ site, count, at: start }) => `${site} ${start}: ${count}`);
    expect(found.sort()).toEqual(expected.sort());
  });
});
