import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Alarm, alarms } from '../../examples/hot-sensors.ts';
import { BuildError } from '../../src/engine/errors.ts';
import type { RateLimitOptions } from '../../src/engine/operators/rate-limit.ts';
import { topology } from '../../src/engine/topology.ts';
import { tumbling } from '../../src/engine/windows/spec.ts';
import { stream } from '../../src/stream/stream.ts';
import { Crash, settle } from '../support/settle.ts';
import { World } from '../support/world.ts';

const inbox = stream<Alarm>('inbox', { ...alarms });
const passed = stream<Alarm>('passed', { ...alarms });
const over = stream<Alarm>('over', { ...alarms });

const alarm = (text: string, at: number, sensor = 's'): Alarm => ({ sensor, text, at });
const some = (count: number, sensor = 's', from = 0): Alarm[] =>
  Array.from({ length: count }, (_, n) => alarm(`${sensor}${from + n}`, from + n, sensor));

type Limit = Omit<RateLimitOptions<Alarm>, 'over'> & { readonly drops?: boolean };

const limiting = ({ drops = false, ...options }: Limit) =>
  topology('limiting', task => {
    task
      .read(inbox)
      .pipe(task.rateLimit('limit', { ...options, ...(drops ? { over: task.write(over) } : {}) }))
      .subscribe(task.write(passed));
  });

const textsOf = async (world: World, of = passed): Promise<string[]> =>
  (await world.output(of)).map(({ text }) => text);

describe('over the limit', () => {
  test('values wait their turn, in order, by the clock of the plan alone', async () => {
    const world = await World.of([limiting({ limit: 2, per: 1_000, burst: 2 })]);
    const run = await world.open('limiting');
    await world.send(inbox, ...some(5));
    await run.step();
    expect(await textsOf(world)).toEqual(['s0', 's1']);
    expect(run.due).toBe(500);
    expect(await run.step()).toBe(false);
    world.clock.time = 499;
    expect(await run.step()).toBe(false);
    world.clock.time = 500;
    await run.step();
    expect(await textsOf(world)).toEqual(['s0', 's1', 's2']);
    world.clock.time = 60_000;
    await run.step();
    expect(await textsOf(world)).toEqual(['s0', 's1', 's2', 's3', 's4']);
    expect(run.due).toBe(Infinity);
  });

  test('each key has its own limit, and holds up nobody else', async () => {
    const world = await World.of([limiting({ limit: 1, by: ({ sensor }) => sensor })]);
    const run = await world.open('limiting');
    await world.send(inbox, ...some(2, 'a'), ...some(2, 'b'));
    await run.step();
    expect(await textsOf(world)).toEqual(['a0', 'b0']);
    world.clock.time = 1_000;
    await world.send(inbox, ...some(1, 'b', 2));
    await run.step();
    expect(await textsOf(world)).toEqual(['a0', 'b0', 'a1', 'b1']);
    world.clock.time = 2_000;
    await run.step();
    expect((await textsOf(world)).at(-1)).toBe('b2');
  });

  test('another sink takes them at once, if there is one', async () => {
    const world = await World.of([limiting({ limit: 2, drops: true })]);
    const run = await world.open('limiting');
    await world.send(inbox, ...some(4));
    await run.step();
    world.clock.time = 500;
    await world.send(inbox, ...some(2, 's', 4));
    await run.step();
    expect(await textsOf(world)).toEqual(['s0', 's1', 's4']);
    expect(await textsOf(world, over)).toEqual(['s2', 's3', 's5']);
    expect(run.task.due).toBe(Infinity);
  });

  test('nothing more is read while as many wait as may', async () => {
    const world = await World.of([limiting({ limit: 1, atMost: 3 })], { maxRecords: 4 });
    const run = await world.open('limiting');
    await world.send(inbox, ...some(20));
    await run.step();
    const { positions } = run.task.inputs.get('inbox') ?? { positions: [] };
    expect(positions.map(({ offset }) => offset)).toEqual([4]);
    expect(await run.step()).toBe(false);
    expect(positions.map(({ offset }) => offset)).toEqual([4]);
    let most = 0;
    for (let second = 1; second <= 30; second++) {
      world.clock.time = second * 1_000;
      await run.step();
      most = Math.max(most, [...world.store.entries('limiting/0')].filter(({ key }) => key.startsWith('h|')).length);
    }
    expect(await textsOf(world)).toEqual(some(20).map(({ text }) => text));
    expect(most).toBeLessThanOrEqual(3 - 1 + 4);
    expect([...world.store.entries('limiting/0')].map(({ key }) => key)).toEqual(['t|all']);
  });

  test('a task that waits is woken by the clock, and told to stop it stops', async () => {
    const world = await World.of([limiting({ limit: 1, atMost: 1 })]);
    const run = await world.open('limiting');
    await world.send(inbox, ...some(5));
    const stop = new AbortController();
    const running = run.run(stop.signal);
    await expect.poll(() => textsOf(world)).toEqual(some(5).map(({ text }) => text));
    stop.abort();
    await running;
  });
});

test('what waits keeps its event time, and nothing is told that would be ahead of it', async () => {
  const world = await World.of([limiting({ limit: 1 })]);
  const run = await world.open('limiting');
  await world.send(inbox, alarm('a', 100), alarm('b', 100), alarm('c', 5_000));
  await run.step();
  expect(run.task.outputWatermark).toBe(100);
  world.clock.time = 1_000;
  await run.step();
  expect(run.task.outputWatermark).toBe(5_000);
});

test('windows behind what waits are refused, and limits that are none', async () => {
  const behind = topology('behind', task => {
    task
      .read(inbox)
      .pipe(
        task.rateLimit('limit', { limit: 1 }),
        task.windowed('tens', tumbling({ size: 10 }), {
          by: ({ sensor }) => sensor,
          fold: { initial: () => 0, add: n => n + 1, merge: (a, b) => a + b },
          emit: 'close',
        }),
      )
      .subscribe(task.late());
  });
  await expect(World.of([behind])).rejects.toThrow(BuildError);
  for (const wrong of [
    { limit: 0 },
    { limit: 1.5 },
    { limit: 1, per: 0 },
    { limit: 1, burst: 0 },
    { limit: 1, atMost: 0 },
  ])
    await expect(World.of([limiting(wrong)])).rejects.toThrow(BuildError);
});

/** By definition: a bucket of tokens by key, filled by the clock, from which everybody takes in turn. */
function expected(
  limit: number,
  burst: number,
  arrivals: readonly (readonly [clock: number, sensors: readonly string[]])[],
) {
  const interval = 1_000 / limit;
  const waiting: Alarm[] = [];
  const told: string[] = [];
  const next = new Map<string, number>();
  let sent = 0;
  for (const [clock, sensors] of arrivals) {
    waiting.push(...sensors.map(sensor => alarm(`${sensor}${sent}`, sent++, sensor)));
    const stuck = new Set<string>();
    for (const value of waiting.slice()) {
      const time = next.get(value.sensor) ?? -Infinity;
      if (stuck.has(value.sensor) || time - (burst - 1) * interval > clock) {
        stuck.add(value.sensor);
        continue;
      }
      next.set(value.sensor, Math.max(time, clock) + interval);
      waiting.splice(waiting.indexOf(value), 1);
      told.push(`${value.text}@${clock}`);
    }
  }
  return told.toSorted();
}

test('whatever crashes, values go on when a bucket of tokens would let them', async () => {
  expect.hasAssertions();
  const arrivals = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 900 }), fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 6 })),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(
      arrivals,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 13 }),
      async (steps, limit, burst, crashAt) => {
        const world = await World.of([limiting({ limit, burst, by: ({ sensor }) => sensor })]);
        const crashed = new Set<number>();
        let moment = 0;
        world.observer = {
          step: task => {
            if (moment++ % 14 !== crashAt || crashed.has(task.epoch)) return;
            crashed.add(task.epoch);
            throw new Crash();
          },
        };
        const times: [number, readonly string[]][] = [];
        const told = new Set<string>();
        let [clock, sent] = [0, 0];
        const drained: [number, readonly string[]][] = [
          ...steps,
          ...Array.from({ length: 60 }, (): [number, string[]] => [1_000, []]),
        ];
        const found: string[] = [];
        for (const [pause, sensors] of drained) {
          clock += pause;
          world.clock.time = clock;
          times.push([clock, sensors]);
          if (sensors.length > 0)
            await world.send(inbox, ...sensors.map(sensor => alarm(`${sensor}${sent}`, sent++, sensor)));
          await settle(world);
          for (const text of await textsOf(world)) {
            if (told.has(text)) continue;
            told.add(text);
            found.push(`${text}@${clock}`);
          }
        }
        expect(found.toSorted()).toEqual(expected(limit, burst, times));
      },
    ),
    {
      numRuns: 12,
      examples: [
        [
          [
            [0, ['a', 'a', 'b']],
            [300, ['a', 'c']],
          ],
          2,
          1,
          9,
        ],
      ],
    },
  );
});
