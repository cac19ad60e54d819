import { map } from 'rxjs';
import { expect, test } from 'vitest';
import { CommittedState } from '../../src/engine/queries/committed.ts';
import {
  json,
  listState,
  mapState,
  minutes,
  sortedMapState,
  stream,
  type Task,
  topology,
  tumbling,
  valueState,
} from '../../src/index.ts';
import { testTopology } from '../../src/testing.ts';
import { type Alarm, alarms } from '../../examples/hot-sensors.ts';
import { World } from '../support/world.ts';

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

test('a list that may not forget refuses the record that is too many, and only that', async () => {
  const bounded = topology('bounded', task => {
    task
      .read(events)
      .pipe(
        task.process('list', {
          state: { list: listState(json<string>(), { atMost: 2, whenFull: 'refuse' }) },
          on: (value, { state: { list } }) => {
            if (value.text === 'free') list.shift();
            list.add(value.text);
            return [{ ...value, text: [...list.values('newest first')].join() }];
          },
        }),
      )
      .subscribe(task.write(told));
  });
  await using run = await testTopology(bounded, { seed: 3 });
  await run.send(events, ...['x', 'y', 'z', 'free'].map((text, n) => event('a', text, n)));
  expect(run.output(told).values.map(({ text }) => text)).toEqual(['x', 'y,x', 'free,y']);
  expect(run.deadLetters().map(({ reason }) => reason)).toEqual(['The list has 2 values, as many as it may have']);
});

const keeping = (memory: { memory?: { entries: number } }) =>
  topology('keeping', task => {
    task
      .read(events)
      .pipe(
        task.process('all', {
          ...memory,
          state: {
            value: valueState(json<string>()),
            list: listState(json<string>(), { atMost: 9 }),
            map: mapState(json<number>()),
            sorted: sortedMapState(json<number>()),
          },
          on: ({ text, at }, { state: { value, list, map: counts, sorted } }) => {
            value.set(text);
            list.add(text);
            counts.set(text, at);
            sorted.set(-at, at);
          },
        }),
      )
      .subscribe(task.late());
  });

test.for([{}, { memory: { entries: 1 } }])('the checkpoint tells of a key what its states hold (%o)', async memory => {
  const world = await World.of([keeping(memory)]);
  await world.send(events, event('a|b', 'y', 1), event('a|b', 'x', 2), event('a', 'z', 3));
  await world.drain();
  const ask = (key: string) =>
    new CommittedState(world.graph, world.store).read({ topology: 'keeping', step: 'all', partition: 0, key }).value;
  expect(ask('a|b')).toEqual({
    value: 'x',
    list: ['y', 'x'],
    map: [
      ['x', 2],
      ['y', 1],
    ],
    sorted: [
      [-2, 2],
      [-1, 1],
    ],
  });
  expect(ask('a')).toMatchObject({ value: 'z', list: ['z'] });
  expect(ask('nobody')).toBeUndefined();
});

const nothing = { on: () => {} };
const unknown = { ttl: 1 };
const tooMuch = { entries: 1, keys: 1 };
const refused: readonly (readonly [what: string, says: string, build: (task: Task) => unknown])[] = [
  ['an option that nothing reads', "There is no 'ttl'", task => task.process('x', { ...nothing, ...unknown })],
  [
    'a state of another name',
    "'Last' cannot name",
    task => task.process('x', { ...nothing, state: { Last: valueState() } }),
  ],
  ['a bar in a name', "'a|b' cannot name", task => task.process('x', { ...nothing, state: { 'a|b': valueState() } })],
  ['no time to live', 'to live for 0 ms', () => valueState(json(), { ttl: 0 })],
  ['a list without bound', 'at most 0', () => listState(json(), { atMost: 0 })],
  ['half an entry', '1.5 entries', task => task.process('x', { ...nothing, memory: { entries: 1.5 } })],
  ['a bound of nothing known', "There is no 'keys'", task => task.process('x', { ...nothing, memory: tooMuch })],
];

test.for(refused)('%s is refused at the build', ([, says, build]) => {
  const built = topology('refused', task => {
    build(task);
    task.read(events).pipe(task.process('fine', nothing)).subscribe(task.late());
  });
  return expect(World.of([built])).rejects.toThrow(says);
});

test('without a key of its own a step cannot follow results that belong to no record', async () => {
  const windows = (by?: () => string) =>
    topology('windows', task => {
      const fold = { initial: () => 0, add: (n: number) => n + 1, merge: (a: number, b: number) => a + b };
      task
        .read(events)
        .pipe(
          task.windowed('counts', tumbling({ size: minutes(1) }), { by: value => value.sensor, fold, emit: 'close' }),
          task.process('after', by === undefined ? nothing : { by, ...nothing }),
        )
        .subscribe(task.late());
    });
  await expect(World.of([windows()])).rejects.toThrow("step 'after' has no key of its own, and follows step 'counts'");
  await World.of([windows(() => 'all')]);
});
