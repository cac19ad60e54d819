import { map, share } from 'rxjs';
import { expect, test } from 'vitest';
import { alarms, type Reading, readings } from '../../examples/hot-sensors.ts';
import type { RunnerOptions } from '../../src/engine/runner.ts';
import { milliseconds, topology, tumbling } from '../../src/index.ts';
import { World } from '../support/world.ts';

const reading = (sensor: string, celsius: number, at: number) => ({ sensor, celsius, at });
const asAlarm = (text: string) => ({ sensor: 'a', text, at: 0 });

/** Two steps in a row, and windows beside them. `takes` is told what takes how long. */
const metered = (takes: (ms: number) => void = () => {}) =>
  topology('metered', task => {
    const hot = task.read(readings).pipe(
      task.keyed('hot', {
        by: ({ sensor }) => sensor,
        initial: () => 0,
        next: (count, value) => {
          takes(5);
          if (value.celsius < 0) throw new Error('too cold');
          return [count + 1, value.celsius > 30 ? [value, value] : []];
        },
      }),
      share(),
    );
    hot
      .pipe(
        task.keyed('told', {
          by: ({ sensor }) => sensor,
          initial: () => 0,
          next: count => {
            takes(7);
            return [count + 1, [count]];
          },
        }),
        map(count => {
          takes(2);
          return asAlarm(String(count));
        }),
      )
      .subscribe(task.write(alarms));
    hot
      .pipe(
        task.windowed('spans', tumbling({ size: milliseconds(10) }), {
          by: ({ sensor }: Reading) => sensor,
          fold: { initial: () => 0, add: (n: number) => n + 1, merge: (a: number, b: number) => a + b },
          emit: 'close',
          late: task.late(),
        }),
        map(() => asAlarm('')),
      )
      .subscribe(task.write(alarms));
  });

async function figuresOf(world: World, own: Partial<RunnerOptions>) {
  const runner = await world.open('metered', 0, own);
  while (await runner.step());
  const figures = runner.task.meter?.figures() ?? [];
  return Object.fromEntries(figures.map(({ node, ...counts }) => [node, counts]));
}

test('each step counts what comes, what it gives and what was late', async () => {
  const world = await World.of([metered()]);
  await world.send(readings, reading('a', 40, 5), reading('a', 10, 6), reading('b', 50, 25), reading('a', 60, 7));
  const figures = await figuresOf(world, { meter: () => 0 });
  expect(figures).toMatchObject({
    'stream:readings': { in: 0, out: 4 },
    'step:hot': { in: 4, out: 6, late: 0, errors: 0 },
    'step:told': { in: 6, out: 6, late: 0 },
    // The window [0, 10) had closed when the second reading of it came, twice.
    'step:spans': { in: 6, out: 1, late: 2 },
    late: { in: 2 },
    'stream:alarms': { in: 7 },
  });
});

test('what was counted in an epoch that failed counts for nothing but the error', async () => {
  const world = await World.of([metered()]);
  await world.send(readings, reading('a', 40, 1), reading('a', -1, 2), reading('a', 41, 3));
  const figures = await figuresOf(world, { meter: () => 0 });
  expect(figures).toMatchObject({
    'stream:readings': { out: 2 },
    'step:hot': { in: 2, out: 4, errors: 1 },
    'step:told': { in: 4, out: 4, errors: 0 },
    'stream:alarms': { errors: 0 },
  });
});

test('nothing of an epoch that has not been committed is told', async () => {
  const world = await World.of([metered()]);
  await world.send(readings, reading('a', 40, 1));
  const runner = await world.open('metered', 0, {
    meter: () => 0,
    observer: {
      step: (task, step, moment) => {
        if (step !== 'checkpoint' || moment !== 'before') return;
        const came = task.meter?.figures().map(figures => figures.in + figures.out);
        expect(new Set(came)).toEqual(new Set([0]));
      },
    },
  });
  await runner.step();
  expect.assertions(1);
});

test('one record in 64 is timed, and a step’s time is without that of the steps after it', async () => {
  let time = 0;
  const world = await World.of([metered(ms => (time += ms))]);
  await world.send(readings, ...Array.from({ length: 65 }, (_, n) => reading('a', 40, n % 9)));
  const figures = await figuresOf(world, { meter: () => time });
  expect(figures).toMatchObject({
    'step:hot': { timed: 2, timed_ms: 2 * 5 },
    'step:told': { timed: 4, timed_ms: 4 * (7 + 2) },
    'step:spans': { timed: 4, timed_ms: 0 },
    'stream:alarms': { timed: 4, timed_ms: 0 },
  });
});

test('a task that nobody looks at counts nothing', async () => {
  const world = await World.of([metered()]);
  await world.send(readings, reading('a', 40, 1));
  const runner = await world.open('metered');
  await runner.step();
  expect(runner.task.meter).toBeUndefined();
});
