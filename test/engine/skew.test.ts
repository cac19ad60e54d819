/** Partitions that are kept near to each other in event time: nothing else comes of it, and less is kept meanwhile. */
import fc from 'fast-check';
import { map } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { TaskRunner } from '../../src/engine/runner.ts';
import { decodePlan } from '../../src/engine/plan.ts';
import { steps } from '../../src/engine/epoch.ts';
import { Engine } from '../../src/engine/engine.ts';
import { type ReadOptions, seconds, topology, type Topology, tumbling, untimed } from '../../src/index.ts';
import { partitionOf } from '../../src/transport/partitioner.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { by, type Click, click, clicks, clicksByPage, rekey, visits } from '../support/clicks.ts';
import { ids } from '../support/ids.ts';
import { Random } from '../support/random.ts';
import { Crash, settle } from '../support/settle.ts';
import { World } from '../support/world.ts';

const size = 10;
const { lateness, idleAfter } = clicks;

/** Windows over all partitions of a stream, each click shown to `look` first. */
const counting = (options: ReadOptions<Click>, from = clicks, look: (click: Click) => void = () => {}): Topology =>
  topology('visits', task => {
    task
      .read(from, { all: true, ...options })
      .pipe(
        map(one => {
          look(one);
          return one;
        }),
        task.windowed('visits', tumbling({ size }), { by, fold: ids, emit: 'close' }),
      )
      .subscribe(task.write(visits));
  });

/** A visitor whose clicks are in each of so many partitions. */
const visitorsOf = (partitions: number): string[] =>
  Array.from({ length: partitions }, (_, partition) => {
    for (let n = 0; ; n++) if (partitionOf(`visitor ${n}`, partitions) === partition) return `visitor ${n}`;
  });

/** In each partition clicks that are in time there, over a stretch of time that begins and ends where chance has it. */
function backlog(partitions: number, random: Random): Click[] {
  let id = 0;
  return visitorsOf(partitions).flatMap(visitor => {
    const [from, every] = [random.below(300), random.between(1, 40)];
    return Array.from({ length: random.below(40) }, (_, n) =>
      click(id++, from + n * every - random.below(lateness), { visitor, page: random.pick(['home', 'help', 'shop']) }),
    );
  });
}

const expectedOf = (sent: readonly Click[]): string[] => {
  const windows = new Map<string, number[]>();
  for (const { id, page, at } of sent) {
    const window = `${page}@${Math.floor(at / size) * size}`;
    windows.set(window, [...(windows.get(window) ?? []), id]);
  }
  return [...windows].map(([window, held]) => `${window}=${held.sort((a, b) => a - b).join('+')}`).sort();
};

const offsets = ({ task }: TaskRunner): number[] =>
  task.inputs.get('clicks')?.positions.map(({ offset }) => offset) ?? [];

const toldIn = async (world: World): Promise<string[]> =>
  (await world.output(visits))
    .map(({ key, start, value }) => `${key}@${start}=${[...value].sort((a, b) => a - b).join('+')}`)
    .sort();

/** Crashes at random steps, ten times at most, and now and then loses the disk, until all is read and every window has closed. */
async function run(world: World, random: Random, partitions: number): Promise<void> {
  // Who has to execute hundreds of epochs again from an empty disk would never come to their end.
  let crashes = 10;
  world.observer = {
    step: () => {
      if (crashes > 0 && random.chance(0.1 / steps.length) && crashes-- > 0) throw new Crash();
    },
  };
  let store = world.store;
  for (const wait of [...Array.from({ length: 2 * partitions + 2 }, () => idleAfter), 10_000, 10_000]) {
    await settle(world, () => {
      if (random.chance(0.3)) store = World.emptyStore();
      return { store };
    });
    world.clock.time += wait;
  }
  await settle(world, () => ({ store }));
}

test.for([
  ['from outside', clicks],
  ['of tasks', clicksByPage],
] as const)('the results are those of the definition, without anybody being late: values %s', async ([, from]) => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(0, 1, 25, 200, Infinity),
      fc.constantFrom(1, 3, 10, 200),
      fc.integer({ min: 1, max: 1_000_000 }),
      async (partitions, maxSkew, maxRecords, seed) => {
        const random = new Random(seed);
        const reader = counting({ maxSkew }, from);
        const world = await World.of(from === clicks ? [reader] : [rekey, reader], { partitions, maxRecords });
        const sent = backlog(partitions, random);
        await world.send(clicks, ...sent);
        await run(world, random, partitions);
        expect(await toldIn(world)).toEqual(expectedOf(sent));
        expect(await world.output(deadLetters)).toEqual([]);
      },
    ),
    {
      numRuns: 30,
      examples: [
        [4, 0, 200, 1],
        [3, 25, 10, 2],
      ],
    },
  );
});

test('of what is applied all but the newest record of a partition is within the skew of event time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 4 }),
      fc.constantFrom(0, 1, 25, 60),
      fc.constantFrom(1, 3, 10, 200),
      fc.integer({ min: 1, max: 1_000_000 }),
      async (partitions, maxSkew, maxRecords, seed) => {
        const marks = new Map<string, number>();
        const ahead: string[] = [];
        let watermark = (): number => -Infinity;
        const reader = counting({ maxSkew }, clicks, ({ visitor, at }) => {
          const mark = marks.get(visitor) ?? -Infinity;
          if (mark > watermark() + maxSkew) ahead.push(`${visitor} was at ${mark}, event time at ${watermark()}`);
          marks.set(visitor, Math.max(mark, at - lateness));
        });
        const world = await World.of([reader], { partitions, maxRecords });
        // All have begun at one time: before that, event time is nowhere.
        const begun = visitorsOf(partitions).map((visitor, n) => click(1_000 + n, 0, { visitor }));
        await world.send(clicks, ...begun, ...backlog(partitions, new Random(seed)));
        const runner = await world.open('visits');
        watermark = () => runner.task.eventTime.watermark;
        for (let turn = 0; turn < 2 * partitions + 2; turn++) {
          for (let epochs = 0; (await runner.step()) && epochs < 2_000; epochs++);
          world.clock.time += idleAfter;
        }
        expect(ahead).toEqual([]);
        expect(offsets(runner)).toEqual(
          await Promise.all(
            Array.from(
              { length: partitions },
              async (_, partition) => (await world.transport.bounds({ topic: 'clicks', partition })).end,
            ),
          ),
        );
      },
    ),
    {
      numRuns: 40,
      examples: [
        [2, 0, 200, 1],
        [4, 25, 3, 2],
      ],
    },
  );
});

/** Two partitions of which the first is far longer in time than one epoch; the second begins where the first does. */
async function unequal(options: ReadOptions<Click>, maxRecords = 100): Promise<{ world: World; most: number }> {
  const [first = '', second = ''] = visitorsOf(2);
  let most = 0;
  const world = await World.of([counting(options)], { partitions: 2, maxRecords });
  world.observer = {
    committed: ({ id }) => {
      most = Math.max(most, [...world.store.entries(id)].length);
    },
  };
  await world.send(clicks, ...Array.from({ length: 400 }, (_, n) => click(n, 10 * n, { visitor: first })));
  await world.send(clicks, ...Array.from({ length: 4_000 }, (_, n) => click(n, n, { visitor: second })));
  await world.drain();
  return { world, most };
}

describe('a partition that is ahead', () => {
  test('makes windows keep what is between the two, unless it is kept back', async () => {
    expect((await unequal({})).most).toBeGreaterThan(180);
    expect((await unequal({ maxSkew: 50 })).most).toBeLessThanOrEqual((50 + lateness) / size + 3);
  });

  test('does not make epochs small: several turns fit into one', async () => {
    const { world } = await unequal({ maxSkew: 50 });
    const plans = await world.documents.journal.after('visits/0', 0, 10_000);
    const spans = plans.map(({ plan }) => decodePlan('visits/0', plan).spans.length);
    expect(Math.max(...spans)).toBeGreaterThan(2);
    expect(plans.length).toBeLessThan(120);
  });

  /** The first partition has one click, the second many that lead away from it. */
  async function leading(): Promise<World> {
    const world = await World.of([counting({ maxSkew: 50 })], { partitions: 2 });
    const [first = '', second = ''] = visitorsOf(2);
    await world.send(clicks, click(0, 0, { visitor: first }));
    await world.send(clicks, ...Array.from({ length: 20 }, (_, n) => click(n, 20 * n, { visitor: second })));
    return world;
  }
  const read = async (world: World): Promise<number[]> => offsets(await world.open('visits'));

  test('waits for one without records until that has been quiet for long enough, and is not idle itself', async () => {
    const world = await leading();
    const runner = await world.open('visits');
    while (await runner.step());
    expect(offsets(runner)).toEqual([1, 4]);
    expect(runner.task.due).toBe(idleAfter);
    world.clock.time += idleAfter - 1;
    expect(await runner.step()).toBe(false);
    world.clock.time += 1;
    while (await runner.step());
    expect(offsets(runner)).toEqual([1, 20]);
    expect((await world.output(deadLetters)).length).toBe(0);
  });

  test('goes on as far as news of the other let it, at once', async () => {
    const world = await leading();
    await world.drain();
    const [first = ''] = visitorsOf(2);
    await world.send(clicks, click(1, 100, { visitor: first }));
    await world.drain();
    expect(await read(world)).toEqual([2, 9]);
  });

  test('is waited for by who runs until all is read', async () => {
    const world = await leading();
    const { transport, documents, store, registry, clock } = world;
    const limits = { maxRecords: 1_000, budgetBytes: 1 << 22 };
    const topologies = [counting({ maxSkew: 50 })];
    const engine = await Engine.open({ topologies, transport, documents, store, registry, clock, ...limits });
    await engine.runUntilCaughtUp(AbortSignal.timeout(60_000));
    expect(await read(world)).toEqual([1, 20]);
  });

  test('never waits for one that a task writes and that was silent for as long as its stream allows', async () => {
    const world = await World.of([rekey, counting({ maxSkew: 50, idleAfter: Infinity }, clicksByPage)], {
      partitions: 2,
    });
    const reader = await world.open('visits');
    const [other = '', page = ''] = [0, 1].map(
      partition => ['home', 'help', 'shop', 'cart'].find(name => partitionOf(name, 2) === partition) ?? '',
    );
    const both = visitorsOf(2);
    await world.send(clicks, ...both.map(visitor => click(0, 0, { visitor, page: other })));
    for (const visitor of both)
      await world.send(clicks, ...Array.from({ length: 20 }, (_, n) => click(n, 100 * n, { visitor, page })));
    for (const partition of [0, 1]) while (await (await world.open('rekey', partition)).step());
    for (let epochs = 0; (await reader.step()) && epochs < 99; epochs++);
    expect(reader.task.held.size).toBe(1);
    world.clock.time += clicksByPage.idleAfter;
    for (let epochs = 0; (await reader.step()) && epochs < 99; epochs++);
    expect(reader.task.inputs.get('clicks-by-page')?.positions[1]?.offset).toBe(40);
  });
});

test.for<[string, ReadOptions<Click>, RegExp]>([
  ['below 0', { maxSkew: -1 }, /'maxSkew' among the options of reading 'clicks' is -1/],
  ['of an input without event time', { maxSkew: 1, watermark: untimed() }, /a skew, and no event time/],
  ['of a clocked input', { maxSkew: seconds(1), upTo: clicksByPage }, /both a clock and/],
])('a skew %s is refused', async ([, options, message]) => {
  await expect(World.of([counting(options)])).rejects.toThrow(message);
});
