/** Generations are built beside the live one and switched in at one moment, the same whatever crashes. */
import { describe, expect, test } from 'vitest';
import type { Rating } from '../../schemas/types.ts';
import { steps } from '../../src/engine/epoch.ts';
import { defaultLearner } from '../../src/recommender/domain/learner.ts';
import { items, itemVectors, modelVersions, ratings, userVectors } from '../../topologies/streams.ts';
import { trainWith } from '../../topologies/train.ts';
import { repeats } from '../support/consumer.ts';
import { TestGenerations } from '../support/generations.ts';
import { Random } from '../support/random.ts';
import { Crash, settle } from '../support/settle.ts';
import { World } from '../support/world.ts';
import { day, minute, rating, start } from './events.ts';

const settings = { ...defaultLearner, model: { factors: 4, sweeps: 3 }, cutEvery: 50 };

const events = (count: number, from: number): Rating[] => {
  const random = new Random(from + 1);
  return Array.from({ length: count }, (_, n) => {
    const [user, item] = [random.below(15), random.below(20)];
    const value = (user + item) % 2 === 0 ? 5 : 1;
    const time = day + (from + n) * minute;
    return rating({ eventId: `e${from + n}`, userId: `u${user}`, itemId: `i${item}`, value, time });
  });
};

async function opened(partitions = 2) {
  const generations = new TestGenerations();
  const world = await World.of([trainWith(settings, generations)], { partitions, maxRecords: 60 });
  world.clock.time = start;
  return { world, generations };
}

interface Told {
  readonly versions: readonly string[];
  readonly vectors: ReadonlyMap<string, string>;
}

/** What a reader finds, without what depends on offsets. */
async function told(world: World): Promise<Told> {
  const versions = (await world.output(modelVersions)).map(
    ({ generation, number, hash, parentHash, cause }) => `${generation}.${number} ${cause} ${parentHash} ${hash}`,
  );
  const vectors = new Map<string, string>();
  for (const stream of [itemVectors, userVectors])
    for (const { id, generation, number, factors, bias } of await world.output<{
      id: string;
      generation: number;
      number: number;
      factors: Buffer;
      bias: number;
    }>(stream))
      vectors.set(`${stream.name} ${id}`, `${generation}.${number} ${factors.toString('hex')} ${bias}`);
  return { versions, vectors };
}

/** A life: a backlog, live ratings, a generation built while more come, one more, and back to the first. */
async function live({ world, generations }: Awaited<ReturnType<typeof opened>>, own = () => ({})): Promise<Told> {
  const send = async (count: number, from: number): Promise<void> => {
    await world.send(ratings, ...events(count, from));
    await settle(world, own);
  };
  await send(200, 0);
  const first = generations.learner?.control.live.name ?? '';
  await send(7, 200);
  generations.begin();
  await settle(world, own);
  const name = generations.trainNow(2);
  await send(9, 207);
  generations.adopt(name, 2);
  await send(5, 216);
  await send(4, 221);
  generations.adopt(first, 1, 'rollback');
  await settle(world, own);
  await send(3, 225);
  return told(world);
}

const calm = live(await opened());

test('the live generation goes on while another is built; then all vectors are those of the other, in one version', async () => {
  const { versions } = await calm;
  expect(versions.map(version => version.split(' ').slice(0, 2).join(' '))).toEqual([
    '1.0 growth',
    '1.1 growth',
    '1.2 growth',
    '2.1 command', // in one epoch with five events that came at the same time
    '2.2 command',
    '1.3 rollback', // its numbers go on where they had ended
    '1.4 rollback',
  ]);
});

test('each version names its parent by hash, over generations too', async () => {
  const { versions } = await calm;
  const hashes = versions.map(version => version.split(' '));
  for (let n = 1; n < hashes.length; n++) expect(hashes[n]?.[2]).toBe(hashes[n - 1]?.[3]);
});

test('what came while a generation was trained is in it when it is adopted: newer than its training, solved anew', async () => {
  const { world, generations } = await opened();
  await world.send(ratings, ...events(200, 0));
  generations.begin();
  await settle(world);
  const name = generations.trainNow(2);
  const content = generations.files.get(name)?.generation;
  await world.send(ratings, rating({ userId: 'u1', itemId: 'i3', value: 1, time: day + 300 * minute }));
  await settle(world);
  generations.adopt(name, 2);
  await settle(world);
  const trained = (id: string) => {
    const row = content?.users.ids.indexOf(id) ?? NaN;
    return content?.users.factors.slice(row * 4, row * 4 + 4);
  };
  const model = generations.learner?.model;
  expect(model?.user('u1')?.factors).not.toEqual(trained('u1'));
  expect(model?.user('u2')?.factors).toEqual(trained('u2'));
});

test('no reader finds vectors of two generations in one version', async () => {
  const { vectors } = await calm;
  expect(vectors.size).toBe(35);
  for (const vector of vectors.values()) expect(vector).toMatch(/^1\.[34] /);
});

test.for([1, 4, 8])('all of it is the same bit for bit over %i partitions', async partitions => {
  const found = await live(await opened(partitions));
  expect(found.versions).toEqual((await calm).versions);
  expect(found.vectors).toEqual((await calm).vectors);
});

const moments = steps.flatMap(({ name }) => [['before', name] as const, ['after', name] as const]);

describe('a crash changes nothing', () => {
  test.for(moments)('%s %s of every epoch, begin and adoption too', async ([moment, step]) => {
    const opening = await opened();
    const { world } = opening;
    const random = new Random(moments.findIndex(([m, s]) => m === moment && s === step));
    const seen = new Set<number>();
    world.observer = {
      step: ({ epoch }, name, when) => {
        if (name === step && when === moment && seen.size < seen.add(epoch).size) throw new Crash();
      },
    };
    const found = await live(opening, () => (random.chance(0.3) ? { store: World.emptyStore() } : {}));
    expect(seen.size).toBeGreaterThan(8);
    expect(found.versions).toEqual((await calm).versions);
    expect(found.vectors).toEqual((await calm).vectors);
    for (const stream of [itemVectors, userVectors, modelVersions]) await repeats(world.transport, stream.name);
  });
});

describe('what users say about themselves', () => {
  test('an erased user is forgotten at once, with document and vector, and a generation is owed', async () => {
    const { world, generations } = await opened();
    await world.send(ratings, ...events(200, 0));
    await settle(world);
    await world.send(ratings, rating({ kind: 'erase', userId: 'u3', itemId: '', value: 0, time: day + 300 * minute }));
    await settle(world);
    expect(await world.documents.get({ collection: 'userVectors', partition: 'u3', id: 'u3' })).toBeUndefined();
    const last = (await world.output(userVectors)).findLast(({ id }) => id === 'u3');
    expect(last?.events).toBe(0);
    expect(new Set(last?.factors)).toEqual(new Set([0]));
    expect(generations.learner?.model.user('u3')).toBeUndefined();
    expect(generations.learner?.control).toMatchObject({ erasedAt: 1, live: { base: 1 } });
    expect((await world.output(modelVersions)).at(-1)).toMatchObject({ generation: 1, number: 1 });
  });

  test('what a clock ahead of ours has stamped later than the erasure is not learnt by a replay either', async () => {
    const erased = { userId: 'u3', itemId: '', kind: 'erase', value: 0, time: day + 300 * minute } as const;
    const ahead = rating({ eventId: 'ahead', userId: 'u3', itemId: 'i5', value: 5, time: day + 400 * minute });
    const same = rating({ eventId: 'same', userId: 'u3', itemId: 'i6', value: 5, time: erased.time });
    const session = { userId: '', sessionId: 's1', eventId: 's1', itemId: 'i7', value: 5, time: day + 290 * minute };
    const joined = { kind: 'alias', sessionId: 's1', userId: 'u3', itemId: '', value: 0 } as const;
    const world = await opened();
    await world.world.send(
      ratings,
      ...events(200, 0),
      rating(session),
      ahead,
      same,
      rating({ ...joined, eventId: 'joined', time: day + 410 * minute }),
      rating({ ...erased, eventId: 'erased' }),
    );
    await settle(world.world);
    const model = () => world.generations.learner?.model;
    expect([model()?.user('u1') === undefined, model()?.user('u3'), model()?.user('s1')]).toEqual([
      false,
      undefined,
      undefined,
    ]);

    // Who comes back is somebody new, of whom that alone is known.
    await world.world.send(ratings, rating({ ...ahead, eventId: 'back', itemId: 'i9', time: day + 310 * minute }));
    await settle(world.world);
    expect(model()?.seen('u3')).toEqual(['i9']);
  });

  test('the erasure of somebody whom the model has never met is told with a version, which changes nothing', async () => {
    const { world } = await opened();
    await world.send(ratings, ...events(200, 0));
    await settle(world);
    const [before] = (await world.output(modelVersions)).slice(-1);
    await world.send(
      ratings,
      rating({ kind: 'erase', userId: 'nobody', itemId: '', value: 0, time: day + 300 * minute }),
    );
    await settle(world);
    const versions = await world.output(modelVersions);
    const { generation, number, hash } = before ?? {};
    expect(versions.at(-1)).toMatchObject({ generation, number, hash });
    const ends = versions.map(({ learnt }) => learnt.reduce((sum, { end }) => sum + end, 0));
    expect(ends.at(-1)).toBe((ends.at(-2) ?? 0) + 1);
    expect(await world.documents.list({ collection: 'userVectors', partition: 'nobody', limit: 1 })).toEqual([]);
  });

  test('also where there is no model yet', async () => {
    const { world } = await opened(1);
    await world.send(ratings, rating({ kind: 'erase', userId: 'nobody', itemId: '', value: 0, time: day }));
    await settle(world);
    expect((await world.output(modelVersions)).at(-1)?.learnt).toContainEqual({
      stream: 'ratings',
      partition: 0,
      end: 1,
    });
  });

  test('a session that becomes a user is one with it: nobody else has what it did', async () => {
    const { world, generations } = await opened();
    await world.send(ratings, ...events(200, 0));
    const visit = { userId: '', sessionId: 's1', itemId: 'i4', value: 5, time: day + 300 * minute };
    await world.send(ratings, rating(visit));
    await settle(world);
    expect(generations.learner?.model.user('s1')?.events).toBe(1);
    const time = day + 301 * minute;
    await world.send(ratings, rating({ kind: 'alias', sessionId: 's1', userId: 'new', itemId: '', value: 0, time }));
    await settle(world);
    expect(generations.learner?.model.user('s1')).toBeUndefined();
    expect(generations.learner?.model.user('new')?.events).toBe(1);
    expect(generations.learner?.model.seen('new')).toEqual(['i4']);
    expect(await world.documents.get({ collection: 'userVectors', partition: 's1', id: 's1' })).toBeUndefined();
  });
});

test('an item that nobody has met begins where its genres are, and is published with what is learnt next', async () => {
  const { world, generations } = await opened();
  const film = (itemId: string, genres: string[]) => ({
    itemId,
    title: itemId,
    tenant: '',
    genres,
    tags: [],
    available: true,
    time: day,
  });
  await world.send(items, ...Array.from({ length: 20 }, (_, n) => film(`i${n}`, [n % 2 === 0 ? 'even' : 'odd'])));
  await world.send(ratings, ...events(200, 0));
  await settle(world);
  const { length } = await world.output(modelVersions);
  await world.send(items, film('fresh', ['even']));
  await settle(world);
  expect(await world.output(modelVersions)).toHaveLength(length);
  await world.send(ratings, rating({ userId: 'u1', itemId: 'i2', value: 1, time: day + 300 * minute }));
  await settle(world);
  const vector = (await world.output(itemVectors)).findLast(({ id }) => id === 'fresh');
  expect(vector?.events).toBe(0);
  const model = generations.learner?.model;
  const of = (user: string) => model?.score(user, 'fresh') ?? NaN;
  expect(of('u2')).toBeGreaterThan(of('u3')); // who likes what is even, and who likes what is odd
});

test('other settings are journalled, and count for what is trained from then on', async () => {
  const { world, generations } = await opened();
  await world.send(ratings, ...events(200, 0));
  await settle(world);
  const before = (await told(world)).versions;
  await world.deploy([trainWith({ ...settings, model: { ...settings.model, factors: 6 } }, generations)]);
  await world.send(ratings, ...events(3, 200));
  await settle(world);
  expect((await told(world)).versions).toHaveLength(before.length + 1);
  expect(generations.learner?.model.settings.factors).toBe(4);
  await world.send(ratings, ...events(400, 203));
  await settle(world);
  expect((await world.output(modelVersions)).at(-1)).toMatchObject({
    generation: 2,
    number: 0,
    hyperParameters: expect.objectContaining({ factors: 6 }),
  });
});

test('errors are those of the model that was published when an event came, all and warm apart', async () => {
  const { world, generations } = await opened();
  await world.send(ratings, ...events(200, 0));
  await settle(world);
  const next = [...events(130, 200), rating({ userId: 'cold', itemId: 'i1', value: 3, time: day + 400 * minute })];
  // By the model as it is published now; what the cuts of this backlog learn meanwhile nobody has seen.
  const squared = next
    .map(({ userId, itemId, value }) => (generations.learner?.model.stars(userId, itemId) ?? NaN) - value)
    .reduce((sum, error) => sum + error * error, 0);
  const before = await figures(world);
  await world.send(ratings, ...next);
  await settle(world);
  const after = await figures(world);
  expect(after.records - before.records).toBe(131);
  expect(after.warmRecords - before.warmRecords).toBe(130);
  expect(after.squaredErrorSum - before.squaredErrorSum).toBeCloseTo(squared, 9);
});

async function figures(world: World) {
  const last = (await world.output(modelVersions)).at(-1);
  if (last === undefined) throw new Error('Nothing was published');
  return last.prequential;
}
