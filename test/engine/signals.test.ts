/** Signals: decisions that no log determines are journalled, so that nothing that happens afterwards changes them. */
import { describe, expect, test } from 'vitest';
import { type Reading, readings } from '../../examples/hot-sensors.ts';
import { steps } from '../../src/engine/epoch.ts';
import { BuildError } from '../../src/engine/errors.ts';
import { topology } from '../../src/engine/topology.ts';
import { Unavailable } from '../../src/errors.ts';
import { Random } from '../support/random.ts';
import { expectedAlarms, factorOf, type Named, scaled, toldAlarms } from '../support/scaled.ts';
import { Crash, settle } from '../support/settle.ts';
import { OfferedSignals } from '../support/signals.ts';
import { World } from '../support/world.ts';

const reading = (n: number): Reading => ({ sensor: `s${n % 5}`, celsius: n, at: n });

async function worldOf(source = new OfferedSignals<Named>(), load?: (name: string) => Promise<number>) {
  const world = await World.of([scaled({ source, ...(load === undefined ? {} : { load }) })], { maxRecords: 10 });
  return { world, source };
}

test('a signal is taken before the records of its epoch, once, and wakes a task that has nothing to read', async () => {
  const { world, source } = await worldOf();
  const run = await world.open('scaled');
  expect(await run.step()).toBe(false);
  source.offer({ name: 'x3' });
  expect(await run.step()).toBe(true);
  expect(source.took).toEqual([{ name: 'x3' }]);
  expect(await run.step()).toBe(false);
  source.offer({ name: 'x4' }, { name: 'x5' });
  await world.send(readings, reading(2));
  expect(await run.step()).toBe(true);
  expect(await toldAlarms(world)).toEqual(['s2 10']);
});

test('a task that waits for news is woken by a signal', async () => {
  const { world, source } = await worldOf();
  // Its waits do not end by themselves: only news does.
  world.clock.sleep = (_, signal) =>
    new Promise(resolve => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve());
    });
  const run = await world.open('scaled');
  const stop = new AbortController();
  const running = run.run(stop.signal);
  source.offer({ name: 'x2' });
  await expect.poll(() => source.took).toEqual([{ name: 'x2' }]);
  stop.abort();
  await running;
});

const moments = steps.flatMap(({ name }) => [['before', name] as const, ['after', name] as const]);

describe('whatever was journalled counts', () => {
  test.for(moments)('after a crash %s %s of every epoch, whatever the next process offers', async ([moment, step]) => {
    const { world, source } = await worldOf();
    const random = new Random(moments.length);
    const sent = Array.from({ length: 200 }, (_, n) => reading(n));
    const seen = new Set<number>();
    world.observer = {
      step: ({ epoch }, name, when) => {
        if (name !== step || when !== moment || seen.has(epoch)) return;
        seen.add(epoch);
        // Somebody else's source: it knows nothing of what this one had offered, and has its own.
        source.forget();
        if (random.chance(0.5)) source.offer({ name: `x${random.between(2, 99)}` });
        throw new Crash();
      },
    };
    for (let from = 0; from < sent.length; from += 25) {
      source.offer({ name: `x${random.between(2, 99)}` });
      await world.send(readings, ...sent.slice(from, from + 25));
      await settle(world, () => (random.chance(0.3) ? { store: World.emptyStore() } : {}));
    }
    expect(seen.size).toBeGreaterThan(5);
    const expected = await expectedAlarms(world, [sent]);
    expect(expected).toHaveLength(sent.length);
    expect(await toldAlarms(world)).toEqual(expected);
  });

  test('and not what the source says when its epoch is executed again', async () => {
    const { world, source } = await worldOf();
    await world.send(readings, reading(1));
    source.offer({ name: 'x7' });
    let killed = false;
    world.observer = {
      step: (_, step, moment) => {
        if (killed || step !== 'flush' || moment !== 'before') return;
        killed = true;
        source.forget();
        throw new Crash();
      },
    };
    expect(await settle(world)).toBe(1);
    expect(await toldAlarms(world)).toEqual(['s1 7']);
    expect(source.took).toEqual([{ name: 'x7' }]);
  });
});

describe('what a signal names', () => {
  test('is loaded again for a plan that is executed again, and asked for again where its port is away', async () => {
    const source = new OfferedSignals<Named>();
    const loads: string[] = [];
    const { world } = await worldOf(source, async name => {
      loads.push(name);
      if (loads.length === 1) throw new Unavailable('The store is away', 'Wait');
      return factorOf(name);
    });
    source.offer({ name: 'x3' });
    await world.send(readings, reading(1));
    await (await world.open('scaled')).step();
    expect(loads).toEqual(['x3', 'x3']);
    const again = await world.open('scaled', 0, { store: World.emptyStore() });
    expect(loads).toEqual(['x3', 'x3', 'x3']);
    await world.send(readings, reading(2));
    await again.step();
    expect(await toldAlarms(world)).toEqual(['s1 3', 's2 6']);
  });

  test('stops the task where it cannot be loaded, and nothing is emitted', async () => {
    const source = new OfferedSignals<Named>();
    const { world } = await worldOf(source, () => Promise.reject(new Error('no such factor')));
    source.offer({ name: 'x3' });
    await expect((await world.open('scaled')).step()).rejects.toThrow('no such factor');
    expect(await toldAlarms(world)).toEqual([]);
  });

  test('is not waited for once the task is told to stop; the next process loads it', async () => {
    const source = new OfferedSignals<Named>();
    const loading = Promise.withResolvers<void>();
    let patient = false;
    const { world } = await worldOf(source, async name => {
      loading.resolve();
      if (patient) return factorOf(name);
      await new Promise((_, reject) => stop.signal.addEventListener('abort', () => reject(new Error('left off'))));
      return NaN;
    });
    const stop = new AbortController();
    source.offer({ name: 'x3' });
    await world.send(readings, reading(1));
    const running = (await world.open('scaled')).run(stop.signal);
    await loading.promise;
    stop.abort();
    await running;
    patient = true;
    await world.open('scaled');
    expect(await toldAlarms(world)).toEqual(['s1 3']);
  });

  test('may not be carried by the plan itself where it is large', async () => {
    const { world, source } = await worldOf();
    source.offer({ name: 'x'.repeat(70_000) });
    await expect((await world.open('scaled')).step()).rejects.toThrow(/Put what is large where `prepare` can load it/);
  });
});

test('a topology that no longer has the signals of its journal is refused', async () => {
  const { world, source } = await worldOf();
  source.offer({ name: 'x3' });
  await world.send(readings, reading(1));
  await (await world.open('scaled')).step();
  await world.deploy([topology('scaled', task => task.read(readings, { all: true }).subscribe(task.late()))]);
  const open = world.open('scaled', 0, { store: World.emptyStore() });
  await expect(open).rejects.toMatchObject({ code: 'INCOMPATIBLE_STATE' });
});

test('signals that are subscribed twice are refused', async () => {
  const twice = topology('twice', task => {
    const source = new OfferedSignals<Named>();
    const signals = task.signals('s', { source, prepare: async () => reading(1) });
    signals.subscribe(task.write(readings));
    signals.subscribe(task.write(readings));
  });
  await expect(World.of([twice])).rejects.toThrow(BuildError);
});
