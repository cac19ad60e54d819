import { map } from 'rxjs';
import { expect, test } from 'vitest';
import { alarms, readings } from '../../examples/hot-sensors.ts';
import { BuildError } from '../../src/engine/errors.ts';
import { topology } from '../../src/engine/topology.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { World } from '../support/world.ts';

class Killed extends Error {}

/** A lookup that answers something else each time: only its journalled answer may count. */
function looking(asked: string[]) {
  return topology('looking', task => {
    task
      .read(readings)
      .pipe(
        task.mapAsync('lookup', {
          concurrency: 2,
          work: async ({ sensor, at }) => {
            asked.push(sensor);
            if (sensor === 'unknown') throw new Error('no such sensor');
            return { sensor, text: `answer ${asked.length}`, at };
          },
        }),
        map(alarm => alarm),
      )
      .subscribe(task.write(alarms));
  });
}

const at = (sensor: string, time: number) => ({ sensor, celsius: 1, at: time });

test('results come in the order of the values, whatever order they are ready in', async () => {
  const waiting: (() => void)[] = [];
  const slow = topology('slow', task => {
    task
      .read(readings)
      .pipe(
        task.mapAsync('wait', {
          work: async reading => {
            await new Promise<void>(resolve => {
              waiting.push(resolve);
              if (waiting.length === 3) for (const ready of waiting.toReversed()) ready();
            });
            return { sensor: reading.sensor, text: '', at: reading.at };
          },
        }),
      )
      .subscribe(task.write(alarms));
  });
  const world = await World.of([slow]);
  await world.send(readings, at('a', 1), at('b', 2), at('c', 3));
  await (await world.open('slow')).step();
  expect((await world.output(alarms)).map(({ sensor }) => sensor)).toEqual(['a', 'b', 'c']);
});

test('after a crash the journalled result counts and the work is not done again', async () => {
  const asked: string[] = [];
  const world = await World.of([looking(asked)]);
  await world.send(readings, at('a', 1), at('b', 2));
  let killed = false;
  world.observer = {
    step: (_, step, moment) => {
      if (killed || step !== 'flush' || moment !== 'before') return;
      killed = true;
      throw new Killed();
    },
  };
  await expect((await world.open('looking')).step()).rejects.toThrow(Killed);
  await world.open('looking');
  expect(asked).toEqual(['a', 'b']);
  expect((await world.output(alarms)).map(({ text }) => text)).toEqual(['answer 1', 'answer 2']);
});

test('a rejection makes its record a dead letter, and the others go on', async () => {
  const world = await World.of([looking([])]);
  await world.send(readings, at('a', 1), at('unknown', 2), at('b', 3));
  await (await world.open('looking')).step();
  expect((await world.output(alarms)).map(({ sensor }) => sensor)).toEqual(['a', 'b']);
  expect(await world.output(deadLetters)).toMatchObject([{ topic: 'readings', offset: 1, reason: 'no such sensor' }]);
});

test('state after an asynchronous step is refused at the build', async () => {
  const wrong = topology('wrong', task => {
    task
      .read(readings)
      .pipe(
        task.mapAsync('lookup', { work: async value => value }),
        task.keyed('count', { by: r => r.sensor, initial: () => 0, next: n => [n + 1, []] }),
      )
      .subscribe(task.late());
  });
  await expect(World.of([wrong])).rejects.toThrow(BuildError);
});
