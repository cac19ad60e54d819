import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundle } from '../../scripts/data.ts';
import { importBundled, importMovielens } from '../../src/recommender/jobs/import/index.ts';
import { catalogue } from '../../topologies/catalogue.ts';
import { intake } from '../../topologies/intake.ts';
import { items, ratings } from '../../topologies/streams.ts';
import { World } from '../support/world.ts';

async function movielens(lines: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-data-'));
  await writeFile(join(folder, 'ratings.csv'), ['userId,movieId,rating,timestamp', ...lines].join('\n'));
  await writeFile(join(folder, 'movies.csv'), 'movieId,title,genres\n10,Heat,Crime|Drama\n20,Silence,\n');
  await writeFile(join(folder, 'tags.csv'), 'userId,movieId,tag,timestamp\n1,10,tense,1\n');
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

const good = ['1,20,2.0,1000000200', '2,10,4.5,1000000100'];

async function imported(directory: string, how: typeof importBundled) {
  const world = await World.of([intake, catalogue]);
  world.clock.time = Date.UTC(2026, 0, 1);
  await how({ directory, ports: world, signal: new AbortController().signal });
  return { ratings: await world.output(ratings), items: await world.output(items) };
}

test('the bundle of a folder says what the folder says, with the same event ids', async () => {
  await using files = await movielens(good);
  await bundle(files.folder, files.folder);
  const bundled = await imported(files.folder, importBundled);
  expect(bundled.ratings.map(({ userId }) => userId)).toEqual(['2', '1']);
  expect(bundled).toEqual(await imported(files.folder, importMovielens));
});

test('the same folder gives the same bytes', async () => {
  await using files = await movielens(good);
  const bytes = (): Promise<Buffer[]> =>
    Promise.all(['items.avro', 'ratings.avro'].map(name => readFile(join(files.folder, name))));
  await bundle(files.folder, files.folder);
  const first = await bytes();
  await bundle(files.folder, files.folder);
  expect(await bytes()).toEqual(first);
});

test('a bad line stops it, named by file and line', async () => {
  await using files = await movielens([...good, '1,10,9,1']);
  await expect(bundle(files.folder, files.folder)).rejects.toThrow('ratings.csv, line 4');
});
