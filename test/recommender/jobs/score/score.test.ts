/** Lists for everybody are those of one published version, whole, with nothing that a user has had. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { openKernel } from '../../../../src/als/index.ts';
import { defaultLearner } from '../../../../src/recommender/domain/learner.ts';
import { defaultLists } from '../../../../src/recommender/domain/lists.ts';
import { defaultSeen } from '../../../../src/recommender/domain/shelf.ts';
import { publishedModel, type Vector } from '../../../../src/recommender/jobs/export/published.ts';
import {
  NoModel,
  score,
  type ScoreOptions,
  scoreSchema,
  UnknownFileFormat,
} from '../../../../src/recommender/jobs/score/index.ts';
import { fromContainer } from '../../../../src/stream/container.ts';
import { partitionOf } from '../../../../src/transport/partitioner.ts';
import { recommendWith } from '../../../../topologies/recommend.ts';
import { ratings, recommendations } from '../../../../topologies/streams.ts';
import { trainWith } from '../../../../topologies/train.ts';
import type { Topology } from '../../../../src/engine/topology.ts';
import { TestGenerations } from '../../../support/generations.ts';
import { settle } from '../../../support/settle.ts';
import { World } from '../../../support/world.ts';
import { day, minute, rating, start } from '../../../topologies/events.ts';

const train = trainWith({ ...defaultLearner, model: { factors: 6 }, cutEvery: 50 });
const dataflow = [train, recommendWith(defaultLists)];
/** An id as a spreadsheet would trip over it. */
const awkward = 'i,"3"';
/** A return without an order says nothing to the model. */
const stranger = rating({ userId: 'stranger', itemId: 'i5', kind: 'return', value: 1, time: day });
const events = Array.from({ length: 300 }, (_, n) => {
  const [user, item] = [(n * 7) % 15, (n * 11) % 23];
  const itemId = item === 3 ? awkward : `i${item}`;
  const value = (user + item) % 2 === 0 ? 5 : 1;
  return rating({ eventId: `x${n}`, userId: `u${user}`, itemId, value, time: day + n * minute });
}).filter(({ userId, itemId }) => (userId.length + itemId.length) % 3 !== 0);

const Listed = z.array(z.object({ itemId: z.string(), score: z.number() }));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-score-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function learnt(topologies: readonly Topology[] = dataflow): Promise<World> {
  const world = await World.of(topologies, { partitions: 2 });
  world.clock.time = start;
  await world.send(ratings, ...events, stranger);
  await settle(world);
  return world;
}

async function scored(world: World, own: Partial<ScoreOptions> = {}) {
  using kernel = openKernel();
  const clock = { now: () => world.clock.time++ };
  return await score({ ports: world, kernel, n: 10, seen: defaultSeen, toDocuments: false, clock, ...own });
}

const seenBy = (user: string): Set<string> =>
  new Set(events.flatMap(({ userId, itemId }) => (userId === user ? [itemId] : [])));

/** The ten best of a user by the published vectors, in real numbers. */
async function bestOf(world: World, user: string): Promise<[itemId: string, score: number][]> {
  const { users, items } = await publishedModel(world);
  const real = ({ factors, exponent }: Pick<Vector, 'factors' | 'exponent'>): number[] =>
    Array.from({ length: factors.length / 2 }, (_, f) => factors.readInt16LE(2 * f) / 2 ** exponent);
  const own = users.find(({ id }) => id === user);
  const x = own === undefined ? [] : real(own);
  const scores = items.map((item): [string, number] => [
    item.id,
    real(item).reduce((sum, y, f) => sum + y * (x[f] ?? NaN), 0),
  ]);
  const unseen = scores.filter(([itemId]) => !seenBy(user).has(itemId));
  return unseen.sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1)).slice(0, 10);
}

async function readCsv(path: string): Promise<Map<string, [itemId: string, score: number][]>> {
  const rows: Record<string, string>[] = parse(await readFile(path), { columns: true });
  const lists = new Map<string, [string, number][]>();
  for (const { userId = '', itemId = '', rank, score: value } of rows) {
    const list = lists.get(userId) ?? [];
    expect(Number(rank)).toBe(list.push([itemId, Number(value)]));
    lists.set(userId, list);
  }
  return lists;
}

test('a file holds the best of everybody, best first, and nothing that they had', async () => {
  const world = await learnt();
  const file = join(folder, 'lists.csv');
  const totals = await scored(world, { file });
  const lists = await readCsv(file);
  expect(totals).toMatchObject({ users: 16, lists: 16, popular: 1, file });
  expect(lists.size).toBe(16);
  for (const user of Array.from({ length: 15 }, (_, n) => `u${n}`))
    expect(lists.get(user)).toEqual(await bestOf(world, user));
  expect(await readdir(folder)).toEqual(['lists.csv']);
});

test('a user without a vector gets what is popular, less what was had', async () => {
  const world = await learnt();
  const lists: unknown[] = [];
  const file = join(folder, 'lists.avro');
  await scored(world, { file });
  for await (const row of fromContainer(scoreSchema, createReadStream(file)))
    if (row.userId === 'stranger') lists.push(row);
  const model = await world.documents.get({ collection: 'models', partition: 'live', id: 'current' });
  const popular = Listed.parse(model?.body['popular']).filter(({ itemId }) => itemId !== 'i5');
  expect(lists).toEqual(
    popular
      .slice(0, 10)
      .map((item, at) => ({ tenant: '', userId: 'stranger', rank: at + 1, ...item, reason: 'popular' })),
  );
});

test('documents hold the same, and those of users who are no more are removed', async () => {
  const world = await learnt();
  const file = join(folder, 'lists.csv');
  await scored(world, { file, toDocuments: true, n: 5 });
  const lists = await readCsv(file);
  const stored = () => world.documents.list({ collection: 'scores', limit: 100 });
  for (const { id, body } of await stored()) {
    const items = Listed.parse(body['items']).map(({ itemId, score: value }) => [itemId, value]);
    expect(items).toEqual(lists.get(id));
    // All of the partition was learnt: what its user does next is not in the list.
    const partition = partitionOf(id, await world.transport.partitions(ratings.name));
    expect(body['learnt']).toBe((await world.transport.bounds({ topic: ratings.name, partition })).end);
  }
  await world.send(
    ratings,
    rating({ kind: 'erase', value: 0, userId: 'stranger', itemId: '', time: day + 999 * minute }),
    rating({ userId: 'u1', itemId: 'i99', time: day + 999 * minute }),
  );
  await settle(world);
  await scored(world, { toDocuments: true });
  expect((await stored()).map(({ id }) => id)).toEqual(Array.from({ length: 15 }, (_, n) => `u${n}`).sort());
});

test('while a generation is tried out, each list is by the vectors of the one that serves the user, as the dataflow makes it', async () => {
  const generations = new TestGenerations();
  const tried = trainWith({ ...defaultLearner, model: { factors: 6 }, cutEvery: 50 }, generations);
  const world = await learnt([tried, recommendWith(defaultLists)]);
  generations.begin();
  await settle(world);
  const name = generations.trainNow(2, { factors: 3, seed: 5 });
  generations.experiment(name, 2, 0.5);
  await settle(world);
  await scored(world, { toDocuments: true });
  const served = await world.documents.list({ collection: 'scores', limit: 100 });
  const told = new Map<string, unknown>();
  for (const list of await world.output(recommendations))
    told.set(list.userId, { generation: list.generation, items: itemsOf(list.items) });
  const personal = served.filter(({ body }) => body['reason'] === 'personal');
  expect(new Set(personal.map(({ body }) => body['generation']))).toEqual(new Set([1, 2]));
  for (const { id, body } of personal)
    expect({ generation: body['generation'], items: itemsOf(Listed.parse(body['items'])) }).toEqual(told.get(id));
});

const itemsOf = (items: readonly { readonly itemId: string; readonly score: number }[]) =>
  items.slice(0, 10).map(({ itemId, score: value }) => [itemId, value]);

test('without a model, or with a file of no known kind, nothing is written', async () => {
  const file = join(folder, 'lists.csv');
  await writeFile(file, 'of yesterday');
  const empty = await World.of(dataflow);
  await expect(scored(empty, { file })).rejects.toThrow(NoModel);
  await expect(scored(empty, { file: join(folder, 'lists.txt') })).rejects.toThrow(UnknownFileFormat);
  expect(await readdir(folder)).toEqual(['lists.csv']);
  expect(await readFile(file, 'utf8')).toBe('of yesterday');
});

test('where reading fails half way, the file of yesterday stays', async () => {
  const world = await learnt();
  const file = join(folder, 'lists.csv');
  await writeFile(file, 'of yesterday');
  const list = (): never => {
    throw new Error('the documents are away');
  };
  const documents = {
    get: world.documents.get.bind(world.documents),
    isCurrent: world.documents.isCurrent.bind(world.documents),
    write: world.documents.write.bind(world.documents),
    list,
  };
  const ports = { transport: world.transport, registry: world.registry, documents };
  await expect(scored(world, { ports, file })).rejects.toThrow('the documents are away');
  expect(await readdir(folder)).toEqual(['lists.csv']);
  expect(await readFile(file, 'utf8')).toBe('of yesterday');
});

test('lists that were made by another policy are not scored beside: it says what to configure', async () => {
  const world = await learnt();
  const file = join(folder, 'lists.csv');
  await expect(scored(world, { file, seen: ['order'] })).rejects.toThrow(
    /leave out what had an event of rating, order, return.*lists\.seen is \["order"\].*as \["rating","order","return"\].*replay --into/,
  );
  expect(await readdir(folder)).toEqual([]);
  await scored(world, { file, seen: ['return', 'rating', 'order'] });
});

test('what is not seen by the policy is in lists again', async () => {
  const world = await learnt([train, recommendWith(defaultLists, { seen: ['order'] })]);
  const file = join(folder, 'lists.csv');
  await scored(world, { file, n: 30, seen: ['order'] });
  const lists = await readCsv(file);
  for (const user of ['u1', 'u2']) {
    const listed = (lists.get(user) ?? []).map(([itemId]) => itemId);
    expect([...seenBy(user)].filter(itemId => !listed.includes(itemId))).toEqual([]);
  }
  expect(lists.get('stranger')?.map(([itemId]) => itemId)).toContain('i5');
});

test('of one tenant the file has the lists of its users by its own ids, and documents of others stay', async () => {
  const world = await learnt();
  const file = join(folder, 'lists.csv');
  const north = events.map(event => ({ ...event, tenant: 'north' }));
  await world.send(ratings, ...north);
  await settle(world);
  await scored(world, { toDocuments: true, n: 5 });
  const all = await world.documents.list({ collection: 'scores', limit: 100 });
  const totals = await scored(world, { file, toDocuments: true, n: 5, tenant: 'north' });
  expect(totals).toMatchObject({ users: 15, lists: 15 });
  const lists = await readCsv(file);
  expect([...lists.keys()].sort()).toEqual(Array.from({ length: 15 }, (_, n) => `u${n}`).sort());
  const items = new Set(events.map(({ itemId }) => itemId));
  for (const list of lists.values()) for (const [itemId] of list) expect(items.has(itemId)).toBe(true);
  const after = await world.documents.list({ collection: 'scores', limit: 100 });
  expect(after.map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
  expect(after.length).toBe(31);
  expect(after.filter(({ body }) => body['tenant'] === 'north').length).toBe(15);
});

test('of all tenants a file names users by the ids that they know, and a CSV each one’s tenant', async () => {
  const world = await learnt();
  await world.send(ratings, ...events.map(event => ({ ...event, tenant: 'north' })));
  await settle(world);
  const [csv, own] = [join(folder, 'all.csv'), join(folder, 'north.csv')];
  await scored(world, { file: csv, n: 5 });
  await scored(world, { file: own, n: 5, tenant: 'north' });
  const [header, ...lines] = (await readFile(csv, 'utf8')).trimEnd().split('\n');
  expect(header).toBe('userId,itemId,rank,score,tenant');
  expect(lines.join()).not.toContain('\u001f');
  const north = lines.filter(line => line.endsWith(',north')).map(line => line.slice(0, -',north'.length));
  expect(['userId,itemId,rank,score', ...north]).toEqual((await readFile(own, 'utf8')).trimEnd().split('\n'));
  expect(lines.filter(line => line.endsWith(',')).length).toBe(lines.length - north.length);
});
