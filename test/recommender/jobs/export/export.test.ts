/** An exported model is one published version, whole, in numbers that other programs understand. */
import { createHash } from 'node:crypto';
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import avro from 'avsc';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { UserVector } from '../../../../schemas/types.ts';
import { z } from 'zod';
import { BatchBuilder, Kind } from '../../../../src/transport/record.ts';
import { defaultLearner } from '../../../../src/recommender/domain/learner.ts';
import { fromBytes } from '../../../../src/recommender/domain/vectors.ts';
import { readGeneration } from '../../../../src/recommender/generations/files.ts';
import { importGeneration } from '../../../../src/recommender/generations/import.ts';
import type { Vector } from '../../../../src/recommender/jobs/export/published.ts';
import { memorySnapshots } from '../../../../src/testing/memory-snapshots.ts';
import { defaultLists } from '../../../../src/recommender/domain/lists.ts';
import {
  exportModel,
  type ExportOptions,
  FolderNotEmpty,
  NoModel,
} from '../../../../src/recommender/jobs/export/index.ts';
import type { Stream } from '../../../../src/stream/stream.ts';
import { recommendWith } from '../../../../topologies/recommend.ts';
import { itemVectors, modelVersions, ratings, recommendations, userVectors } from '../../../../topologies/streams.ts';
import { trainWith } from '../../../../topologies/train.ts';
import { TestGenerations } from '../../../support/generations.ts';
import { settle } from '../../../support/settle.ts';
import { World } from '../../../support/world.ts';
import { day, minute, rating, start } from '../../../topologies/events.ts';

const dataflow = [trainWith({ ...defaultLearner, model: { factors: 6 }, cutEvery: 50 }), recommendWith(defaultLists)];
/** An id as a spreadsheet would trip over it. */
const awkward = 'i,"3"';
/** Units of a top-N factor and of a star factor; they are the defaults of the model. */
const unit = 2 ** 10;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-export-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function learnt(topologies = dataflow): Promise<World> {
  const world = await World.of(topologies, { partitions: 2 });
  world.clock.time = start;
  for (let version = 0; version < 3; version++) {
    const events = Array.from({ length: 100 }, (_, at) => {
      const n = version * 100 + at;
      const [user, item] = [(n * 7) % 15, (n * 11) % 23];
      const itemId = item === 3 ? awkward : `i${item}`;
      const value = (user + item) % 2 === 0 ? 5 : 1;
      return rating({ eventId: `x${n}`, userId: `u${user}`, itemId, value, time: day + n * minute });
    });
    await world.send(ratings, ...events);
    await settle(world);
  }
  return world;
}

const given = (ports: World, name: string, own: Partial<ExportOptions> = {}): ExportOptions => ({
  ports,
  directory: join(folder, name),
  format: 'csv',
  model: 'top-n',
  overwrite: false,
  ...own,
});

interface Row {
  readonly id: string;
  readonly factors: readonly number[];
  readonly bias: number;
}

/** As somebody reads it who knows nothing but the header. */
async function readCsv(name: string, side: 'users' | 'items'): Promise<Row[]> {
  const text = await readFile(join(folder, name, `${side}.csv`), 'utf8');
  const rows: Record<string, string>[] = parse(text, { columns: true });
  return rows.map(({ id = '', bias, ...factors }) => ({
    id,
    bias: Number(bias),
    factors: Object.keys(factors).map((_, at) => Number(factors[`factor_${at}`])),
  }));
}

const dot = (a: Row, b: Row): number => a.factors.reduce((sum, x, at) => sum + x * (b.factors[at] ?? NaN), 0);

/** The model's hash by its definition (src/als/digests.ts), from the exported numbers alone. */
async function hashOf({ generation, number }: { generation: number; number: number }): Promise<string> {
  const parts: (string | Buffer)[] = [`${generation} ${number}`];
  for (const side of ['users', 'items'] as const) {
    const [topN, stars] = [await readCsv('top-n', side), await readCsv('stars', side)];
    const rows = topN.map(({ id, factors }, at) => {
      const { bias = NaN, factors: starFactors = [] } = stars[at] ?? {};
      const integers = [...factors, bias, ...starFactors].map(value => value * unit);
      const name = JSON.stringify(id);
      return { bucket: sha256(name)[0], digest: sha256(`${name} `, new Int16Array(integers)) };
    });
    parts.push(`\n${side} ${topN.length}\n`);
    for (let bucket = 0; bucket < 256; bucket++)
      parts.push(sha256(...rows.filter(row => row.bucket === bucket).map(({ digest }) => digest)));
  }
  return sha256(...parts).toString('hex');
}

function sha256(...parts: readonly (string | Buffer | Int16Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

type Factors = Pick<UserVector, 'id' | 'factors' | 'generation' | 'number'>;

/** Vectors of a version that is under way: written as `train` writes them, and named by no version yet. */
async function appendUnpublished<T extends Factors>(world: World, stream: Stream<T>): Promise<void> {
  const version = (await world.output(modelVersions)).at(-1);
  // Of another generation it would be left out for that alone.
  const vector = (await world.output(stream)).find(({ generation }) => generation === version?.generation);
  if (version === undefined || vector === undefined) throw new Error('Nothing was learnt');
  const { producer: name, lineage, epoch, wrote } = version.cut;
  for (const { stream: topic, partition, next } of wrote.filter(span => span.stream === stream.name)) {
    const builder = new BatchBuilder({ name, lineage, epoch: epoch + 1 }, next);
    const envelope = { kind: Kind.value, watermark: -Infinity, origin: start, key: vector.id, trace: '' };
    const moved = { ...vector, number: version.number + 1, factors: Buffer.from(vector.factors).fill(1) };
    builder.add(envelope, (buffer, at) => stream.schema.encode(moved, buffer, at));
    await world.transport.append([{ topic, partition, batches: builder.take() }]);
  }
}

describe('an exported model', () => {
  test('reproduces the scores of the lists by dot products', async () => {
    const world = await learnt();
    await exportModel(given(world, 'top-n'));
    const users = new Map((await readCsv('top-n', 'users')).map(row => [row.id, row]));
    const items = new Map((await readCsv('top-n', 'items')).map(row => [row.id, row]));
    expect([...users.keys()]).toHaveLength(15);
    expect(items.has(awkward)).toBe(true);
    const last = (await world.output(modelVersions)).at(-1);
    const lists = (await world.output(recommendations)).filter(({ number }) => number === last?.number);
    expect(lists.length).toBeGreaterThan(0);
    for (const { userId, items: scored } of lists) {
      for (const { itemId, score } of scored) {
        const [user, item] = [users.get(userId), items.get(itemId)];
        expect(user && item && dot(user, item) + user.bias + item.bias).toBeCloseTo(score, 12);
      }
    }
  });

  test('is one version to the bit, whatever is being written behind it', async () => {
    const world = await learnt();
    const version = (await world.output(modelVersions)).at(-1);
    await appendUnpublished(world, userVectors);
    await appendUnpublished(world, itemVectors);
    await exportModel(given(world, 'top-n'));
    const exported = await exportModel(given(world, 'stars', { model: 'stars' }));
    expect(exported).toMatchObject({ generation: version?.generation, number: version?.number, hash: version?.hash });
    expect(await hashOf(exported)).toBe(version?.hash);
  });

  test('estimates stars about as they were given', async () => {
    const world = await learnt();
    await exportModel(given(world, 'stars', { model: 'stars' }));
    const { mean } = z
      .object({ mean: z.number() })
      .parse(JSON.parse(await readFile(join(folder, 'stars', 'model.json'), 'utf8')));
    const [users, items] = [await readCsv('stars', 'users'), await readCsv('stars', 'items')];
    const errors = (await world.output(ratings)).map(({ userId, itemId, value }) => {
      const [user, item] = [users.find(({ id }) => id === userId), items.find(({ id }) => id === itemId)];
      return user && item ? Math.abs(dot(user, item) + user.bias + item.bias + mean - value) : NaN;
    });
    // Every guess at the mean of ones and fives would be two stars away.
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(1);
  });

  test('as Avro container files is read by any reader, and says what the CSV says', async () => {
    const world = await learnt();
    await exportModel(given(world, 'csv'));
    await exportModel(given(world, 'avro', { format: 'avro' }));
    expect((await readdir(join(folder, 'avro'))).sort()).toEqual(['items.avro', 'model.json', 'users.avro']);
    for (const side of ['users', 'items'] as const) {
      const read: unknown[] = [];
      for await (const row of avro.createFileDecoder(join(folder, 'avro', `${side}.avro`))) read.push({ ...row });
      expect(read).toEqual(await readCsv('csv', side));
    }
  });
});

test('a generation that is exported and taken in elsewhere has the vectors that were published, to the bit', async () => {
  const world = await learnt();
  await exportModel(given(world, 'generation', { format: 'generation' }));
  const snapshots = memorySnapshots();
  const directory = join(folder, 'generation');
  const { head } = await importGeneration({ snapshots, directory, model: {}, now: 0 });
  const read = await readGeneration(snapshots, head.name);
  for (const [stream, vectors] of [
    [userVectors, read.users],
    [itemVectors, read.items],
  ] as const) {
    const last = new Map<string, Vector>();
    for (const vector of await world.output<Vector>(stream)) last.set(vector.id, vector);
    let count = 0;
    for await (const { id, factors, starFactors, bias } of vectors) {
      const published = last.get(id);
      expect([...factors]).toEqual([...fromBytes(published?.factors ?? Buffer.alloc(0))]);
      expect([...starFactors]).toEqual([...fromBytes(published?.starFactors ?? Buffer.alloc(0))]);
      expect(bias).toBe(published?.bias);
      count++;
    }
    expect(count).toBe(last.size);
  }
});

describe('the folder of an export', () => {
  test('is made whole or not at all, and never takes what is not its own', async () => {
    const world = await learnt();
    await exportModel(given(world, 'top-n'));
    await expect(exportModel(given(world, 'top-n'))).rejects.toThrow(FolderNotEmpty);
    await exportModel(given(world, 'top-n', { format: 'avro', overwrite: true }));
    expect((await readdir(join(folder, 'top-n'))).sort()).toEqual(['items.avro', 'model.json', 'users.avro']);
    await writeFile(join(folder, 'top-n', 'thesis.txt'), 'years of work');
    await expect(exportModel(given(world, 'top-n', { overwrite: true }))).rejects.toThrow(/holds 'thesis\.txt'/);
    await mkdir(join(folder, 'empty'));
    await exportModel(given(world, 'empty'));
    expect((await readdir(folder)).sort()).toEqual(['empty', 'top-n']);
  });

  test('is not begun while an experiment runs: some users have no vector of the live generation', async () => {
    const generations = new TestGenerations();
    const world = await learnt([trainWith({ ...defaultLearner, model: { factors: 6 } }, generations)]);
    generations.begin();
    await settle(world);
    const name = generations.trainNow(2, { seed: 5 });
    generations.experiment(name, 2, 0.5);
    await settle(world);
    await expect(exportModel(given(world, 'two'))).rejects.toMatchObject({
      code: 'TWO_MODELS',
      remedy: expect.stringMatching(/`millrace models use 2` or `millrace models stop`/),
    });
    generations.promote(name);
    await settle(world);
    await exportModel(given(world, 'one'));
    expect(await readdir(folder)).toEqual(['one']);
  });

  test('is not begun where nothing has been learnt', async () => {
    const world = await World.of(dataflow);
    await expect(exportModel(given(world, 'none'))).rejects.toThrow(NoModel);
    expect(await readdir(folder)).toEqual([]);
  });
});

test('stars of several tenants are not exported: each has a mean of its own', async () => {
  const world = await learnt();
  await world.send(ratings, ...(await world.output(ratings)).map(event => ({ ...event, tenant: 'north' })));
  await settle(world);
  await expect(exportModel(given(world, 'stars', { model: 'stars' }))).rejects.toMatchObject({
    code: 'SEVERAL_TENANTS',
  });
  await exportModel(given(world, 'csv'));
});

test('of one tenant the export is that of a deployment which has it alone, by its own ids, with its own mean', async () => {
  const alone = await learnt();
  const both = await learnt();
  const events = await both.output(ratings);
  // Too few to call for a generation, which is for everybody at once.
  const theirs = events.slice(0, 60).map(event => ({ ...event, tenant: 'north', value: event.value > 3 ? 1 : 5 }));
  await both.send(ratings, ...theirs);
  await settle(both);
  for (const format of ['csv', 'generation'] as const)
    for (const model of ['top-n', 'stars'] as const) {
      const own = await exportModel(given(both, `own-${format}-${model}`, { format, model, tenant: '' }));
      const expected = await exportModel(given(alone, `alone-${format}-${model}`, { format, model }));
      expect({ ...own, hash: '' }).toEqual({ ...expected, hash: '', tenant: '' });
    }
  for (const name of ['csv-top-n/users.csv', 'csv-top-n/items.csv', 'csv-stars/users.csv', 'csv-stars/items.csv'])
    expect(await readFile(join(folder, `own-${name}`), 'utf8')).toBe(
      await readFile(join(folder, `alone-${name}`), 'utf8'),
    );
  const north = await exportModel(given(both, 'north', { model: 'stars', tenant: 'north' }));
  expect(north.mean).toBeCloseTo(theirs.reduce((sum, { value }) => sum + value, 0) / theirs.length, 1);
  expect(await readFile(join(folder, 'north', 'users.csv'), 'utf8')).toMatch(/^id,.*\nu\d+,/);
  await expect(exportModel(given(both, 'no', { tenant: 'south' }))).rejects.toMatchObject({
    code: 'UNKNOWN_TENANT',
    remedy: 'Name one that it knows: north',
  });
});
