import { expect, test } from 'vitest';
import { alarms, readings } from '../../examples/hot-sensors.ts';
import { mostResultBytes } from '../../src/engine/calls/drained.ts';
import { decodePlan, type Plan } from '../../src/engine/plan.ts';
import { topology } from '../../src/engine/topology.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { repeats } from '../support/consumer.ts';
import { answered, looking, reading } from '../support/lookups.ts';
import { Crash } from '../support/settle.ts';
import { World } from '../support/world.ts';

const abc = [reading('a', 1), reading('b', 2), reading('c', 3)];
const many = (count: number) => Array.from({ length: count }, (_, n) => reading(`s${n}`, n));

const plansOf = async (world: World): Promise<Plan[]> =>
  (await world.documents.journal.after('looking/0', 0, 1_000)).map(({ plan }) => decodePlan('looking/0', plan));

/** Crashes once, before the step of an epoch. */
const crashingBefore = (step: string) => {
  let crashed = false;
  return {
    step: (_: unknown, name: string, moment: string) => {
      if (crashed || name !== step || moment !== 'before') return;
      crashed = true;
      throw new Crash();
    },
  };
};

test('results can go on in the order in which they came, and after a crash in the same', async () => {
  const ready = new Map<string, () => void>();
  const world = await World.of([
    looking({
      order: 'completion',
      work: async value => {
        await new Promise<void>(resolve => {
          ready.set(value.sensor, resolve);
          if (ready.size === 3) for (const sensor of ['b', 'a', 'c']) ready.get(sensor)?.();
        });
        return answered(value, '');
      },
    }),
  ]);
  await world.send(readings, ...abc);
  world.observer = crashingBefore('flush');
  await expect((await world.open('looking')).step()).rejects.toThrow(Crash);
  expect(await world.output(alarms)).toEqual([]);
  await world.open('looking');
  expect((await world.output(alarms)).map(({ sensor }) => sensor)).toEqual(['b', 'a', 'c']);
  expect(await plansOf(world)).toMatchObject([{ order: { lookup: [1, 0, 2] } }]);
});

test('a failure that is journalled is one in the next life too, though the work would succeed by then', async () => {
  let isDown = true;
  const world = await World.of([
    looking({
      work: async value => {
        if (isDown && value.sensor === 'b') throw new Error('down');
        return answered(value, isDown ? 'then' : 'now');
      },
    }),
  ]);
  await world.send(readings, ...abc);
  world.observer = crashingBefore('flush');
  await expect((await world.open('looking')).step()).rejects.toThrow(Crash);
  isDown = false;
  await world.open('looking');
  expect((await world.output(alarms)).map(({ sensor, text }) => `${sensor} ${text}`)).toEqual(['a then', 'c then']);
  expect(await world.output(deadLetters)).toMatchObject([{ key: 'b', reason: 'down' }]);
});

test('ids are those of the values: the same after a crash, and one for each value of a record', async () => {
  const asked: string[] = [];
  const world = await World.of([
    topology('looking', task => {
      task
        .read(readings)
        .pipe(
          task.keyed('twice', {
            by: ({ sensor }) => sensor,
            initial: () => 0,
            next: (_, value) => [1, [value, value]],
          }),
          task.mapAsync('lookup', {
            concurrency: 1,
            work: async (value, { id }) => {
              asked.push(id);
              return answered(value, '');
            },
          }),
        )
        .subscribe(task.write(alarms));
    }),
  ]);
  await world.send(readings, reading('a', 1), reading('b', 2));
  const ids = [0, 1].flatMap(offset => [0, 1].map(n => `looking/lookup/readings/0/${offset}/${n}`));
  world.documents.journal.amend = async () => {
    throw new Crash();
  };
  await expect((await world.open('looking')).step()).rejects.toThrow(Crash);
  await expect(world.open('looking')).rejects.toThrow(Crash);
  expect(asked).toEqual([...ids, ...ids]);
});

test('results that outgrow a plan make the epoch smaller, and nothing that was answered is asked again', async () => {
  const asked: string[] = [];
  const text = 'x'.repeat(Math.floor(mostResultBytes / 10));
  const world = await World.of([
    looking({
      concurrency: 3,
      work: async value => {
        asked.push(value.sensor);
        return answered(value, text);
      },
    }),
  ]);
  await world.send(readings, ...many(32));
  await world.drain();
  expect((await world.output(alarms)).map(({ sensor }) => sensor)).toEqual(many(32).map(({ sensor }) => sensor));
  const plans = await plansOf(world);
  // Nine fit. Half of what is there is tried until it fits: 16 and 8, 12 and 6, 9, 9.
  expect(plans.map(({ results }) => results['lookup']?.length)).toEqual([8, 6, 9, 9]);
  for (const plan of plans) expect(JSON.stringify(JSON.stringify(plan)).length).toBeLessThan(1_000_000);
  const timesAsked = (sensor: string): number => asked.filter(each => each === sensor).length;
  expect(many(8).map(({ sensor }) => timesAsked(sensor))).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
});

test('a result that is too large by itself is a failure of its value, and too many of one record one of the record', async () => {
  const world = await World.of([
    topology('looking', task => {
      task
        .read(readings)
        .pipe(
          task.keyed('more', {
            by: ({ sensor }) => sensor,
            initial: () => 0,
            next: (_, value) => [1, Array.from({ length: value.sensor === 'many' ? 3 : 1 }, () => value)],
          }),
          task.mapAsync('lookup', {
            work: async value => answered(value, 'x'.repeat(value.sensor === 'large' ? 800_000 : 300_000)),
          }),
        )
        .subscribe(task.write(alarms));
    }),
  ]);
  await world.send(readings, reading('large', 1), reading('many', 2), reading('fits', 3));
  await world.drain();
  expect((await world.output(alarms)).map(({ sensor }) => sensor)).toEqual(['fits']);
  const letters = await world.output(deadLetters);
  expect(letters.map(({ key }) => key)).toEqual(['large', 'many']);
  expect(letters[0]?.reason).toContain('answer its name');
  expect(letters[1]?.reason).toContain('take more than');
});

test('repeatable work is not journalled, is done again in the next life, and waits for what may pass', async () => {
  const asked: string[] = [];
  const down = new Set(['b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7']);
  const world = await World.of([
    looking({
      repeatable: true,
      retry: { when: error => error instanceof Error && error.message === 'down' },
      work: async (value, { attempt }) => {
        const call = `${value.sensor}${attempt}`;
        asked.push(call);
        if (down.delete(call)) throw new Error('down');
        if (value.sensor === 'c') throw new Error('refused');
        return answered(value, 'the same');
      },
      concurrency: 1,
    }),
  ]);
  await world.send(readings, ...abc);
  let crashed = false;
  world.observer = {
    step: (_, name, moment) => {
      if (crashed || name !== 'checkpoint' || moment !== 'before') return;
      crashed = true;
      throw new Crash();
    },
  };
  await expect((await world.open('looking')).step()).rejects.toThrow(Crash);
  const outputs = await world.output(alarms);
  await world.open('looking');
  expect(asked).toEqual(['a1', 'b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7', 'b8', 'c1', 'a1', 'b1', 'c1']);
  expect(await world.output(alarms)).toEqual(outputs);
  expect(outputs.map(({ sensor }) => sensor)).toEqual(['a', 'b']);
  expect(await world.output(deadLetters)).toMatchObject([{ key: 'c', reason: 'refused' }]);
  expect(await plansOf(world)).toMatchObject([{ results: {} }]);
});

test('repeatable work that is refused has one reason, however often it was tried in which life', async () => {
  let isDown = true;
  const world = await World.of([
    looking({
      repeatable: true,
      retry: { when: error => error instanceof Error && error.message === 'down' },
      work: async () => {
        if (!isDown) throw new Error('refused');
        isDown = false;
        throw new Error('down');
      },
    }),
  ]);
  await world.send(readings, reading('a', 1));
  world.observer = crashingBefore('checkpoint');
  await expect((await world.open('looking')).step()).rejects.toThrow(Crash);
  await world.open('looking');
  expect(await repeats(world.transport, deadLetters.name)).toBe(1);
  expect(await world.output(deadLetters)).toMatchObject([{ reason: 'refused' }]);
});

test('an epoch without anything to work on is journalled once', async () => {
  let amended = 0;
  const world = await World.of([looking({ work: async value => answered(value, '') })]);
  const { journal } = world.documents;
  const amend = journal.amend.bind(journal);
  journal.amend = (...entry) => {
    amended++;
    return amend(...entry);
  };
  await world.sendBytes(readings, 'a', Buffer.from('broken'));
  await world.drain();
  expect(amended).toBe(0);
});

test('a task that is told to stop leaves its calls alone, and does the epoch again in its next life', async () => {
  const signals: AbortSignal[] = [];
  const world = await World.of([
    looking({
      work: async (value, { signal }) => {
        signals.push(signal);
        if (signals.length <= 2) await new Promise(() => {});
        return answered(value, 'at last');
      },
      concurrency: 2,
    }),
  ]);
  await world.send(readings, ...abc);
  const stop = new AbortController();
  const running = (await world.open('looking')).run(stop.signal);
  await expect.poll(() => signals.length).toBe(2);
  stop.abort();
  await running;
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  expect(await world.output(alarms)).toEqual([]);
  await world.drain();
  expect(await world.output(alarms)).toHaveLength(3);
});
