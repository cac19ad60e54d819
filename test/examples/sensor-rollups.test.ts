import { expect, test } from 'vitest';
import { perHour, perMinute, readings, topologies } from '../../examples/sensor-rollups.ts';
import { hours, minutes } from '../../src/index.ts';
import { testTopology } from '../../src/testing.ts';
import {
  daysOf,
  evening,
  hoursOf,
  minutesOf,
  ofTheDays,
  over,
  readingsOf,
  sendReadings,
  sorted,
} from '../support/sensor-rollups.ts';

test.for([0, 1, 2, 3])('minutes, hours and days add up to the readings, whatever crashes (seed %i)', async seed => {
  await using run = await testTopology(topologies, { seed, partitions: 2, start: evening });
  const sent = readingsOf(seed);
  let calls = 0;
  await sendReadings(async (stream, ...values) => {
    await run.send(stream, ...values);
    if (seed % 2 === 1 && calls++ % 12 === 0) await run.crash();
  }, sent);
  await run.advanceTo(over + hours(2));
  expect(sorted(run.output(perMinute).values)).toEqual(minutesOf(sent));
  expect(sorted(run.output(perHour).values)).toEqual(hoursOf(sent));
  const days = ofTheDays(await run.documents('days'));
  expect(days).toEqual(daysOf(sent));
  expect(days).toHaveLength(6); // two sensors on three days, the second of which has 25 hours
  expect(run.deadLetters()).toEqual([]);
});

test('a reading counts until half a minute after its minute, and then is a dead letter', async () => {
  await using run = await testTopology(topologies, { start: evening });
  const reading = (celsius: number, at: number) => ({ sensor: 'roof', celsius, at: evening + at });
  await run.send(readings, reading(1, 0), reading(2, minutes(1) + 39_999));
  await run.send(readings, reading(3, 1));
  await run.send(readings, reading(4, minutes(1) + 40_000), reading(5, 2));
  await run.advanceTo(evening + minutes(10));
  expect(run.output(perMinute).values).toMatchObject([
    { count: 2, sum: 4 },
    { count: 2, sum: 6 },
  ]);
  expect(run.deadLetters()).toMatchObject([{ topic: 'readings', key: 'roof' }]);
});
