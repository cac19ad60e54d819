import { map } from 'rxjs';
import { expect, test } from 'vitest';
import { alarms, readings } from '../../../examples/hot-sensors.ts';
import { CommittedState } from '../../../src/engine/queries/committed.ts';
import { StateNotReadable, UnknownState } from '../../../src/engine/queries/errors.ts';
import type { StateStore } from '../../../src/engine/state/store.ts';
import { hopping, milliseconds, session, topology, tumbling, type Windows } from '../../../src/index.ts';
import { World } from '../../support/world.ts';

const asAlarm = (text: string) => ({ sensor: 'a', text, at: 0 });
const counting = topology('count', task => {
  task
    .read(readings)
    .pipe(
      task.keyed('tally', {
        by: ({ sensor }) => sensor,
        initial: () => 0,
        next: count => (count === 2 ? [undefined, []] : [count + 1, []]),
      }),
      map(() => asAlarm('')),
    )
    .subscribe(task.write(alarms));
});

const windowed = (windows: Windows) =>
  topology('windows', task => {
    task
      .read(readings)
      .pipe(
        task.windowed('spans', windows, {
          by: ({ sensor }) => sensor,
          fold: { initial: () => 0, add: (n: number) => n + 1, merge: (a: number, b: number) => a + b },
          emit: 'update',
        }),
        map(() => asAlarm('')),
      )
      .subscribe(task.write(alarms));
  });

const reading = (sensor: string, at = 0) => ({ sensor, celsius: 1, at });
const at = (key: string, topologyName = 'count', step = 'tally') => ({
  topology: topologyName,
  step,
  partition: 0,
  key,
});

test('a key is answered with the epoch and the event time of the checkpoint that holds it', async () => {
  const world = await World.of([counting]);
  const states = new CommittedState(world.graph, world.store);
  expect(states.read(at('a'))).toEqual({ task: 'count/0', epoch: 0, watermark: null, value: undefined });
  await world.send(readings, reading('a', 5), reading('b', 7));
  await world.drain();
  expect(states.read(at('a'))).toMatchObject({ epoch: 1, value: 1 });
  expect(states.read(at('b'))).toMatchObject({ epoch: 1, value: 1 });
  expect(states.read(at('c')), 'nobody has met it').toMatchObject({ epoch: 1, value: undefined });
  await world.send(readings, reading('a', 9), reading('a', 10));
  await world.drain();
  expect(states.read(at('a')), 'the third took the key away').toMatchObject({ epoch: 2, value: undefined });
});

test('an epoch that fails is seen by nobody who asks', async () => {
  const world = await World.of([counting]);
  await world.send(readings, reading('a'));
  await world.drain();
  const states = new CommittedState(world.graph, world.store);
  const runner = await world.open('count', 0, {
    observer: {
      step: (_task, step, moment) => {
        if (step === 'checkpoint' && moment === 'before') throw new Error('no further');
      },
    },
  });
  await world.send(readings, reading('a', 1));
  await expect(runner.step()).rejects.toThrow('no further');
  expect(states.read(at('a'))).toMatchObject({ epoch: 1, value: 1 });
});

test('what commits while it is read is read again, until one epoch holds all of it', async () => {
  const world = await World.of([counting]);
  await world.send(readings, reading('a'));
  await world.drain();
  let between = 1;
  const moving: Pick<StateStore, 'head' | 'get' | 'range'> = {
    head: task => world.store.head(task),
    range: (...all) => world.store.range(...all),
    get: (task, step, key) => {
      const value = world.store.get(task, step, key);
      const head = world.store.head(task);
      if (between-- > 0 && head !== undefined)
        world.store.commit(task, { ...head, epoch: head.epoch + 1 }, [{ step, key, value: '2' }]);
      return value;
    },
  };
  const states = new CommittedState(world.graph, moving);
  expect(states.read(at('a'))).toMatchObject({ epoch: 2, value: 2 });
  between = Infinity;
  expect(() => states.read(at('a'))).toThrow(StateNotReadable);
});

test.each([
  ['tumbling', tumbling({ size: milliseconds(10), grace: milliseconds(100) }), [0, 20]],
  [
    'hopping, by panes',
    hopping({ size: milliseconds(20), every: milliseconds(10), grace: milliseconds(100) }),
    [0, 20],
  ],
  ['sessions', session({ gap: milliseconds(5), grace: milliseconds(100) }), [1, 25]],
])('open windows of a key are found among those of all keys: %s', async (_, windows, starts) => {
  const world = await World.of([windowed(windows)]);
  await world.send(readings, reading('a', 1), reading('a', 2), reading('b', 12), reading('a', 25), reading('aa', 3));
  await world.drain();
  const { value } = new CommittedState(world.graph, world.store).read(at('a', 'windows', 'spans'));
  expect(value).toEqual([
    { start: starts[0], value: 2 },
    { start: starts[1], value: 1 },
  ]);
  const none = new CommittedState(world.graph, world.store).read(at('zz', 'windows', 'spans'));
  expect(none.value).toBeUndefined();
});

test('what cannot be asked is said, with what can', async () => {
  const world = await World.of([counting]);
  const states = new CommittedState(world.graph, world.store);
  expect(() => states.read(at('a', 'no-such'))).toThrow(/no topology 'no-such'.*Ask about one of count/s);
  expect(() => states.read(at('a', 'count', 'no-such'))).toThrow(/no step 'no-such'.*Ask one of tally/s);
  expect(() => states.read(at('a', 'count', 'no-such'))).toThrow(UnknownState);
});

test('state of another identity is not read as if it were of this one', async () => {
  const world = await World.of([windowed(tumbling({ size: milliseconds(10), grace: milliseconds(100) }))]);
  await world.send(readings, reading('a', 1));
  await world.drain();
  await world.deploy([windowed(tumbling({ size: milliseconds(20), grace: milliseconds(100) }))]);
  const states = new CommittedState(world.graph, world.store);
  expect(() => states.read(at('a', 'windows', 'spans'))).toThrow(/of another release/);
});
