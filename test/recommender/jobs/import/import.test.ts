import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { itemSchema, ratingSchema } from '../../../../schemas/types.ts';
import {
  importBundled,
  importCsv,
  importInvented,
  importMovielens,
  NoBundledData,
  type ImportOptions,
  type ImportProgress,
  type Rejected,
} from '../../../../src/recommender/jobs/import/index.ts';
import { InvalidRate } from '../../../../src/recommender/jobs/pace.ts';
import { UnreadableRatings } from '../../../../src/recommender/jobs/ratings-csv.ts';
import { toContainer } from '../../../../src/stream/container.ts';
import { items, ratings } from '../../../../topologies/streams.ts';
import { intake } from '../../../../topologies/intake.ts';
import { catalogue } from '../../../../topologies/catalogue.ts';
import { World } from '../../../support/world.ts';
import { folder } from '../evaluate/shop.ts';

const now = Date.UTC(2026, 0, 1);

async function open(partitions = 1) {
  const world = await World.of([intake, catalogue], { partitions });
  world.clock.time = now;
  const rejected: Rejected[] = [];
  const progress: ImportProgress[] = [];
  const options: ImportOptions = {
    ports: world,
    signal: new AbortController().signal,
    onRejected: found => rejected.push(found),
    onProgress: found => progress.push(found),
  };
  return { world, rejected, progress, options };
}

const someRatings = `userId,movieId,rating,timestamp
2,20,3.5,1000000300
1,10,5.0,1000000100
1,20,1.0,1000000200
`;
const someMovies = `movieId,title,genres
10,"Heat, The (1995)",Action|Crime
20,Silence,(no genres listed)
`;
const someTags = `userId,movieId,tag,timestamp
1,10,slow,1
1,10,tense,2
2,10,tense,3
`;

async function movielens(files: Awaited<ReturnType<typeof folder>>): Promise<string> {
  await files.write('ratings.csv', someRatings);
  await files.write('movies.csv', someMovies);
  return dirname(await files.write('tags.csv', someTags));
}

describe('MovieLens', () => {
  test('ratings go into the log in order of event time, films with their genres and tags', async () => {
    await using files = await folder();
    const { world, rejected, options } = await open();
    const imported = await importMovielens({ directory: await movielens(files), ...options });
    expect(imported).toEqual({ ratings: 3, items: 2, rejected: 0, seconds: 0 });
    expect(rejected).toEqual([]);
    const began = 1_000_000_100_000;
    expect(await world.output(items)).toEqual([
      {
        itemId: '10',
        title: 'Heat, The (1995)',
        tenant: '',
        genres: ['Action', 'Crime'],
        tags: ['tense', 'slow'],
        available: true,
        time: began,
      },
      { itemId: '20', tenant: '', title: 'Silence', genres: [], tags: [], available: true, time: began },
    ]);
    const events = await world.output(ratings);
    expect(events.map(({ userId, itemId, value, time }) => [userId, itemId, value, time - began])).toEqual([
      ['1', '10', 5, 0],
      ['1', '20', 1, 100_000],
      ['2', '20', 3.5, 200_000],
    ]);
  });

  test('imported again, events have the ids that they had, whatever the order of the lines', async () => {
    await using files = await folder();
    const { world, options } = await open();
    const directory = await movielens(files);
    await importMovielens({ directory, ...options });
    const [header, ...lines] = someRatings.trim().split('\n');
    await files.write('ratings.csv', [header, ...lines.reverse()].join('\n'));
    world.clock.time += 1_000_000;
    await importMovielens({ directory, ...options });
    const ids = (await world.output(ratings)).map(({ eventId }) => eventId);
    expect(ids.length).toBe(6);
    expect(ids.slice(3)).toEqual(ids.slice(0, 3));
    expect(new Set(ids).size).toBe(3);
  });

  test('of a film that got more, the hundred tags that most users gave are kept', async () => {
    await using files = await folder();
    const { world, options } = await open();
    const directory = await movielens(files);
    const lines = Array.from({ length: 130 }, (_, n) => `1,10,tag${n},1`);
    await files.write('tags.csv', ['userId,movieId,tag,timestamp', ...lines, '2,10,tag129,1'].join('\n'));
    await importMovielens({ directory, ...options });
    const [film] = await world.output(items);
    expect(film?.tags).toEqual(['tag129', ...Array.from({ length: 99 }, (_, n) => `tag${n}`)]);
  });

  test('a folder without ratings.csv is named', async () => {
    await using files = await folder();
    const { options } = await open();
    const directory = dirname(await files.write('movies.csv', someMovies));
    await expect(importMovielens({ directory, ...options })).rejects.toThrow(UnreadableRatings);
  });
});

describe('CSV', () => {
  test('without a file of items none are written', async () => {
    await using files = await folder();
    const { world, options } = await open();
    const file = await files.write('r.csv', someRatings);
    expect(await importCsv({ file, ...options })).toMatchObject({ ratings: 3, items: 0 });
    expect(await world.output(items)).toEqual([]);
  });

  test('bad lines are told of with file and line, counted, and left out; the rest counts', async () => {
    await using files = await folder();
    const { world, rejected, options } = await open();
    const bad = ['1,10,6,1000000000', '1,10,4.2,1000000000', ',10,4,1000000000', '1,10,4,soon', '1,10,4,99999999999'];
    const file = await files.write('r.csv', [someRatings.trim(), ...bad].join('\n'));
    const itemsFile = await files.write('i.csv', 'itemId,title,genres\n10,,Drama\n20,Silence,\n');
    const imported = await importCsv({ file, itemsFile, ...options });
    expect(imported).toEqual({ ratings: 3, items: 1, rejected: 6, seconds: 0 });
    expect(rejected.map(({ file: name, line }) => [name, line])).toEqual([
      ...[5, 6, 7, 8, 9].map(line => [file, line]),
      [itemsFile, 2],
    ]);
    expect(rejected.map(({ problem }) => problem)).toEqual([
      expect.stringContaining("rating '6'"),
      expect.stringContaining('value 4.2'),
      'userId is missing',
      expect.stringContaining("timestamp 'soon'"),
      expect.stringContaining('more than a day after its arrival'),
      'title is empty',
    ]);
    expect((await world.output(ratings)).length).toBe(3);
  });

  test('what is imported passes the checks of its stream', async () => {
    await using files = await folder();
    const { world, options } = await open();
    const file = await files.write('r.csv', 'userId,itemId,rating,timestamp\n1,10,4,1000000000.00049\n');
    await importCsv({ file, ...options });
    const [event] = await world.output(ratings);
    expect(event?.time).toBe(1_000_000_000_000);
    expect(event && ratings.validate?.(event, now)).toBeUndefined();
  });

  test('each partition holds its users in order of event time', async () => {
    await using files = await folder();
    const { world, options } = await open(3);
    const lines = Array.from(
      { length: 5_000 },
      (_, n) => `${n % 50},${n % 7},3,${1_000_000_000 + ((n * 7_919) % 5_000)}`,
    );
    const file = await files.write('r.csv', ['userId,itemId,rating,timestamp', ...lines].join('\n'));
    await importCsv({ file, ...options });
    const events = await world.output(ratings);
    expect(events.length).toBe(5_000);
    for (let user = 0; user < 50; user++) {
      const times = events.filter(({ userId }) => userId === String(user)).map(({ time }) => time);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });
});

describe('pace and progress', () => {
  const manyRatings = (count: number): string =>
    [
      'userId,itemId,rating,timestamp',
      ...Array.from({ length: count }, (_, n) => `1,${n},3,${1_000_000_000 + n}`),
    ].join('\n');

  test('a rate spreads the records over time, and each is in the log when the next is waited for', async () => {
    await using files = await folder();
    const { world, options } = await open();
    const file = await files.write('r.csv', manyRatings(11));
    const ends: number[] = [];
    const clock = {
      ...world.clock,
      now: () => world.clock.now(),
      sleep: async (duration: number) => {
        ends.push((await world.transport.bounds({ topic: 'ratings', partition: 0 })).end);
        world.clock.time += duration;
      },
    };
    const imported = await importCsv({
      file,
      ...options,
      ports: { transport: world.transport, registry: world.registry, clock },
      rate: 10,
    });
    expect(imported).toEqual({ ratings: 11, items: 0, rejected: 0, seconds: 1 });
    expect(ends).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('a rate that is not above 0 is refused', async () => {
    const { options } = await open();
    await expect(importCsv({ file: 'r.csv', ...options, rate: 0 })).rejects.toThrow(InvalidRate);
  });

  test('progress tells counts and event time, at the end too', async () => {
    await using files = await folder();
    const { options, progress } = await open();
    const file = await files.write('r.csv', manyRatings(2_500));
    await importCsv({ file, ...options });
    expect(progress).toEqual(
      [1_000, 2_000, 2_500].map(count => ({
        items: 0,
        ratings: count,
        rejected: 0,
        time: (1_000_000_000 + count - 1) * 1_000,
      })),
    );
  });

  test('stopped, it ends at the next record, and what it counted is in the log', async () => {
    await using files = await folder();
    const { world, options } = await open();
    const stop = new AbortController();
    const file = await files.write('r.csv', manyRatings(5_000));
    const onProgress = (): void => stop.abort();
    const imported = await importCsv({ file, ...options, onProgress, signal: stop.signal });
    expect(imported.ratings).toBe(1_000);
    expect((await world.output(ratings)).length).toBe(1_000);
  });
});

describe('bundled data', () => {
  const event = {
    eventId: 'e',
    tenant: '',
    userId: '1',
    sessionId: '',
    itemId: '10',
    kind: 'rating',
    value: 4,
    time: 1e12,
  } as const;
  const film = { itemId: '10', tenant: '', title: 'Heat', genres: [], tags: [], available: true, time: 1e12 };

  const faulty = { ...event, eventId: 'f', value: 9 };

  async function written(files: Awaited<ReturnType<typeof folder>>): Promise<string> {
    const path = dirname(await files.write('x', ''));
    await writeFile(join(path, 'items.avro'), toContainer(itemSchema, [film]));
    await writeFile(join(path, 'ratings.avro'), toContainer(ratingSchema, [event, faulty]));
    return path;
  }

  test('container files are read as they are; a bad record is told of by its number', async () => {
    await using files = await folder();
    const { world, rejected, options } = await open();
    const directory = await written(files);
    expect(await importBundled({ directory, ...options })).toEqual({ ratings: 1, items: 1, rejected: 1, seconds: 0 });
    expect(await world.output(items)).toEqual([film]);
    expect(await world.output(ratings)).toEqual([event]);
    expect(rejected).toMatchObject([{ file: join(directory, 'ratings.avro'), line: 2 }]);
  });

  test('where there is none, the error says what to do', async () => {
    await using files = await folder();
    const { options } = await open();
    const directory = dirname(await files.write('x', ''));
    await expect(importBundled({ directory, ...options })).rejects.toThrow(NoBundledData);
  });
});

describe('a tenant', () => {
  test('has what is imported for it, of every shape, whatever the files say', async () => {
    await using files = await folder();
    const { world, options } = await open();
    const csv = await files.write('own.csv', someRatings.replaceAll('movieId', 'itemId'));
    const itemsFile = await files.write('own-items.csv', someMovies);
    const directory = await movielens(files);
    await importMovielens({ directory, ...options, tenant: 'north' });
    await importCsv({ file: csv, itemsFile, ...options, tenant: 'south' });
    await importInvented({ seed: 1, ...options, tenant: 'west' });
    const [films, events] = [await world.output(items), await world.output(ratings)];
    const of = (values: readonly { readonly tenant: string }[], tenant: string): number =>
      values.filter(value => value.tenant === tenant).length;
    expect([of(films, 'north'), of(events, 'north')]).toEqual([2, 3]);
    expect([of(films, 'south'), of(events, 'south')]).toEqual([2, 3]);
    expect(of(films, 'west')).toBeGreaterThan(100);
    expect(of(events, 'west')).toBeGreaterThan(100);
    expect([of(films, ''), of(events, '')]).toEqual([0, 0]);
  });

  test('has the bundled data, too', async () => {
    await using files = await folder();
    const film = { itemId: '10', tenant: '', title: 'Heat', genres: [], tags: [], available: true, time: 1e12 };
    const directory = dirname(await files.write('x', ''));
    await writeFile(join(directory, 'items.avro'), toContainer(itemSchema, [film]));
    await writeFile(join(directory, 'ratings.avro'), toContainer(ratingSchema, []));
    const { world, options } = await open();
    await importBundled({ directory, ...options, tenant: 'north' });
    expect(await world.output(items)).toMatchObject([{ itemId: '10', tenant: 'north' }]);
  });
});
