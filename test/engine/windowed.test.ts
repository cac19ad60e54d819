import { describe, expect, test } from 'vitest';
import { Graph } from '../../src/engine/graph.ts';
import { BuildError } from '../../src/engine/errors.ts';
import type { TaskRunner } from '../../src/engine/runner.ts';
import {
  hopping,
  session,
  sliding,
  topology,
  tumbling,
  type Fold,
  type RetractableFold,
  type Task,
  type Topology,
} from '../../src/index.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { by, type Click, click, clicks, clicksByPage, poisonPage, rekey, visits, visitsOf } from '../support/clicks.ts';
import { ids } from '../support/ids.ts';
import { records, repeats } from '../support/consumer.ts';
import { Crash } from '../support/settle.ts';
import { World, type WorldOptions } from '../support/world.ts';

/** A whole hour, so that windows begin there. */
const noon = 1_699_999_200_000;
const { lateness, idleAfter } = clicks;

async function worldOf(windows: Topology, options: WorldOptions = {}): Promise<World> {
  const world = await World.of([windows], options);
  world.clock.time = noon;
  return world;
}

/** Steps until there is nothing to do and answers the epochs; an engine that never comes to rest would hang the test. */
async function finish(run: TaskRunner): Promise<number> {
  let epochs = 0;
  while (epochs < 20 && (await run.step())) epochs++;
  expect(epochs).toBeLessThan(20);
  return epochs;
}

/** What was told, as `start-end key: clicks`, counted from noon. */
const told = async (world: World): Promise<string[]> =>
  (await world.output(visits)).map(
    ({ key, start, end, value, retracted }) =>
      `${start - noon}-${end - noon} ${key}: ${retracted ? 'none' : value.join(' ')}`,
  );

const minute = tumbling({ size: 60, grace: 20 });

describe('windows', () => {
  test('are told once, when event time has passed their end and their grace', async () => {
    const world = await worldOf(visitsOf(minute, { emit: 'close' }));
    const run = await world.open('visits');
    await world.send(
      clicks,
      click(0, noon + 5),
      click(1, noon + 60),
      click(2, noon + 59),
      click(3, noon + 79 + lateness),
    );
    await finish(run);
    expect(await told(world)).toEqual([]);
    await world.send(clicks, click(4, noon + 80 + lateness));
    await finish(run);
    expect(await told(world)).toEqual(['0-60 home: 0 2']);
  });

  test('take what comes late until then, and what comes later is a dead letter', async () => {
    const world = await worldOf(visitsOf(minute, { emit: 'close' }));
    const run = await world.open('visits');
    await world.send(
      clicks,
      click(0, noon + 79 + lateness),
      click(1, noon + 1),
      click(2, noon + 80 + lateness),
      click(3, noon + 2),
    );
    await finish(run);
    expect(await told(world)).toEqual(['0-60 home: 1']);
    expect(await world.output(deadLetters)).toMatchObject([{ offset: 3, reason: expect.stringContaining('late') }]);
  });

  test('give what is late to the sink that asks for it, as the value that it is', async () => {
    const late = topology('visits', task => {
      const options = { by, fold: ids, emit: 'close', late: task.write(clicksByPage) } as const;
      task
        .read(clicks)
        .pipe(task.windowed('visits', minute, options))
        .subscribe(task.write(visits));
    });
    const world = await worldOf(late);
    await world.send(clicks, click(0, noon + 500), click(1, noon));
    await finish(await world.open('visits'));
    expect(await world.output(clicksByPage)).toEqual([click(1, noon)]);
    expect(await world.output(deadLetters)).toEqual([]);
  });

  test('close as time goes on, though no further event comes, and nothing happens without a purpose', async () => {
    const world = await worldOf(visitsOf(minute, { emit: 'close' }));
    const run = await world.open('visits');
    await world.send(clicks, click(0, noon + 5));
    await finish(run);
    world.clock.time += idleAfter;
    await finish(run);
    world.clock.time += 80 - 5 + lateness - 1;
    expect(await finish(run)).toBe(0);
    world.clock.time += 1;
    expect(await finish(run)).toBe(1);
    expect(await told(world)).toEqual(['0-60 home: 0']);
    world.clock.time += 60_000;
    expect(await finish(run)).toBe(0);
  });

  test('that close without an event tell the very same bytes when a crash makes them tell it again', async () => {
    let crashing = false;
    const observer: WorldOptions['observer'] = {
      step: (_, name) => {
        if (crashing && name === 'checkpoint') throw new Crash();
      },
    };
    const world = await worldOf(visitsOf(minute, { emit: 'close' }), { observer });
    const run = await world.open('visits');
    await world.send(clicks, click(0, noon + 5));
    await finish(run);
    world.clock.time += idleAfter;
    await finish(run);
    world.clock.time += 1_000;
    crashing = true;
    await expect(run.step()).rejects.toThrow(Crash);
    crashing = false;
    await finish(await world.open('visits'));
    expect(await repeats(world.transport, visits.name)).toBe(1);
    expect(await told(world)).toEqual(['0-60 home: 0']);
  });

  test('forget what a failed epoch has put into them', async () => {
    const world = await worldOf(visitsOf(minute, { emit: 'update' }));
    const run = await world.open('visits');
    await world.send(clicks, click(0, noon), click(1, noon + 100), click(2, noon + 60));
    await finish(run);
    await world.send(clicks, click(3, noon + 61), click(4, noon + 300), click(5, noon + 300, { page: poisonPage }));
    await world.send(clicks, click(6, noon + 301));
    await finish(run);
    expect(await told(world)).toEqual(['0-60 home: 0', '60-120 home: 1 2', '60-120 home: 1 2 3', '300-360 home: 4 6']);
    expect(await world.output(deadLetters)).toMatchObject([{ offset: 5 }]);
  });

  test('refuse a time with which nothing can be reckoned, and go on', async () => {
    const world = await worldOf(visitsOf(hopping({ size: 60, every: 20 }), { emit: 'close' }));
    await world.send(clicks, click(0, noon), click(1, 1e300), click(2, -1e300), click(3, noon + 200));
    await finish(await world.open('visits'));
    expect(await told(world)).toEqual(['-40-20 home: 0', '-20-40 home: 0', '0-60 home: 0']);
    expect(await world.output(deadLetters)).toMatchObject(
      [1, 2].map(offset => ({ offset, reason: expect.stringContaining('no instant') })),
    );
  });
});

test.for([
  ['text', (value: readonly number[]) => value.join()],
  ['bytes', (value: readonly number[]) => Buffer.from(value.join())],
] as const)('a codec of %s keeps what windows hold over a restart, also what is empty', async ([, encode]) => {
  const codec = {
    version: 'joined-1',
    encode,
    decode: (stored: string | Uint8Array) => {
      const text = Buffer.from(stored).toString();
      return text === '' ? [] : text.split(',').map(Number);
    },
  };
  const evens = { ...ids, add: (into: number[], { id }: { id: number }) => (id % 2 === 0 ? [...into, id] : into) };
  const world = await worldOf(visitsOf(minute, { emit: 'update', throttle: 1_000, fold: evens, codec }));
  for (const id of [1, 3, 4, 6]) {
    await world.send(clicks, click(id, noon + id));
    await finish(await world.open('visits'));
  }
  world.clock.time += 1_000;
  await finish(await world.open('visits'));
  expect(await told(world)).toEqual(['0-60 home: ', '0-60 home: 4 6']);
});

describe('updates', () => {
  test('are told at the end of an epoch, each window once, and on close only what was not told', async () => {
    const world = await worldOf(visitsOf(hopping({ size: 60, every: 30 }), { emit: 'update' }), { maxRecords: 2 });
    const run = await world.open('visits');
    await world.send(clicks, click(0, noon + 5), click(1, noon + 6), click(2, noon + 40), click(3, noon + 1_000));
    await finish(run);
    expect(await told(world)).toEqual([
      '-30-30 home: 0 1',
      '0-60 home: 0 1',
      // Told on close, because the epoch that changed them closed them as well.
      '0-60 home: 0 1 2',
      '30-90 home: 2',
      '960-1020 home: 3',
      '990-1050 home: 3',
    ]);
  });

  test('that are throttled are told when they are due, though nothing more comes', async () => {
    const world = await worldOf(visitsOf(minute, { emit: 'update', throttle: 1_000 }));
    let run = await world.open('visits');
    for (const id of [0, 1, 2]) {
      await world.send(clicks, click(id, noon + id));
      await finish(run);
      world.clock.time += 300;
    }
    expect(await told(world)).toEqual(['0-60 home: 0']);
    run = await world.open('visits');
    expect(await finish(run)).toBe(0);
    world.clock.time += 100;
    expect(await finish(run)).toBe(1);
    expect(await told(world)).toEqual(['0-60 home: 0', '0-60 home: 0 1 2']);
    world.clock.time += 2_000;
    expect(await finish(run)).toBe(0);
  });

  test('that are withheld are told when the window closes', async () => {
    const world = await worldOf(visitsOf(minute, { emit: 'update', throttle: 1_000 }));
    const run = await world.open('visits');
    for (const id of [0, 1]) {
      await world.send(clicks, click(id, noon + id));
      await finish(run);
    }
    await world.send(clicks, click(2, noon + 80 + lateness));
    await finish(run);
    expect(await told(world)).toEqual(['0-60 home: 0', '0-60 home: 0 1']);
  });

  test('survive another throttle in the next release', async () => {
    const world = await worldOf(visitsOf(minute, { emit: 'update', throttle: 1_000 }));
    const run = await world.open('visits');
    for (const id of [0, 1]) {
      await world.send(clicks, click(id, noon + id));
      await finish(run);
    }
    for (const throttle of [0, 500, 0]) {
      await world.deploy([visitsOf(minute, { emit: 'update', throttle })]);
      await world.send(clicks, click(2 + throttle, noon + 2));
      await finish(await world.open('visits'));
      world.clock.time += 500;
      await finish(await world.open('visits'));
    }
    expect(await told(world)).toEqual([
      '0-60 home: 0',
      '0-60 home: 0 1 2',
      '0-60 home: 0 1 2 502',
      '0-60 home: 0 1 2 502 2',
    ]);
  });
});

test.for([
  ['tumbling windows', minute],
  ['sliding windows', sliding({ size: 60, grace: 20 })],
  ['sessions', session({ gap: 60, grace: 20 })],
] as const)('of %s a value is taken back, whether what takes it back comes after it or before', async ([, windows]) => {
  const fold: RetractableFold<Click, number[]> = {
    ...counted,
    retract: (from, { id }) => [(from[0] ?? 0) - (id % 10)],
  };
  const takesBack = ({ id }: Click): boolean => id >= 10;
  const taking = topology('visits', task => {
    const summed = task.windowed('visits', windows, { by, fold, takesBack, emit: 'close' });
    task.read(clicks).pipe(summed).subscribe(task.write(visits));
  });
  const world = await worldOf(taking);
  await world.send(clicks, click(1, noon + 5), click(14, noon + 6), click(4, noon + 6), click(11, noon + 6));
  await world.send(clicks, click(3, noon + 6), click(0, noon + 900));
  await finish(await world.open('visits'));
  expect((await told(world)).at(-1)).toMatch(/ home: 3$/);
});

/** The sum of the numbers of clicks. */
const counted: Fold<Click, number[]> = {
  initial: () => [0],
  add: (into, { id }) => [(into[0] ?? 0) + id],
  merge: (a, b) => [(a[0] ?? 0) + (b[0] ?? 0)],
};

describe('periodically', () => {
  const every = { every: 30 };

  test('windows are told when event time passes a multiple of the period, and on close only what was not told', async () => {
    const world = await worldOf(visitsOf(minute, { emit: every }), { maxRecords: 1 });
    const run = await world.open('visits');
    const times = [5, 20, 29 + lateness, 30 + lateness, 50, 70 + lateness, 80 + lateness];
    await world.send(clicks, ...times.map((at, id) => click(id, noon + at)));
    await finish(run);
    // Event time is `lateness` behind: it passes 0 with the second click, 30 with the fourth, 60 with the sixth.
    expect(await told(world)).toEqual(['0-60 home: 0', '0-60 home: 0 1 2', '0-60 home: 0 1 2 3 4']);
  });

  test('what has changed is told after a restart, too', async () => {
    const world = await worldOf(visitsOf(minute, { emit: every }));
    for (const [id, at] of [0, 10].entries()) {
      await world.send(clicks, click(id, noon + at, { page: `page-${id}` }));
      await finish(await world.open('visits'));
    }
    expect(await told(world)).toEqual([]);
    world.clock.time += idleAfter;
    await finish(await world.open('visits'));
    world.clock.time += 30;
    await finish(await world.open('visits'));
    expect(await told(world)).toEqual(['0-60 page-0: 0', '0-60 page-1: 1']);
  });
});

describe('sessions', () => {
  const visit = session({ gap: 30 });

  test('become one when something comes between them, and what was told of the later one is taken back', async () => {
    const world = await worldOf(visitsOf(visit, { emit: 'update' }), { maxRecords: 2 });
    const run = await world.open('visits');
    await world.send(clicks, click(0, noon), click(1, noon + 40), click(2, noon + 29), click(3, noon + 39));
    await finish(run);
    expect(await told(world)).toEqual(['0-30 home: 0', '40-70 home: 1', '40-70 home: none', '0-70 home: 0 1 2 3']);
  });

  test('that begin earlier than was told are told anew', async () => {
    const world = await worldOf(visitsOf(visit, { emit: 'update' }), { maxRecords: 1 });
    await world.send(clicks, click(0, noon), click(1, noon - 10));
    await finish(await world.open('visits'));
    expect(await told(world)).toEqual(['0-30 home: 0', '0-30 home: none', '-10-30 home: 0 1']);
  });

  test('end where nothing came for exactly the gap', async () => {
    const world = await worldOf(visitsOf(visit, { emit: 'close' }));
    await world.send(clicks, click(0, noon), click(1, noon + 29), click(2, noon + 59), click(3, noon + 500));
    await finish(await world.open('visits'));
    expect(await told(world)).toEqual(['0-59 home: 0 1', '59-89 home: 2']);
  });

  test('hold the watermark of the task as long as they are open, without epochs to no purpose', async () => {
    // It waits for event time, so it is told of it.
    const reader = topology('reader', task => {
      task
        .read(visits)
        .pipe(task.distinct('visits', { by: ({ key }) => key, horizon: 1_000 }))
        .subscribe(task.late());
    });
    const world = await World.of([visitsOf(session({ gap: 100_000 }), { emit: 'update' }), reader]);
    world.clock.time = noon;
    const run = await world.open('visits');
    for (let n = 0; n < 5; n++) await world.send(clicks, click(n, noon + n * 60_000));
    await finish(run);
    expect(run.task.outputWatermark).toBe(noon);
    world.clock.time += idleAfter;
    for (let n = 0; n < 9; n++) {
      await finish(run);
      world.clock.time += 20_000;
    }
    expect(run.task.outputWatermark).toBeGreaterThan(noon);
  });
});

describe('what is told', () => {
  test.for([
    ['tumbling windows', minute],
    ['hopping windows', hopping({ size: 90, every: 20 })],
    ['sessions', session({ gap: 30, grace: 5 })],
  ] as const)(
    'of %s is never behind the watermark that readers have, also when many close at once',
    async ([, windows]) => {
      const world = await worldOf(visitsOf(windows, { emit: 'close' }), { maxRecords: 7 });
      const times = [0, 10, 70, 55, 200, 190, 260, 9_000, 9_100, 9_090, 50_000];
      await world.send(clicks, ...times.map((at, id) => click(id, noon + at, { page: `page-${id % 3}` })));
      await finish(await world.open('visits'));
      let before = -Infinity;
      const found = await records(world.transport, visits);
      expect(found.length).toBeGreaterThan(5);
      for (const { value, watermark } of found) {
        expect(value?.start ?? Infinity).toBeGreaterThanOrEqual(before);
        expect(watermark).toBeGreaterThanOrEqual(before);
        before = watermark;
      }
    },
  );
});

const partitions = new Map(['clicks', 'clicks-by-page', 'visits', 'dead-letters'].map(name => [name, 1]));
const bare: object = { next: () => {}, error: () => {}, complete: () => {} };
const options = { by, fold: ids, emit: 'update' } as const;

const refused: readonly (readonly [what: string, says: string, build: (task: Task) => void])[] = [
  [
    'windows that follow windows',
    "the windows of step 'second' follow",
    task => {
      const first = task.windowed('first', minute, options);
      const second = task.windowed('second', minute, {
        by: () => '',
        fold: { initial: () => 0, add: n => n + 1, merge: (a, b) => a + b },
        emit: 'close',
      });
      task
        .read(clicks)
        .pipe(first, second)
        .subscribe(task.replace('visits', { id: ({ key }) => key, body: () => null }));
    },
  ],
  [
    'a throttle on what is told on close',
    'emits on close and is throttled',
    task => visitsOf(minute, { emit: 'close', throttle: 5 }).build(task),
  ],
  ['a period of no length', 'cannot emit every 0 ms', task => visitsOf(minute, { emit: { every: 0 } }).build(task)],
  [
    'a throttle that is no duration',
    'cannot be throttled to NaN',
    task => visitsOf(minute, { emit: 'update', throttle: NaN }).build(task),
  ],
  [
    'an observer of its own for what is late',
    'an observer of its own',
    task =>
      visitsOf(minute, { emit: 'close', late: { next: () => {}, error: () => {}, complete: () => {} } }).build(task),
  ],
  [
    'an option that does not exist',
    "no 'next' among the options",
    task => visitsOf(minute, { emit: 'close', ...bare }).build(task),
  ],
];

test.for(refused)('the build refuses %s', ([, says, build]) => {
  expect(() => new Graph([topology('a-topology', build)], partitions)).toThrow(BuildError);
  expect(() => new Graph([topology('a-topology', build)], partitions)).toThrow(says);
});

test('a release whose windows are others does not take over what the old ones hold', async () => {
  const world = await worldOf(visitsOf(minute, { emit: 'close' }));
  await world.send(clicks, click(0, noon));
  await finish(await world.open('visits'));
  await world.deploy([visitsOf(tumbling({ size: 60, grace: 21 }), { emit: 'close' })]);
  await expect(world.open('visits')).rejects.toThrow("has 'visits' as 'windowed tumbling 60/60+20 close json-1'");
});

test('the graph shows where late values go', () => {
  const graph = new Graph([rekey, visitsOf(minute, { emit: 'close' }, clicksByPage)], partitions);
  expect(graph.topologies[1]?.edges).toContainEqual({ from: 'step:visits', to: 'late' });
});
