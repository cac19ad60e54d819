/** Work that fails by chance, against what its own log says: each value is told once, by the outcome that counted. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alarms, readings } from '../../examples/hot-sensors.ts';
import { steps } from '../../src/engine/epoch.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { answered, looking, reading } from '../support/lookups.ts';
import { Random } from '../support/random.ts';
import { Crash, settle } from '../support/settle.ts';
import { World } from '../support/world.ts';

interface Told {
  readonly sensor: string;
  readonly text: string;
}

interface Play {
  readonly order: 'value' | 'completion';
  readonly concurrency: number;
  readonly attempts: number;
  readonly breaker: boolean;
  readonly epochs: readonly number[];
  readonly maxRecords: number;
}

/** Runs a play to its end, crashing where the observer says; answers what was told and every outcome that work came to. */
async function played(play: Play, seed: number, crash: (task: string, epoch: number, point: string) => boolean) {
  const random = new Random(seed);
  const outcomes = new Map<string, Set<string>>();
  const note = (sensor: string, text: string): void => {
    outcomes.set(sensor, (outcomes.get(sensor) ?? new Set()).add(text));
  };
  const { order, concurrency, attempts, breaker, maxRecords } = play;
  let calls = 0;
  const topology = looking({
    order,
    concurrency,
    retry: { attempts },
    ...(breaker ? { breaker: { failures: 3, openFor: 500 } } : {}),
    work: async (value, { attempt }) => {
      const call = ++calls;
      for (let turns = random.below(4); turns > 0; turns--) await Promise.resolve();
      if (random.chance(0.3)) {
        if (attempt === attempts)
          note(value.sensor, attempts === 1 ? `no ${call}` : `no ${call} (after ${attempts} attempts)`);
        throw new Error(`no ${call}`);
      }
      note(value.sensor, `yes ${call}`);
      return answered(value, `yes ${call}`);
    },
  });
  const world = await World.of([topology], { maxRecords });
  world.observer = {
    step: (task, name, moment) => {
      if (crash(task.id, task.epoch, `${moment} ${name}`)) throw new Crash();
    },
  };
  let sent = 0;
  for (const count of play.epochs) {
    if (count > 0) await world.send(readings, ...Array.from({ length: count }, () => reading(`s${sent++}`, sent)));
    await settle(world);
  }
  const yes: Told[] = (await world.output(alarms)).map(({ sensor, text }) => ({ sensor, text }));
  const no: Told[] = (await world.output(deadLetters)).map(({ key, reason }) => ({ sensor: key, text: reason }));
  return { sent, yes, no, outcomes };
}

const plays = fc.record<Play>({
  order: fc.constantFrom('value', 'completion'),
  concurrency: fc.integer({ min: 1, max: 5 }),
  attempts: fc.integer({ min: 1, max: 3 }),
  breaker: fc.boolean(),
  epochs: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }),
  maxRecords: fc.constantFrom(1, 3, 100),
});

/** Each value once, with an outcome that its work came to; in order where that was asked for. */
function judge(play: Play, { sent, yes, no, outcomes }: Awaited<ReturnType<typeof played>>): void {
  const sensors = Array.from({ length: sent }, (_, n) => `s${n}`);
  expect([...yes, ...no].map(({ sensor }) => sensor).toSorted()).toEqual(sensors.toSorted());
  for (const { sensor, text } of [...yes, ...no])
    expect(outcomes.get(sensor)?.has(text), `${sensor}: ${text}`).toBe(true);
  const numbers = (told: readonly Told[]): number[] => told.map(({ sensor }) => Number(sensor.slice(1)));
  if (play.order !== 'value') return;
  for (const told of [numbers(yes), numbers(no)]) expect(told).toEqual(told.toSorted((a, b) => a - b));
}

const someCrash: Play = {
  order: 'completion',
  concurrency: 3,
  attempts: 2,
  breaker: true,
  epochs: [12, 7],
  maxRecords: 3,
};

test('whatever fails and crashes, every value is told once, by an outcome of its own work', async () => {
  expect.hasAssertions();
  await fc.assert(
    fc.asyncProperty(plays, fc.integer(), async (play, seed) => {
      const random = new Random(seed);
      const crashed = new Set<string>();
      const found = await played(play, seed, (task, epoch, point) => {
        const at = `${task} ${epoch} ${point}`;
        if (crashed.has(at) || !random.chance(0.1)) return false;
        crashed.add(at);
        return true;
      });
      judge(play, found);
    }),
    { numRuns: 100, examples: [[someCrash, 7]] },
  );
});

const moments = steps.flatMap(({ name }) => [`before ${name}`, `after ${name}`]);

test.for(moments)('a crash %s of every epoch changes nothing that is told', async point => {
  for (const order of ['value', 'completion'] as const) {
    const play: Play = { ...someCrash, order };
    const crashed = new Set<number>();
    const found = await played(play, 11, (_, epoch, at) => {
      if (at !== point || crashed.has(epoch)) return false;
      crashed.add(epoch);
      return true;
    });
    expect(crashed.size).toBeGreaterThan(3);
    judge(play, found);
  }
});
