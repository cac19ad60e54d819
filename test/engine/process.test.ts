import { expect, test } from 'vitest';
import { map } from 'rxjs';
import { json, minutes, stream, topology, valueState } from '../../src/index.ts';
import { testTopology } from '../../src/testing.ts';
import { type Alarm, alarms } from '../../examples/hot-sensors.ts';

const events = stream('events', { ...alarms, lateness: 0 });
const told = stream('told', alarms);

const event = (sensor: string, text: string, at: number): Alarm => ({ sensor, text, at });
const seeds = [1, 2, 3, 4, 5];

test.for(seeds)('a value is kept for each key of the stream, over crashes (seed %i)', async seed => {
  const counting = topology('counting', task => {
    task
      .read(events)
      .pipe(
        task.process('counts', {
          state: { count: valueState(json<number>()) },
          on: (value, { key, time, state }) => {
            const count = (state.count.get() ?? 0) + 1;
            state.count.set(count);
            return [{ sensor: key, text: `${value.text} ${count}`, at: time }];
          },
        }),
        map(alarm => ({ ...alarm, text: `${alarm.text}!` })),
      )
      .subscribe(task.write(told));
  });
  await using run = await testTopology(counting, { seed });
  await run.send(events, event('a', 'x', 1), event('b', 'x', 2), event('a', 'y', 3));
  await run.crash();
  await run.send(events, event('a', 'z', 4));
  const texts = (sensor: string) =>
    run
      .output(told)
      .forKey(sensor)
      .map(({ text }) => text);
  expect(texts('a')).toEqual(['x 1!', 'y 2!', 'z 3!']);
  expect(texts('b')).toEqual(['x 1!']);
});

test.for(seeds)('a value is seen before the end of its time and not from then on (seed %i)', async seed => {
  const remembering = topology('remembering', task => {
    task
      .read(events)
      .pipe(
        task.process('last', {
          by: value => value.sensor,
          state: { last: valueState(json<string>(), { ttl: minutes(10) }) },
          on: (value, { time, state }) => {
            const before = state.last.get() ?? 'nothing';
            if (value.text !== '') state.last.set(value.text);
            return [{ ...value, text: before, at: time }];
          },
        }),
      )
      .subscribe(task.write(told));
  });
  await using run = await testTopology(remembering, { seed });
  const at = (minute: number, millis = 0) => minutes(minute) + millis;
  await run.send(events, event('a', 'x', at(0)), event('a', '', at(10, -1)), event('a', '', at(10)));
  await run.send(events, event('a', 'y', at(20)), event('a', '', at(29)), event('a', '', at(31)));
  expect(run.output(told).values.map(({ text }) => text)).toEqual([
    'nothing',
    'x',
    'nothing',
    'nothing',
    'y',
    'nothing',
  ]);
});
