import { expect, test } from 'vitest';
import { alarms, hotSensors, readings } from '../../examples/hot-sensors.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { World } from '../support/world.ts';

test('readings above eighty degrees become alarms, in order', async () => {
  const world = await World.of([hotSensors]);
  await world.send(readings, { sensor: 'a', celsius: 20, at: 1 }, { sensor: 'b', celsius: 90, at: 2 });
  const run = await world.open('hot-sensors');
  expect(await run.step()).toBe(true);
  expect(await run.step()).toBe(false);
  await world.send(readings, { sensor: 'a', celsius: 81, at: 3 });
  expect(await run.step()).toBe(true);
  expect(await world.output(alarms)).toEqual([
    { sensor: 'b', text: 'b is at 90 degrees', at: 2 },
    { sensor: 'a', text: 'a is at 81 degrees', at: 3 },
  ]);
});

test('a second worker goes on where the first one stopped', async () => {
  const world = await World.of([hotSensors]);
  await world.send(readings, { sensor: 'a', celsius: 90, at: 1 });
  await (await world.open('hot-sensors')).step();
  await world.send(readings, { sensor: 'a', celsius: 91, at: 2 });
  await (await world.open('hot-sensors')).step();
  expect((await world.output(alarms)).map(alarm => alarm.at)).toEqual([1, 2]);
});

test('bytes that are no reading become a dead letter and the stream goes on', async () => {
  const world = await World.of([hotSensors]);
  await world.sendBytes(readings, 'a', Buffer.from('no reading'));
  await world.send(readings, { sensor: 'a', celsius: 90, at: 1 });
  await (await world.open('hot-sensors')).step();
  expect(await world.output(alarms)).toHaveLength(1);
  expect(await world.output(deadLetters)).toMatchObject([
    { topic: 'readings', partition: 0, offset: 0, key: 'a', bytes: Buffer.from('no reading') },
  ]);
});
