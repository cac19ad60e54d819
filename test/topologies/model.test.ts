/** From ratings to lists: the model is a function of what was rated, the lists are functions of the model. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Rating, Recommendation } from '../../schemas/types.ts';
import { defaultLearner } from '../../src/recommender/domain/learner.ts';
import { defaultLists } from '../../src/recommender/domain/lists.ts';
import { itemVectors, modelVersions, ratings, recommendations, userVectors } from '../../topologies/streams.ts';
import { recommendWith } from '../../topologies/recommend.ts';
import { trainWith } from '../../topologies/train.ts';
import { Random } from '../support/random.ts';
import { Crash, settle } from '../support/settle.ts';
import { World } from '../support/world.ts';
import { mergedQuality } from '../../src/recommender/domain/quality.ts';
import { TaskQualityDocument } from './task-quality.ts';
import { day, minute, rating, start } from './events.ts';

const train = trainWith({ ...defaultLearner, model: { factors: 8 }, cutEvery: 50 });
const recommend = recommendWith({ ...defaultLists, candidates: 12, everyVersions: 4 });
const dataflow = [train, recommend];

/** Two tastes, so that there is something to learn. */
function tastes(count: number, random: Random): Rating[] {
  return Array.from({ length: count }, (_, n) => {
    const user = random.below(24);
    const item = random.below(40);
    const value = (user + item) % 2 === 0 ? 5 : 1;
    return rating({ eventId: `r${n}`, userId: `u${user}`, itemId: `i${item}`, value, time: day + n * minute });
  });
}

const all = tastes(600, new Random(3));

async function worldWith(partitions: number, events: readonly Rating[]): Promise<World> {
  const world = await World.of(dataflow, { partitions, maxRecords: 90 });
  world.clock.time = start;
  await sendAll(world, events);
  return world;
}

async function sendAll(world: World, events: readonly Rating[]): Promise<void> {
  for (let from = 0; from < events.length; from += 100) await world.send(ratings, ...events.slice(from, from + 100));
}

const newest = async (world: World) => (await world.output(modelVersions)).at(-1);

/** The lists that stand in the end, by user. */
async function lists(world: World): Promise<Map<string, Recommendation>> {
  return new Map((await world.output(recommendations)).map(list => [list.userId, list]));
}

/** Vectors as a consumer finds them, without what depends on offsets. */
async function vectorsHash(world: World): Promise<string> {
  const last = new Map<string, string>();
  for (const { id, factors, bias } of await world.output(itemVectors))
    last.set(`i ${id}`, `${factors.toString('hex')} ${bias}`);
  for (const { id, factors, bias } of await world.output(userVectors))
    last.set(`u ${id}`, `${factors.toString('hex')} ${bias}`);
  const sorted = [...last].map(([id, vector]) => `${id} ${vector}`).sort();
  return createHash('sha256').update(sorted.join('\n')).digest('hex');
}

const listsHash = async (world: World): Promise<string> =>
  createHash('sha256')
    .update(
      [...(await lists(world)).values()]
        .map(({ userId, generation, number, items }) => JSON.stringify([userId, generation, number, items]))
        .sort()
        .join('\n'),
    )
    .digest('hex');

describe('the model', () => {
  test('is the same bit for bit over partitions, orders of arrival and duplicates, given the same cuts', async () => {
    const outcomes = new Set<string>();
    for (const partitions of [1, 2, 4, 8]) {
      const random = new Random(partitions);
      const shuffled = (events: readonly Rating[]): readonly Rating[] =>
        partitions === 1 ? events : random.shuffled([...events, ...events.slice(100, 150)]);
      // The first backlog is trained as a whole, the second, by which the model does not outgrow it, learnt in cuts.
      const world = await worldWith(partitions, shuffled(all.slice(0, 320)));
      await settle(world);
      await sendAll(world, shuffled(all.slice(320)));
      await settle(world);
      const version = await newest(world);
      outcomes.add(`${version?.hash} ${version?.number} ${await vectorsHash(world)} ${await listsHash(world)}`);
    }
    expect(outcomes.size).toBe(1);
  });

  test('and the lists are those of a run without crashes, whatever crashes', async () => {
    const calm = await worldWith(2, all);
    await settle(calm);
    for (const seed of [1, 2]) {
      const random = new Random(seed);
      const world = await worldWith(2, all);
      world.observer = {
        step: () => {
          if (random.chance(0.08)) throw new Crash();
        },
      };
      expect(await settle(world, () => (random.chance(0.3) ? { store: World.emptyStore() } : {}))).toBeGreaterThan(3);
      expect((await newest(world))?.hash).toBe((await newest(calm))?.hash);
      expect(await vectorsHash(world)).toBe(await vectorsHash(calm));
      expect(await listsHash(world)).toBe(await listsHash(calm));
    }
  });

  test('tells how well it had predicted what it then learnt', async () => {
    const [first, rest] = [all.slice(0, 400), all.slice(400)];
    const world = await worldWith(1, first);
    await settle(world);
    // There was no version yet that could have predicted anything.
    expect((await newest(world))?.prequential).toMatchObject({ records: 0, rmse: null });
    await world.send(ratings, ...rest);
    await settle(world);
    const { prequential } = (await newest(world)) ?? {};
    expect(prequential?.records).toBe(new Set(rest.map(({ eventId }) => eventId)).size);
    expect(prequential?.rmse).toBeGreaterThan(0);
    expect(prequential?.rmse).toBeLessThan(2.1);
  });
});

describe('a list', () => {
  test('holds what fits the taste of the user, and nothing that was rated', async () => {
    const world = await worldWith(2, all);
    await settle(world);
    const found = await lists(world);
    expect(found.size).toBe(24);
    let fitting = 0;
    let listed = 0;
    for (const [user, { items }] of found) {
      const rated = new Set(all.filter(({ userId }) => userId === user).map(({ itemId }) => itemId));
      for (const { itemId } of items.slice(0, 3)) {
        expect(rated).not.toContain(itemId);
        listed++;
        if ((Number(user.slice(1)) + Number(itemId.slice(1))) % 2 === 0) fitting++;
      }
    }
    expect(fitting / listed).toBeGreaterThan(0.8);
  });

  test('changes when its user rates, and never brings back what was rated', async () => {
    const world = await worldWith(2, all);
    await settle(world);
    const before = (await lists(world)).get('u1');
    const loved = before?.items[0]?.itemId ?? '';
    await world.send(ratings, rating({ userId: 'u1', itemId: loved, value: 5, time: day + 700 * minute }));
    await settle(world);
    const after = (await lists(world)).get('u1');
    expect(after?.items.map(({ itemId }) => itemId)).not.toContain(loved);
    expect(after?.number).toBeGreaterThan(before?.number ?? Infinity);
  });

  test('is served as a document, with the profile of its user beside it', async () => {
    const world = await worldWith(1, all.slice(0, 200));
    await settle(world);
    const list = (await lists(world)).get('u3');
    const document = await world.documents.get({ collection: 'recommendations', partition: 'u3', id: 'u3' });
    expect(document?.body).toMatchObject({ userId: 'u3', number: list?.number });
    const profile = await world.documents.get({ collection: 'profiles', partition: 'u3', id: 'u3' });
    const rated = new Set(all.slice(0, 200).flatMap(({ userId, itemId }) => (userId === 'u3' ? [itemId] : [])));
    expect(profile?.body).toMatchObject({ count: rated.size });
    const model = await world.documents.get({ collection: 'models', partition: 'live', id: 'current' });
    expect(model?.body).toMatchObject({ hash: (await newest(world))?.hash });
  });
});

/** Ratings that come wave by wave, each of which is learnt before the next; in the middle of them somebody is erased. */
const waves = [
  all.slice(0, 400),
  all.slice(400, 440),
  [rating({ eventId: 'erasure', userId: 'u5', itemId: '', kind: 'erase', value: 0, time: day + 441 * minute })],
  all.slice(441, 480).filter(({ userId }) => userId !== 'u5'),
  ...Array.from({ length: 12 }, (_, n) =>
    all.slice(480 + 10 * n, 490 + 10 * n).filter(({ userId }) => userId !== 'u5'),
  ),
];

async function inWaves(partitions: number, crash?: Random): Promise<World> {
  const world = await World.of(dataflow, { partitions, maxRecords: 500 });
  world.clock.time = start;
  if (crash !== undefined)
    world.observer = {
      step: () => {
        if (crash.chance(0.03)) throw new Crash();
      },
    };
  for (const wave of waves) {
    await world.send(ratings, ...wave);
    await settle(world, () => (crash?.chance(0.3) === true ? { store: World.emptyStore() } : {}));
  }
  return world;
}

/** All that is served: lists, profiles, histories, and how good the lists are, of all tasks together. */
async function served(world: World) {
  const documents = async (collection: string) =>
    (await world.documents.list({ collection, limit: 1_000 })).map(({ partition, id, body }) => ({
      partition,
      id,
      body,
    }));
  const quality = (await documents('quality')).map(({ id, body }) => TaskQualityDocument.parse({ task: id, ...body }));
  return {
    lists: await documents('recommendations'),
    profiles: await documents('profiles'),
    histories: await documents('histories'),
    quality: { ...mergedQuality(quality), tasks: undefined },
  };
}

describe('what is served', () => {
  test('is the same over partitions, and whatever crashes', async () => {
    const calm = await served(await inWaves(1));
    expect(calm.quality.all?.events).toBeGreaterThan(20);
    expect(calm.quality.exposure?.users).toBe(calm.lists.length);
    for (const partitions of [2, 4]) expect(await served(await inWaves(partitions))).toEqual(calm);
    for (const seed of [1, 2]) expect(await served(await inWaves(2, new Random(seed)))).toEqual(calm);
  });

  test.for([1, 4])(
    'is of the user what a session had done, over %i partitions, and nothing of the session',
    async partitions => {
      const world = await worldWith(partitions, all.slice(0, 200));
      const sessions = Array.from({ length: 6 }, (_, n) => `s${n}`);
      const time = day + 700 * minute;
      await world.send(
        ratings,
        ...sessions.map(sessionId => rating({ userId: '', sessionId, itemId: 'i1', kind: 'order', value: 1, time })),
      );
      await settle(world);
      expect((await lists(world)).get('s0')?.items.length).toBeGreaterThan(0);
      const alias = { kind: 'alias', itemId: '', value: 0, time: time + minute } as const;
      await world.send(ratings, ...sessions.map((sessionId, n) => rating({ ...alias, sessionId, userId: `new${n}` })));
      await settle(world);
      const { lists: stand, profiles, histories } = await served(world);
      for (const documents of [stand, profiles, histories]) {
        const users = new Set(documents.map(({ partition }) => partition));
        expect(sessions.filter(session => users.has(session))).toEqual([]);
        expect(sessions.filter((_, n) => !users.has(`new${n}`))).toEqual([]);
      }
      for (const { partition, body } of stand.filter(list => list.partition.startsWith('new')))
        expect([partition, JSON.stringify(body).includes('"i1"')]).toEqual([partition, false]);
    },
  );

  test('holds nothing of somebody who was erased', async () => {
    const { lists: stand, profiles, histories } = await served(await inWaves(2));
    for (const documents of [stand, profiles, histories])
      expect(new Set(documents.map(({ partition }) => partition))).toEqual(
        new Set(Array.from({ length: 24 }, (_, n) => `u${n}`).filter(user => user !== 'u5')),
      );
  });
});

test('an invalid rating is learnt by nobody, and reported by nobody but intake', async () => {
  const world = await worldWith(1, [rating({ value: NaN }), rating({ value: 11 })]);
  await settle(world);
  expect(await newest(world)).toBeUndefined();
  expect((await world.transport.bounds({ topic: 'dead-letters', partition: 0 })).end).toBe(0);
});
