import fc from 'fast-check';
import { map } from 'rxjs';
import { expect, test } from 'vitest';
import { type Alarm, alarms } from '../../examples/hot-sensors.ts';
import type { DistinctOptions } from '../../src/engine/operators/distinct.ts';
import { sweptMark } from '../../src/engine/operators/seen.ts';
import { CommittedState } from '../../src/engine/queries/committed.ts';
import { type Topology, topology } from '../../src/engine/topology.ts';
import { stream } from '../../src/stream/stream.ts';
import { World } from '../support/world.ts';

const horizon = 100;
const lateness = 40;
const events = stream<Alarm>('events', { ...alarms, lateness });
const once = stream<Alarm>('once', { ...alarms });
const late = stream<Alarm>('late', { ...alarms });

type Memory = Pick<DistinctOptions<Alarm>, 'memory'>;
const wherever = [{}, { memory: { entries: 0 } }, { memory: { entries: 2 } }] satisfies Memory[];
const anyKept = fc.constantFrom<Memory>(...wherever);

const distinct = (memory: Memory): Topology =>
  topology('distinct', task => {
    task
      .read(events)
      .pipe(task.distinct('ids', { by: event => event.text, horizon, ...memory }))
      .subscribe(task.write(once));
  });

const withLate = (options: Memory & { readonly atMost?: number }): Topology =>
  topology('distinct', task => {
    task
      .read(events)
      .pipe(task.distinct('ids', { by: ({ text }) => text, horizon, late: task.write(late), ...options }))
      .subscribe(task.write(once));
  });

const event = (text: string, at: number): Alarm => ({ sensor: 'all', text, at });

/**
 * By definition: a key is remembered until event time has passed the 24th of the horizon it came in, and a horizon; and of
 * a bounded number of keys, those of the oldest 24th are forgotten for a new one.
 */
function expected(sent: readonly Alarm[], atMost = Infinity): { readonly kept: Alarm[]; readonly late: Alarm[] } {
  const width = Math.floor(horizon / 24);
  const bucket = ({ at }: Alarm): number => Math.floor(at / width);
  const forgottenAt = (value: Alarm): number => (bucket(value) + 1) * width + horizon;
  const kept: Alarm[] = [];
  const tooLate: Alarm[] = [];
  let remembered: Alarm[] = [];
  let newest = -Infinity;
  for (const value of sent) {
    newest = Math.max(newest, value.at);
    remembered = remembered.filter(before => forgottenAt(before) > newest - lateness);
    if (remembered.some(({ text }) => text === value.text)) continue;
    if (forgottenAt(value) <= newest - lateness) {
      tooLate.push(value);
      continue;
    }
    while (remembered.length >= atMost) {
      const oldest = Math.min(...remembered.map(bucket));
      remembered = remembered.filter(before => bucket(before) > oldest);
    }
    kept.push(value);
    remembered.push(value);
  }
  return { kept, late: tooLate };
}

/** All that pass, those that are late too, as they came. */
const passing = (sent: readonly Alarm[]): Alarm[] => {
  const { kept, late: tooLate } = expected(sent);
  return sent.filter(value => kept.includes(value) || tooLate.includes(value));
};

/** Of some epochs of values, each read by a task that is opened anew. */
async function read(
  world: World,
  epochs: readonly (readonly Alarm[])[],
  release: (n: number) => Topology,
  after: () => void = () => {},
): Promise<void> {
  for (const [n, values] of epochs.entries()) {
    if (values.length > 0) await world.send(events, ...values);
    await world.deploy([release(n)]);
    const run = await world.open('distinct');
    while (await run.step());
    after();
  }
}

const stored = (world: World): string[] => [...world.store.entries('distinct/0', 'ids')].map(({ key }) => key);

const someOf = (...texts: string[]) =>
  fc.tuple(fc.constantFrom(...texts), fc.integer({ min: 0, max: 400 })).map(([text, at]) => event(text, at));
const valuesOf = (...texts: string[]) => fc.array(someOf(...texts));

test('each key passes at its first value and is dropped within the horizon, over any epochs, restarts and memory', async () => {
  expect.hasAssertions();
  const epochs = fc.array(fc.tuple(valuesOf('a', 'b', 'c', 'd'), anyKept), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(epochs, async parts => {
      const world = await World.of([distinct({})]);
      const sent = parts.map(([values]) => values);
      await read(world, sent, n => distinct(parts[n]?.[1] ?? {}));
      expect(await world.output(once)).toEqual(passing(sent.flat()));
    }),
    { numRuns: 100 },
  );
});

test('a key is known again once the horizon and a bucket have passed, and nothing of it is left in the state', async () => {
  const world = await World.of([distinct({})]);
  const run = await world.open('distinct');
  await world.send(events, event('a', 0), event('a', 50), event('b', 400), event('a', 401));
  await run.step();
  expect((await world.output(once)).map(({ text, at }) => [text, at])).toEqual([
    ['a', 0],
    ['b', 400],
    ['a', 401],
  ]);
  expect(stored(world)).toEqual(['a', 'b']);
});

test('with a bound and a sink for what is late, over any epochs and restarts, it is what the definition says', async () => {
  expect.hasAssertions();
  const crowd = ['a', 'b', 'c', 'd', 'a', 'b'].map((text, at) => event(text, at));
  await fc.assert(
    fc.asyncProperty(fc.array(valuesOf('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 6 }), async epochs => {
      const world = await World.of([withLate({ atMost: 3 })]);
      await read(
        world,
        epochs,
        () => withLate({ atMost: 3 }),
        () => expect(stored(world).length).toBeLessThanOrEqual(3),
      );
      const due = expected(epochs.flat(), 3);
      expect(await world.output(once)).toEqual(due.kept);
      expect(await world.output(late)).toEqual(due.late);
    }),
    { numRuns: 60, examples: [[[crowd, [event('a', 400)], [event('b', 1)]]]] },
  );
});

test('what is late goes to its sink, wherever keys are kept, and an epoch that failed leaves nothing', async () => {
  expect.hasAssertions();
  const failing = (memory: Memory): Topology =>
    topology('distinct', task => {
      task
        .read(events)
        .pipe(
          task.distinct('ids', { by: ({ text }) => text, horizon, late: task.write(late), ...memory }),
          map(value => {
            if (value.text === 'bad') throw new RangeError('It is bad');
            return value;
          }),
        )
        .subscribe(task.write(once));
    });
  const bad = fc.constant(event('bad', 0));
  const epochs = fc.array(
    fc.tuple(
      fc.array(fc.oneof({ weight: 5, arbitrary: someOf('a', 'b', 'c', 'd', 'e') }, { weight: 1, arbitrary: bad })),
      anyKept,
    ),
    { maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(epochs, async parts => {
      const world = await World.of([failing({})]);
      const sent = parts.map(([values]) => values);
      await read(world, sent, n => failing(parts[n]?.[1] ?? {}));
      const due = expected(sent.flat().filter(({ text }) => text !== 'bad'));
      expect(await world.output(once)).toEqual(due.kept);
      expect((await world.output(late)).filter(({ text }) => text !== 'bad')).toEqual(due.late);
    }),
    { numRuns: 60 },
  );
});

/** A key each millisecond; every fourth comes again. */
const flow = (from: number, to: number): Alarm[] =>
  Array.from({ length: to - from }, (_, n) => from + n).flatMap(at =>
    at % 4 === 0 ? [event(`${at}`, at), event(`${at}`, at)] : [event(`${at}`, at)],
  );

test('on disk, what is over is removed as others come, and the state does not depend on memory or restarts', async () => {
  const each = 5;
  const parts = Array.from({ length: 200 }, (_, n) => flow(n * each, (n + 1) * each));
  const states: string[][] = [];
  for (const [entries, together] of [
    [0, 200],
    [1_000, 200],
    [0, 1],
    [5, 3],
  ] as const) {
    const world = await World.of([distinct({ memory: { entries } })]);
    let run = await world.open('distinct');
    for (const [n, values] of parts.entries()) {
      await world.send(events, ...values);
      if (n % together === 0) run = await world.open('distinct');
      while (await run.step());
      // Event time is 40 ms behind, a part of the horizon takes 4, and the hand a third.
      expect(stored(world).length).toBeLessThan(((horizon + lateness + 4 + each) * 4) / 3 + each);
    }
    expect(await world.output(once)).toHaveLength(200 * each);
    states.push(stored(world));
  }
  expect(states[0]?.length).toBeGreaterThan(horizon + lateness);
  expect(new Set(states.map(keys => keys.join()))).toHaveProperty('size', 1);
});

test('who comes back to memory holds none of what was over and not removed yet, nor where the hand stood', async () => {
  const world = await World.of([distinct({ memory: { entries: 0 } })]);
  const parts = Array.from({ length: 80 }, (_, n) => flow(n * 5, (n + 1) * 5));
  await read(world, parts, () => distinct({ memory: { entries: 0 } }));
  const over = stored(world).find(key => Number(key) < 399 - lateness - horizon - 4);
  if (over === undefined) throw new Error('Nothing is left that is over');
  const before = (await world.output(once)).length;
  await read(world, [[event(over, 300)]], () => distinct({}));
  expect((await world.output(once)).slice(before)).toEqual([event(over, 300)]);
  const after = stored(world);
  expect(after.filter(key => key !== over).every(key => Number(key) > 399 - lateness - horizon - 5)).toBe(true);
});

test('a key on disk can be asked for, and what is kept beside the keys is none', async () => {
  const world = await World.of([distinct({ memory: { entries: 0 } })]);
  await read(world, [flow(0, 8)], () => distinct({ memory: { entries: 0 } }));
  const states = new CommittedState(world.graph, world.store);
  const at = { topology: 'distinct', step: 'ids', partition: 0 };
  expect(states.read({ ...at, key: '7' })).toMatchObject({ value: { cameAt: 7 } });
  expect(states.read({ ...at, key: '8' })).toMatchObject({ value: undefined });
  expect(states.read({ ...at, key: sweptMark })).toMatchObject({ value: undefined });
});

test('it cannot both forget early and leave keys on disk', async () => {
  await expect(World.of([withLate({ atMost: 3, memory: { entries: 0 } })])).rejects.toThrow(
    "'ids' is to forget beyond 3 keys, and to leave keys on disk. Give `atMost` or `memory`",
  );
});
