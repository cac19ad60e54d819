/** An experiment from its start to the generation that wins: the same whatever crashes, and over any number of partitions. */
import { describe, expect, test } from 'vitest';
import type { ModelVersion, Rating } from '../../schemas/types.ts';
import { steps } from '../../src/engine/epoch.ts';
import type { Model } from '../../src/als/index.ts';
import { type ModelDocument, Stored } from '../../src/recommender/api/stored.ts';
import { begunControl, type Control } from '../../src/recommender/domain/control.ts';
import { nothingJudged } from '../../src/recommender/domain/totals.ts';
import { inCandidate } from '../../src/recommender/domain/experiment.ts';
import { defaultLearner, type Learner } from '../../src/recommender/domain/learner.ts';
import { recommend } from '../../topologies/recommend.ts';
import { itemVectors, modelVersions, ratings, recommendations, userVectors } from '../../topologies/streams.ts';
import { trainWith } from '../../topologies/train.ts';
import { repeats } from '../support/consumer.ts';
import { TestGenerations } from '../support/generations.ts';
import { Random } from '../support/random.ts';
import { Crash, settle } from '../support/settle.ts';
import { World } from '../support/world.ts';
import { day, minute, rating, start } from './events.ts';

const settings = { ...defaultLearner, model: { factors: 4, sweeps: 2 }, cutEvery: 40 };

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
  const world = await World.of([trainWith(settings, generations), recommend], { partitions, maxRecords: 60 });
  world.clock.time = start;
  return { world, generations };
}

type Opened = Awaited<ReturnType<typeof opened>>;

/** Tried out, with more of the users, stopped, tried out again, and promoted; ratings come all the while. */
async function tryOut({ world, generations }: Opened, own = () => ({})) {
  const heard: Pick<Control, 'candidate' | 'former' | 'newest'>[] = [];
  const send = async (count: number, from: number): Promise<void> => {
    await world.send(ratings, ...events(count, from));
    await settle(world, own);
  };
  const hear = (): void => {
    const { candidate, former, newest } = generations.learner?.control ?? begunControl;
    heard.push({ candidate, former, newest });
  };
  await send(110, 0);
  generations.begin();
  await settle(world, own);
  const name = generations.trainNow(2, { factors: 3, seed: 5 });
  await send(6, 110);
  generations.experiment(name, 2, 0.3);
  await send(5, 116);
  hear();
  await send(60, 121); // more than a cut
  generations.experiment(name, 2, 0.6);
  await settle(world, own);
  await world.send(ratings, rating({ kind: 'erase', userId: 'u3', itemId: '', value: 0, time: day + 400 * minute }));
  await settle(world, own);
  hear();
  generations.stop(name);
  await send(3, 181);
  hear();
  generations.experiment(name, 2, 0.5);
  await settle(world, own);
  await send(7, 184);
  generations.promote(name);
  await send(4, 191);
  hear();
  await send(5, 195);
  return { ...(await told(world)), heard };
}

/** What a reader finds, without what depends on offsets. */
async function told(world: World) {
  const all = await world.output(modelVersions);
  const versions = all.map(version => ({ ...version, cut: undefined, learnt: undefined }));
  const newest = new Map<string, string>();
  for (const stream of [itemVectors, userVectors])
    for (const vector of await world.output<{ id: string }>(stream))
      newest.set(`${stream.name} ${vector.id}`, JSON.stringify(vector));
  for (const list of await world.output(recommendations)) newest.set(`list ${list.userId}`, JSON.stringify(list));
  return { versions, newest };
}

const calm = tryOut(await opened());

const named = (versions: readonly Pick<ModelVersion, 'generation' | 'number' | 'cause' | 'candidate'>[]) =>
  versions.map(({ generation, number, cause, candidate }) => {
    const tried = candidate === null ? '' : `, ${candidate.generation} at ${candidate.share}`;
    return `${generation}.${number} ${cause}${tried}`;
  });

test('versions name the candidate while it is tried out, and then are its own', async () => {
  const { versions } = await calm;
  expect(named(versions)).toEqual([
    '1.0 growth',
    '1.1 growth',
    '1.3 growth, 2 at 0.3', // begun and learnt in one epoch
    '1.5 growth, 2 at 0.3', // in two cuts
    '1.6 growth, 2 at 0.6', // nothing but the share
    '1.7 growth, 2 at 0.6',
    '1.9 growth',
    '1.10 growth, 2 at 0.5',
    '1.11 growth, 2 at 0.5',
    '2.8 experiment', // its numbers go on where they had ended
    '2.9 experiment',
  ]);
});

test('what is known of an experiment ends with it, and its numbers are remembered', async () => {
  const { heard } = await calm;
  expect(heard.map(({ candidate }) => candidate && [candidate.generation, candidate.share])).toEqual([
    [2, 0.3],
    [2, 0.6],
    null,
    null,
  ]);
  expect(heard.map(({ newest }) => newest)).toEqual([2, 2, 2, 2]);
  expect(heard.map(({ former }) => Object.keys(former).join(' '))).toEqual(['0', '0', '0 2', '0 1 2']);
});

describe('while it runs', () => {
  /** Until the experiment has run for a while. */
  async function running(share = 0.5) {
    const { world, generations } = await opened();
    await world.send(ratings, ...events(110, 0));
    await settle(world);
    generations.begin();
    await settle(world);
    const name = generations.trainNow(2, { factors: 3, seed: 5 });
    generations.experiment(name, 2, share);
    await settle(world);
    const learn = async (count: number, from: number): Promise<void> => {
      await world.send(ratings, ...events(count, from));
      await settle(world);
    };
    await learn(20, 110);
    return { world, generations, learn, name };
  }

  const arms = { candidate: 2, live: 1 } as const;
  const armOf = (user: string, share: number) => (inCandidate(user, 2, share) ? 'candidate' : 'live');

  test('each user has vector and list of the generation of the own arm, and of no other', async () => {
    const { world } = await running();
    const lists = new Map((await world.output(recommendations)).map(list => [list.userId, list]));
    const vectors = new Map((await world.output(userVectors)).map(vector => [vector.id, vector]));
    expect(vectors.size).toBe(15);
    for (const [id, { generation, factors }] of vectors) {
      const arm = armOf(id, 0.5);
      expect([id, generation, factors.length]).toEqual([id, arms[arm], arm === 'live' ? 8 : 6]);
      expect(lists.get(id)).toMatchObject({ policy: arm, generation: arms[arm] });
    }
    expect(new Set([...vectors.values()].map(({ generation }) => generation))).toEqual(new Set([1, 2]));
  });

  test('a list of the candidate is what its own model answers', async () => {
    const { world, generations } = await running(1);
    const model = generations.learner?.served.candidate?.model;
    const newest = new Map((await world.output(recommendations)).map(list => [list.userId, list]));
    const [id = ''] = [...newest.keys()];
    const scores = newest.get(id)?.items.map(({ itemId }) => model?.score(id, itemId) ?? NaN) ?? [];
    expect(scores.length).toBeGreaterThan(2);
    expect(newest.get(id)?.items.map(({ score }) => score)).toEqual(scores);
  });

  test('each rating is judged by the model that its user was shown', async () => {
    const { world, generations, learn } = await running();
    const { served } = learnerOf(generations);
    const before = judgedBy(generations);
    const published = await figures(world);
    const next = events(30, 200);
    const squaredOf = (arm: 'live' | 'candidate', model: Model | undefined): number =>
      next
        .filter(({ userId }) => armOf(userId, 0.5) === arm)
        .map(({ userId, itemId, value }) => (model?.stars(userId, itemId) ?? NaN) - value)
        .reduce((sum, error) => sum + error * error, 0);
    const squared = {
      live: squaredOf('live', served.live),
      candidate: squaredOf('candidate', served.candidate?.model),
    };
    await learn(30, 200);
    const after = judgedBy(generations);
    for (const arm of ['live', 'candidate'] as const)
      expect(after[arm].squared - before[arm].squared).toBeCloseTo(squared[arm], 9);
    const inLive = next.filter(({ userId }) => armOf(userId, 0.5) === 'live').length;
    expect(inLive).toBeGreaterThan(2);
    expect((await figures(world)).records - published.records).toBe(inLive);
    const { judged } = (await modelDocument(world)).candidate ?? {};
    expect(judged?.candidate.records).toBe(after.candidate.count);
  });

  test('no backlog is trained as a whole, so that both generations learn it alike', async () => {
    const { world, learn } = await running();
    await learn(300, 200);
    expect(named((await told(world)).versions).at(-1)).toMatch(/^1\.\d+ growth, 2 at 0\.5$/);
  });

  test('another generation that is adopted ends it', async () => {
    const { world, generations, learn } = await running();
    generations.begin('erasure');
    await settle(world);
    const name = generations.trainNow(3);
    generations.adopt(name, 3, 'erasure');
    await learn(3, 200);
    expect(named((await told(world)).versions).at(-1)).toBe('3.1 erasure');
    expect((await modelDocument(world)).candidate).toBeNull();
    expect(new Set((await newestUsers(world)).map(({ generation }) => generation))).toEqual(new Set([3]));
  });

  test('signals that come too late change nothing', async () => {
    const { world, generations, name } = await running();
    const count = async () => (await world.output(modelVersions)).length;
    generations.stop(name);
    await settle(world);
    const stopped = await count();
    for (const late of [() => generations.stop(name), () => generations.promote(name)]) late();
    generations.experiment(generations.learner?.control.live.name ?? '', 1, 0.5);
    await settle(world);
    expect(await count()).toBe(stopped);
  });
});

/** The one whose task runs: each settling has another. */
function learnerOf({ learner }: TestGenerations): Learner {
  if (learner === undefined) throw new Error('Nobody learns');
  return learner;
}

const judgedBy = (generations: TestGenerations) =>
  learnerOf(generations).control.candidate?.judged ?? { live: nothingJudged, candidate: nothingJudged };

async function figures(world: World) {
  const last = (await world.output(modelVersions)).at(-1);
  if (last === undefined) throw new Error('Nothing was published');
  return last.prequential;
}

async function modelDocument(world: World): Promise<ModelDocument> {
  const model = await new Stored(world.documents).model();
  if (model === undefined) throw new Error('There is no document of the model');
  return model;
}

const newestUsers = async (world: World) =>
  [...new Map((await world.output(userVectors)).map(vector => [vector.id, vector])).values()].filter(
    ({ gone }) => !gone,
  );

test.for([1, 4, 8])('all of it is the same bit for bit over %i partitions', async partitions => {
  const found = await tryOut(await opened(partitions));
  expect(found).toEqual(await calm);
});

const moments = steps.flatMap(({ name }) => [['before', name] as const, ['after', name] as const]);

describe('a crash changes nothing', () => {
  test.for(moments)('%s %s of every epoch: start, share, stop and promotion too', async ([moment, step]) => {
    const opening = await opened();
    const { world } = opening;
    const random = new Random(moments.findIndex(([m, s]) => m === moment && s === step));
    const seen = new Set<string>();
    world.observer = {
      step: ({ id, epoch }, name, when) => {
        if (name === step && when === moment && seen.size < seen.add(`${id} ${epoch}`).size) throw new Crash();
      },
    };
    const found = await tryOut(opening, () => (random.chance(0.3) ? { store: World.emptyStore() } : {}));
    expect(seen.size).toBeGreaterThan(12);
    expect(found).toEqual(await calm);
    for (const stream of [itemVectors, userVectors, modelVersions, recommendations])
      await repeats(world.transport, stream.name);
  });
});
