import { map } from 'rxjs';
import { expect, test } from 'vitest';
import { alarms, readings } from '../../examples/hot-sensors.ts';
import { BuildError, TaskStopped } from '../../src/engine/errors.ts';
import { topology } from '../../src/engine/topology.ts';
import { tumbling } from '../../src/engine/windows/spec.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { stream } from '../../src/stream/stream.ts';
import { callsOf } from '../../src/operations/step-calls.ts';
import { answered, LimitingClock, looking, reading } from '../support/lookups.ts';
import { World } from '../support/world.ts';

const abc = [reading('a', 1), reading('b', 2), reading('c', 3)];

test('what fails for good is a dead letter of its record, and nothing else is done again', async () => {
  const asked: string[] = [];
  const world = await World.of([
    looking({
      work: async value => {
        asked.push(value.sensor);
        if (value.sensor === 'b') throw new Error('no such sensor');
        return answered(value, 'known');
      },
    }),
  ]);
  await world.send(readings, ...abc);
  await (await world.open('looking')).step();
  expect((await world.output(alarms)).map(({ sensor }) => sensor)).toEqual(['a', 'c']);
  const [letter] = await world.output(deadLetters);
  expect(letter).toMatchObject({ topic: 'readings', offset: 1, key: 'b', reason: 'no such sensor' });
  expect(Buffer.from(letter?.bytes ?? []).length).toBeGreaterThan(0);
  expect(asked).toEqual(['a', 'b', 'c']);
});

test('a rejection is tried again after growing waits cut by chance, so often and no more', async () => {
  const asked: string[] = [];
  const world = await World.of([
    looking({
      retry: { attempts: 4, firstWait: 100, longestWait: 250 },
      work: async (value, { attempt }) => {
        asked.push(`${value.sensor}${attempt}`);
        if (value.sensor === 'b' || (value.sensor === 'c' && attempt < 3)) throw new Error('busy');
        return answered(value, `at try ${attempt}`);
      },
      concurrency: 1,
    }),
  ]);
  await world.send(readings, ...abc);
  const clock = Object.assign(new LimitingClock(), { jitter: () => 0.5 });
  const run = await world.open('looking', 0, { clock });
  await run.step();
  expect(asked).toEqual(['a1', 'b1', 'b2', 'b3', 'b4', 'c1', 'c2', 'c3']);
  expect(clock.waits).toEqual([50, 100, 125, 50, 100]);
  expect((await world.output(alarms)).map(({ text }) => text)).toEqual(['at try 1', 'at try 3']);
  expect(await world.output(deadLetters)).toMatchObject([{ key: 'b', reason: 'busy (after 4 attempts)' }]);
  expect(callsOf(run.task)).toEqual([
    { step: 'lookup', calls: 8, retries: 5, timeouts: 0, failures: 1, underWay: 0, breaker: null },
  ]);
});

test('`when` says what is not tried again', async () => {
  const asked: number[] = [];
  const world = await World.of([
    looking({
      retry: { when: error => error instanceof Error && error.message === 'busy' },
      work: async (_value, { attempt }) => {
        asked.push(attempt);
        throw new Error(attempt === 1 ? 'busy' : 'refused');
      },
    }),
  ]);
  await world.send(readings, reading('a', 1));
  await (await world.open('looking')).step();
  expect(asked).toEqual([1, 2]);
  expect(await world.output(deadLetters)).toMatchObject([{ reason: 'refused' }]);
});

test('a try that takes too long is told so, tried again, and what it answers later counts for nothing', async () => {
  const clock = new LimitingClock();
  const aborted: boolean[] = [];
  const late = Promise.withResolvers<string>();
  const world = await World.of([
    looking({
      timeout: 2_000,
      retry: { attempts: 2 },
      work: async (value, { attempt, signal }) => {
        if (attempt === 2) return answered(value, 'in time');
        signal.addEventListener('abort', () => aborted.push(true));
        return answered(value, await late.promise);
      },
    }),
  ]);
  await world.send(readings, reading('a', 1));
  const run = await world.open('looking', 0, { clock });
  const step = run.step();
  await expect.poll(() => callsOf(run.task)[0]?.underWay).toBe(1);
  clock.expire();
  await step;
  late.resolve('late');
  expect(aborted).toEqual([true]);
  expect((await world.output(alarms)).map(({ text }) => text)).toEqual(['in time']);
  expect(callsOf(run.task)).toMatchObject([{ timeouts: 1, retries: 1 }]);
});

test('with a breaker nobody calls what is down: values wait, the task says why, and none is lost', async () => {
  let isDown = true;
  const asked: string[] = [];
  const waiting: string[] = [];
  const world = await World.of([
    looking({
      concurrency: 1,
      retry: { attempts: 20, firstWait: 0 },
      breaker: { failures: 2, openFor: 60_000 },
      work: async value => {
        asked.push(value.sensor);
        if (isDown) throw new Error('down');
        return answered(value, 'up');
      },
    }),
  ]);
  await world.send(readings, ...abc);
  const clock = new LimitingClock();
  const sleeps: number[] = [];
  clock.sleep = async duration => {
    sleeps.push(duration);
    clock.time += duration;
    if (duration >= 60_000) isDown = sleeps.filter(each => each >= 60_000).length < 3;
  };
  const observer = {
    waiting: (_: unknown, what: string, error: Error) => void waiting.push(`${what}: ${error.message}`),
  };
  const run = await world.open('looking', 0, { clock, observer });
  await run.step();
  // Twice until it opens, once after each of three times that it was open, and then the others.
  expect(asked).toEqual(['a', 'a', 'a', 'a', 'a', 'b', 'c']);
  expect(waiting).toEqual(Array.from({ length: 3 }, () => "'lookup': down. It is tried again"));
  expect(await world.output(deadLetters)).toEqual([]);
  expect(await world.output(alarms)).toHaveLength(3);
  expect(callsOf(run.task)).toMatchObject([{ breaker: 'closed' }]);
});

test('a sink can take values that fail, and says why', async () => {
  const failures = stream('failures', { ...alarms });
  const world = await World.of([
    topology('looking', task => {
      task
        .read(readings)
        .pipe(
          task.mapAsync('lookup', {
            work: () => Promise.reject(new Error('gone')),
            failed: { as: ({ value, reason }) => answered(value, reason), to: task.write(failures) },
          }),
        )
        .subscribe(task.write(alarms));
    }),
  ]);
  await world.send(readings, reading('a', 1));
  await (await world.open('looking')).step();
  expect(await world.output(failures)).toEqual([{ sensor: 'a', text: 'gone', at: 1 }]);
  expect(await world.output(deadLetters)).toEqual([]);
});

/** Work on the windows of readings, which come of no record. */
const ofWindows = (failed: boolean) =>
  topology('looking', task => {
    const failures = task.write(alarms);
    task
      .read(readings)
      .pipe(
        task.windowed('all', tumbling({ size: 10 }), {
          by: ({ sensor }) => sensor,
          fold: { initial: () => 0, add: n => n + 1, merge: (a, b) => a + b },
          emit: 'close',
        }),
        task.mapAsync('lookup', {
          work: () => Promise.reject(new Error('gone')),
          ...(failed
            ? { failed: { as: ({ value }) => ({ sensor: value.key, text: 'failed', at: value.start }), to: failures } }
            : {}),
        }),
      )
      .subscribe(task.late());
  });

test('work on what comes of no record has to say where failures go', async () => {
  await expect(World.of([ofWindows(false)])).rejects.toThrow(BuildError);
  const world = await World.of([ofWindows(true)]);
  await world.send(readings, reading('a', 1), reading('a', 30));
  await (await world.open('looking')).step();
  expect(await world.output(alarms)).toEqual([{ sensor: 'a', text: 'failed', at: 0 }]);
});

test('what the topology does with a result and fails on makes a dead letter too, and no work is done twice', async () => {
  const asked: string[] = [];
  const failing = topology('looking', task => {
    task
      .read(readings)
      .pipe(
        task.mapAsync('lookup', {
          work: async value => {
            asked.push(value.sensor);
            return answered(value, 'known');
          },
        }),
        map(alarm => {
          if (alarm.sensor === 'b') throw new Error('not for b');
          return alarm;
        }),
      )
      .subscribe(task.write(alarms));
  });
  const world = await World.of([failing]);
  await world.send(readings, ...abc);
  await (await world.open('looking')).step();
  expect((await world.output(alarms)).map(({ sensor }) => sensor)).toEqual(['a', 'c']);
  expect(await world.output(deadLetters)).toMatchObject([{ key: 'b', reason: 'not for b' }]);
  expect(asked).toEqual(['a', 'b', 'c']);
});

test('what the codec cannot read any more stops the task, and names the step', async () => {
  const work = async (value: ReturnType<typeof reading>) => answered(value, '');
  const codec = {
    encode: () => '?',
    decode: () => {
      throw new Error('what is this');
    },
  };
  const world = await World.of([looking({ work, codec })]);
  await world.send(readings, reading('a', 1));
  await expect((await world.open('looking')).step()).rejects.toThrow("codec of 'lookup' cannot read");
});

test.for([
  { concurrency: 0 },
  { concurrency: 1.5 },
  { timeout: 0 },
  { retry: { attempts: 0 } },
  { breaker: { failures: 0, openFor: 1 } },
])('%o is refused at the build', async options => {
  const work = async (value: ReturnType<typeof reading>) => answered(value, '');
  await expect(World.of([looking({ work, ...options })])).rejects.toThrow(BuildError);
});

test('a failure of `when` itself stops the task', async () => {
  const world = await World.of([
    looking({
      work: () => Promise.reject(new Error('gone')),
      retry: {
        when: () => {
          throw new TaskStopped('a defect', 'Mend it');
        },
      },
    }),
  ]);
  await world.send(readings, reading('a', 1));
  await expect((await world.open('looking')).step()).rejects.toThrow(TaskStopped);
});
