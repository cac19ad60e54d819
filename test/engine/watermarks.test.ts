/** How event time is told from the values of an input: who is in time, who is late, and what is told when. */
import { describe, expect, test } from 'vitest';
import {
  boundedLateness,
  monotonic,
  punctuated,
  type ReadOptions,
  seconds,
  stream,
  topology,
  tumbling,
  untimed,
  type Watermark,
} from '../../src/index.ts';
import { BuildError } from '../../src/engine/errors.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { partitionOf } from '../../src/transport/partitioner.ts';
import { by, type Click, click, clicks, clicksByPage, visits } from '../support/clicks.ts';
import { ids } from '../support/ids.ts';
import { World } from '../support/world.ts';

/** Windows of ten, told when they close. */
const counting = (options: ReadOptions<Click>, from = clicks) =>
  topology('visits', task => {
    task
      .read(from, options)
      .pipe(task.windowed('visits', tumbling({ size: 10 }), { by, fold: ids, emit: 'close' }))
      .subscribe(task.write(visits));
  });

const told = async (world: World): Promise<string[]> =>
  (await world.output(visits)).map(({ start, end, value }) => `[${start},${end})=${value.join('+')}`);

const lateIds = async (world: World): Promise<number[]> =>
  (await world.output(deadLetters)).filter(({ reason }) => reason.startsWith('late')).map(({ offset }) => offset);

/** One click after the other, at these times, numbered from 0. */
async function played(options: ReadOptions<Click>, times: readonly number[], from = clicks): Promise<World> {
  const world = await World.of([counting(options, from)]);
  await world.send(from, ...times.map((at, id) => click(id, at)));
  await world.drain();
  return world;
}

describe('a watermark of the reader', () => {
  const times = [0, 12, 9, 25, 14];

  test.for<[string, ReadOptions<Click>, string[], number[]]>([
    ['by the stream, twelve behind', {}, ['[0,10)=0+2'], []],
    ['ten behind', { watermark: boundedLateness(10) }, ['[0,10)=0+2'], []],
    ['of the newest value', { watermark: monotonic() }, ['[0,10)=0', '[10,20)=1'], [2, 4]],
  ])('%s', async ([, options, windows, late]) => {
    const world = await played(options, times);
    expect(await told(world)).toEqual(windows);
    expect(await lateIds(world)).toEqual(late);
  });

  test('is its own: another topology reads the same stream by the stream’s', async () => {
    const other = topology('other', task => {
      task
        .read(clicks)
        .pipe(task.windowed('other', tumbling({ size: 10 }), { by, fold: ids, emit: 'close' }))
        .subscribe(task.late());
    });
    const world = await World.of([counting({ watermark: monotonic() }), other]);
    await world.send(clicks, ...times.map((at, id) => click(id, at)));
    await world.drain();
    const [own, theirs] = [await world.open('visits'), await world.open('other')];
    expect([own, theirs].map(({ task }) => task.eventTime.watermark)).toEqual([25, 13]);
  });
});

describe('a punctuated watermark', () => {
  const perPage = punctuated<Click>(({ page, at }) => (page === 'end' ? at : undefined));

  test('moves where a value says so and nowhere else; the value itself is in time', async () => {
    const world = await World.of([counting({ watermark: perPage })]);
    await world.send(clicks, click(0, 500), click(1, 3), click(2, 30, { page: 'end' }), click(3, 29), click(4, 31));
    await world.drain();
    expect(await told(world)).toEqual(['[0,10)=1']);
    expect(await lateIds(world)).toEqual([3]);
    await world.send(clicks, click(5, 600, { page: 'end' }));
    await world.drain();
    expect((await told(world)).toSorted()).toEqual(['[0,10)=1', '[30,40)=2', '[30,40)=4', '[500,510)=0']);
  });

  test('closes the window of the very value that tells it, with the value in it', async () => {
    const ends = punctuated<Click>(({ page, at }) => (page === 'end' ? at + 10 : undefined));
    const world = await World.of([counting({ watermark: ends })]);
    await world.send(clicks, click(0, 4, { page: 'end' }));
    await world.drain();
    expect(await told(world)).toEqual(['[0,10)=0']);
  });

  test('never turns idle by itself, and does where its reader says after how long', async () => {
    for (const [options, watermark] of [
      [{ watermark: perPage }, 5],
      [{ watermark: perPage, idleAfter: seconds(1) }, 5 + seconds(9)],
    ] as const) {
      const world = await World.of([counting(options)]);
      await world.send(clicks, click(0, 0), click(1, 5, { page: 'end' }));
      const run = await world.open('visits');
      await run.step();
      for (const wait of [seconds(1), seconds(9)]) {
        world.clock.time += wait;
        await run.step();
      }
      expect(run.task.eventTime.watermark).toBe(watermark);
    }
  });

  test.for<[string, Watermark<Click>, string]>([
    [
      'throws',
      punctuated(() => {
        throw new Error('no punctuation');
      }),
      'no punctuation',
    ],
    ['answers no number', punctuated(() => NaN), 'the watermark that it tells is not a number'],
  ])('that %s makes the record a dead letter', async ([, watermark, reason]) => {
    const world = await World.of([counting({ watermark })]);
    await world.send(clicks, click(0, 0));
    await world.drain();
    expect((await world.output(deadLetters)).map(letter => letter.reason)).toEqual([reason]);
  });

  test('is the same after a restart', async () => {
    const world = await World.of([counting({ watermark: perPage })], { maxRecords: 1 });
    await world.send(clicks, click(0, 7, { page: 'end' }), click(1, 90), click(2, 6), click(3, 10, { page: 'end' }));
    for (;;) if (!(await (await world.open('visits', 0, { store: World.emptyStore() })).step())) break;
    expect(await told(world)).toEqual(['[0,10)=0', '[0,10)=2']);
    expect(await lateIds(world)).toEqual([]);
  });
});

/** Visitors whose clicks are in the first and in the second of two partitions. */
const [first = '', second = ''] = [0, 1].map(
  partition => ['ann', 'bob', 'cid', 'dan', 'eve'].find(name => partitionOf(name, 2) === partition) ?? '',
);

describe('an input without event time', () => {
  const settings = stream<Click>('settings', clicksByPage);
  const both = topology('visits', task => {
    task.read(settings, { watermark: untimed() }).subscribe(task.late());
    task
      .read(clicks)
      .pipe(task.windowed('visits', tumbling({ size: 10 }), { by, fold: ids, emit: 'close' }))
      .subscribe(task.write(visits));
  });

  test('moves that of the task nowhere, and holds it back never', async () => {
    const world = await World.of([both]);
    await world.send(clicks, click(0, 5));
    await world.send(settings, click(9, 1_000_000));
    await world.drain();
    expect(await told(world)).toEqual([]);
    await world.send(clicks, click(1, 22));
    await world.drain();
    expect(await told(world)).toEqual(['[0,10)=0']);
  });

  test('is refused where all are, and something waits for event time', async () => {
    await expect(World.of([counting({ watermark: untimed() })])).rejects.toThrow(/'visits' waits for event time/);
  });

  test('cannot be joined', async () => {
    const meets = topology('meets', task => {
      task
        .read(clicks)
        .pipe(
          task.join('pairs', task.read(settings, { watermark: untimed() }), {
            kind: 'inner',
            within: 5,
            grace: 0,
            result: left => left,
          }),
        )
        .subscribe(task.late());
    });
    await expect(World.of([meets])).rejects.toThrow(/'settings', which is read without event time/);
  });
});

describe('a silent partition', () => {
  const all = (options: ReadOptions<Click>) => counting({ all: true, ...options });

  /** The second partition has one click and then nothing; the first goes on. */
  async function silent(options: ReadOptions<Click>, wait: number): Promise<World> {
    const world = await World.of([all({ watermark: monotonic(), ...options })], { partitions: 2 });
    const run = await world.open('visits');
    await world.send(clicks, click(0, 1, { visitor: first }), click(1, 2, { visitor: second }));
    await run.step();
    world.clock.time += wait;
    await world.send(clicks, click(2, 50, { visitor: first }));
    await run.step();
    return world;
  }

  test('holds event time back until it was quiet for as long as its reader says', async () => {
    expect(await told(await silent({ idleAfter: 700 }, 699))).toEqual([]);
    expect(await told(await silent({ idleAfter: 700 }, 700))).toEqual(['[0,10)=0+1']);
  });

  test('holds it back for ever where it never turns idle', async () => {
    expect(await told(await silent({ idleAfter: Infinity }, seconds(1_000_000)))).toEqual([]);
  });
});

describe('a value from the future', () => {
  const bounded = stream<Click>('clicks', { ...clicks, lateness: 0, maxAhead: 1_000 });

  test('is a dead letter where the stream says how far ahead one may be, and makes nobody late', async () => {
    const world = await World.of([counting({}, bounded)]);
    world.clock.time = 10_000;
    await world.send(bounded, click(0, 10_001), click(1, 11_000), click(2, 11_001), click(3, 10_999));
    await world.drain();
    const letters = await world.output(deadLetters);
    expect(letters.map(({ offset, reason }) => [offset, reason])).toEqual([
      [2, 'from the future: it says that it happened 1001 ms after it was written, at most 1000 ms are allowed'],
      [3, 'late: every window of its event time had closed'],
    ]);
  });

  test('is judged by when it was written, whenever it is read', async () => {
    const world = await World.of([counting({}, bounded)]);
    await world.send(bounded, click(0, 5_000));
    world.clock.time = 100_000;
    await world.drain();
    expect((await world.output(deadLetters)).map(({ offset }) => offset)).toEqual([0]);
  });

  test('takes event time along where nothing bounds it', async () => {
    const free = stream<Click>('clicks', { ...clicks, lateness: 0 });
    const world = await World.of([counting({}, free)]);
    await world.send(free, click(0, 1), click(1, 4_102_444_800_000), click(2, 3));
    await world.drain();
    expect(await lateIds(world)).toEqual([2]);
  });
});

describe('what cannot be read like that is refused', () => {
  test.for<[string, ReadOptions<Click>, RegExp]>([
    ['an idle time below 0', { idleAfter: -1 }, /'idleAfter' among the options of reading 'clicks' is -1/],
    ['an idle time that is no number', { idleAfter: NaN }, /is NaN/],
    ['a clocked input with an idle time', { upTo: clicksByPage, idleAfter: 1 }, /both a clock and/],
    ['a slip of the pen', Object.assign({ idleAfter: 1 }, { waterMark: monotonic() }), /no 'waterMark'/],
  ])('%s', async ([, options, message]) => {
    await expect(World.of([counting(options)])).rejects.toThrow(message);
  });

  test.for([-1, NaN, Infinity])('a lateness of %d', lateness => {
    expect(() => boundedLateness(lateness)).toThrow(BuildError);
  });

  test('two readings of a stream with two watermarks, in one topology', async () => {
    const twice = topology('twice', task => {
      task.read(clicks, { watermark: punctuated(() => undefined) }).subscribe(task.late());
      task.read(clicks, { watermark: punctuated(() => undefined) }).subscribe(task.late());
    });
    await expect(World.of([twice])).rejects.toThrow(/read twice with different options/);
  });
});
