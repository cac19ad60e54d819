/** State that a former release has written under another version: taken up value by value, or refused at the start. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Alarm, alarms } from '../../../examples/hot-sensors.ts';
import { IncompatibleState } from '../../../src/engine/errors.ts';
import {
  json,
  listState,
  minutes,
  type StateCodec,
  type StateKind,
  stream,
  type Topology,
  topology,
  valueState,
  type ValueState,
} from '../../../src/index.ts';
import { World } from '../../support/world.ts';

const events = stream<Alarm>('events', { ...alarms, lateness: 0 });
const told = stream<Alarm>('told', alarms);
const event = (sensor: string, at: number): Alarm => ({ sensor, text: '', at });

interface Seen {
  readonly times: number;
}

type Memory = { readonly memory?: { readonly entries: number } };
const kept = [{}, { memory: { entries: 0 } }, { memory: { entries: 100 } }] satisfies Memory[];

/** Counts in a number, as the first release did, or in what has come of it. */
const numbers = (codec: StateCodec<number>, memory: Memory, how: 'process' | 'keyed') =>
  counting(codec, memory, how, { begin: 0, next: n => n + 1, tell: n => n });
const objects = (codec: StateCodec<Seen>, memory: Memory, how: 'process' | 'keyed') =>
  counting(codec, memory, how, {
    begin: { times: 0 },
    next: ({ times }) => ({ times: times + 1 }),
    tell: s => s.times,
  });

interface Count<S> {
  readonly begin: S;
  readonly next: (state: S) => S;
  readonly tell: (state: S) => number;
}

function counting<S>(codec: StateCodec<S>, memory: Memory, how: 'process' | 'keyed', count: Count<S>): Topology {
  const answer = (sensor: string, at: number, state: S): Alarm => ({ sensor, text: `${count.tell(state)}`, at });
  return topology('counting', task => {
    const step =
      how === 'process'
        ? task.process('count', {
            ...memory,
            state: { count: valueState(codec) },
            on: ({ sensor, at }: Alarm, { state }) => {
              const next = count.next(state.count.get() ?? count.begin);
              state.count.set(next);
              return [answer(sensor, at, next)];
            },
          })
        : task.keyed('count', {
            ...memory,
            by: ({ sensor }: Alarm) => sensor,
            codec,
            initial: () => count.begin,
            next: (state, { sensor, at }): [S, Alarm[]] => {
              const next = count.next(state);
              return [next, [answer(sensor, at, next)]];
            },
          });
    task.read(events).pipe(step).subscribe(task.write(told));
  });
}

const first = json<number>('first');
const fromNumber = (former: unknown): Seen => ({ times: z.number().parse(former) });
const second = () => json<Seen>('second', { first: fromNumber });
const third = () =>
  json<Seen>('third', {
    first: fromNumber,
    second: former => ({ times: 100 + z.object({ times: z.number() }).parse(former).times }),
  });

async function answers(world: World, release: Topology, ...sent: readonly Alarm[]): Promise<string[]> {
  await world.deploy([release]);
  await world.send(events, ...sent);
  const run = await world.open('counting');
  while (await run.step());
  return (await world.output(told)).slice(-sent.length).map(({ text }) => text);
}

const ways = (['process', 'keyed'] as const).flatMap(how => kept.map(memory => [how, memory] as const));

test.for(ways)(
  '%s, %o: values of former versions are taken up when they are read, over releases',
  async ([how, memory]) => {
    const world = await World.of([numbers(first, memory, how)]);
    const [a, b, c] = ['a', 'b', 'c'];
    expect(
      await answers(world, numbers(first, memory, how), event(a, 1), event(b, 2), event(c, 3), event(c, 4)),
    ).toEqual(['1', '1', '1', '2']);
    expect(await answers(world, objects(second(), memory, how), event(a, 5))).toEqual(['2']);
    expect(await answers(world, objects(second(), memory, how), event(a, 6), event('d', 7))).toEqual(['3', '1']);
    const values = await answers(world, objects(third(), memory, how), event(a, 8), event(b, 9), event('d', 10));
    // What is held in memory was written anew as 'second'; on disk, b is still as the first release left it.
    const isWrittenAnew = how === 'keyed' && !('memory' in memory);
    expect(values).toEqual(['104', isWrittenAnew ? '102' : '2', '102']);
    expect(await answers(world, objects(third(), memory, how), event(b, 11), event(c, 12))).toEqual([
      isWrittenAnew ? '103' : '3',
      isWrittenAnew ? '103' : '3',
    ]);
  },
);

test.for(ways)('%s, %o: without a way to read them they are refused before the first record', async ([how, memory]) => {
  const world = await World.of([numbers(first, memory, how)]);
  await answers(world, numbers(first, memory, how), event('a', 1));
  await world.deploy([objects(json<Seen>('second'), memory, how)]);
  await expect(world.open('counting')).rejects.toThrow(IncompatibleState);
  await expect(world.open('counting')).rejects.toThrow('migrate');
  // Nor may a way be left out while values may be left that need it.
  if (how === 'keyed' && !('memory' in memory)) return;
  await answers(world, objects(second(), memory, how), event('b', 2));
  await world.deploy([objects(json<Seen>('second'), memory, how)]);
  await expect(world.open('counting')).rejects.toThrow(IncompatibleState);
});

test.for(['process', 'keyed'] as const)('%s: the state may move from memory to disk and back', async how => {
  const world = await World.of([numbers(first, {}, how)]);
  expect(await answers(world, numbers(first, {}, how), event('a', 1), event('b', 2))).toEqual(['1', '1']);
  expect(await answers(world, numbers(first, { memory: { entries: 1 } }, how), event('a', 3))).toEqual(['2']);
  expect(await answers(world, objects(second(), { memory: { entries: 1 } }, how), event('a', 4))).toEqual(['3']);
  expect(await answers(world, objects(second(), {}, how), event('a', 5), event('b', 6))).toEqual(['4', '2']);
});

const remembering = (state: Record<string, StateKind<ValueState<string>>>, memory: Memory = {}) =>
  topology('counting', task => {
    task
      .read(events)
      .pipe(
        task.process('count', {
          ...memory,
          state,
          on: ({ sensor, at }, { state: states }) => {
            const before = Object.values(states).map(each => each.get() ?? '-');
            for (const each of Object.values(states)) each.set(`${at}`);
            return [{ sensor, text: before.join(), at }];
          },
        }),
      )
      .subscribe(task.write(told));
  });

test('a step may be given another state, and its values another lifetime; one that is no more is refused', async () => {
  const world = await World.of([remembering({ one: valueState() })]);
  expect(await answers(world, remembering({ one: valueState() }), event('a', 1))).toEqual(['-']);
  const two = { one: valueState<string>(json(), { ttl: minutes(1) }), two: valueState<string>() };
  expect(await answers(world, remembering(two), event('a', minutes(5)))).toEqual(['1,-']);
  expect(await answers(world, remembering(two), event('a', minutes(6)))).toEqual([`-,${minutes(5)}`]);
  await world.deploy([remembering({ two: valueState() })]);
  await expect(world.open('counting')).rejects.toThrow(IncompatibleState);
  await world.deploy([
    topology('counting', task => {
      task
        .read(events)
        .pipe(
          task.process('count', {
            state: { one: listState(json<string>(), { atMost: 2 }), two: valueState<string>() },
            on: value => [value],
          }),
        )
        .subscribe(task.write(told));
    }),
  ]);
  await expect(world.open('counting')).rejects.toThrow(IncompatibleState);
});

test('values that were held in memory are swept on disk too, and those of the disk in memory', async () => {
  const lived = { one: valueState<string>(json(), { ttl: minutes(1) }) };
  const world = await World.of([remembering(lived)]);
  const many = Array.from({ length: 2_000 }, (_, n) => event(`${n}`, 1));
  await answers(world, remembering(lived), ...many);
  await answers(world, remembering(lived, { memory: { entries: 10 } }), event('b', 2));
  await answers(world, remembering(lived, { memory: { entries: 10 } }), event('c', 3));
  await answers(world, remembering(lived, { memory: { entries: 10 } }), event('c', minutes(5)));
  expect(Array.from(world.store.entries('counting/0'), ({ key }) => key.replace(/~.*\|/, '~'))).toEqual([
    'one|c',
    'one~!',
    'one~c',
  ]);
  await answers(world, remembering(lived), event('d', minutes(5)));
  expect(Array.from(world.store.entries('counting/0'), ({ key }) => key)).toEqual(['one|c', 'one|d']);
  await answers(world, remembering(lived), event('e', minutes(9)));
  expect(Array.from(world.store.entries('counting/0'), ({ key }) => key)).toEqual(['one|e']);
});
