import { expect, test } from 'vitest';
import { alarms, hotSensors, readings } from '../../examples/hot-sensors.ts';
import { at, testTopology } from '../../src/testing.ts';

test('readings above eighty degrees become alarms, also over a crash', async () => {
  await using run = await testTopology(hotSensors, { seed: 7 });
  await run.send(readings, { sensor: 'a', celsius: 90, at: at('10:00') });
  await run.crash();
  await run.send(readings, { sensor: 'a', celsius: 91, at: at('10:01') });
  expect(run.output(alarms).values).toEqual([
    { sensor: 'a', text: 'a is at 90 degrees', at: at('10:00') },
    { sensor: 'a', text: 'a is at 91 degrees', at: at('10:01') },
  ]);
  expect(run.output(alarms).last('a', '10:00')).toMatchObject({ text: 'a is at 90 degrees' });
});
