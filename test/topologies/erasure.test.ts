/**
 * The generation that an erasure owes: its vectors, and those of what is learnt on it, are to the bit those of a life
 * in which the user never was; and no replay brings the user back.
 */
import { expect, test } from 'vitest';
import type { Rating } from '../../schemas/types.ts';
import { steps } from '../../src/engine/epoch.ts';
import { defaultLearner } from '../../src/recommender/domain/learner.ts';
import { itemVectors, ratings, userVectors } from '../../topologies/streams.ts';
import { trainWith } from '../../topologies/train.ts';
import { TestGenerations } from '../support/generations.ts';
import { Random } from '../support/random.ts';
import { Crash, settle } from '../support/settle.ts';
import { World } from '../support/world.ts';
import { day, minute, rating, start } from './events.ts';

const settings = { ...defaultLearner, model: { factors: 4, sweeps: 3 }, cutEvery: 50 };
const [erasedUser, session, ownItem] = ['u3', 's1', 'only theirs'];
const at = (n: number): number => day + n * minute;

const isTheirs = ({ userId, sessionId }: Rating): boolean => userId === erasedUser || sessionId === session;

/** What fifteen users do, one of whom also comes as a session, and likes an item that nobody else has met. */
function past(): Rating[] {
  const random = new Random(1);
  const all = Array.from({ length: 240 }, (_, n) => {
    const [user, item] = [random.below(15), random.below(20)];
    const value = (user + item) % 2 === 0 ? 5 : 1;
    return rating({ eventId: `e${n}`, userId: `u${user}`, itemId: `i${item}`, value, time: at(n) });
  });
  const own = { userId: erasedUser, value: 5 };
  const visit = { userId: '', sessionId: session, value: 5 };
  return [
    ...all,
    rating({ ...own, eventId: 'own', itemId: ownItem, time: at(250) }),
    rating({ ...visit, eventId: 'visit', itemId: 'i4', time: at(251) }),
    rating({ ...visit, kind: 'alias', userId: erasedUser, eventId: 'alias', itemId: '', value: 0, time: at(252) }),
    rating({ ...own, kind: 'order', eventId: 'order', itemId: 'i5', value: 2, time: at(253) }),
  ];
}

const erasure = rating({ kind: 'erase', eventId: 'erase', userId: erasedUser, itemId: '', value: 0, time: at(300) });

/** Live, one by one: what they move is moved on from the generation. */
const future = Array.from({ length: 12 }, (_, n) =>
  rating({ eventId: `f${n}`, userId: `u${n % 3}`, itemId: `i${(n * 5) % 20}`, value: 1 + (n % 5), time: at(310 + n) }),
);

async function opened(partitions = 2) {
  const generations = new TestGenerations();
  const world = await World.of([trainWith(settings, generations)], { partitions, maxRecords: 60 });
  world.clock.time = start;
  return { world, generations };
}
type Opened = Awaited<ReturnType<typeof opened>>;

/** The newest vector of each id, without the numbers of versions; one of nobody counts as none. */
async function vectors(world: World): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const stream of [itemVectors, userVectors])
    for (const { id, factors, bias, events } of await world.output<Vector>(stream)) {
      if (events === 0 && factors.every(byte => byte === 0)) found.delete(`${stream.name} ${id}`);
      else found.set(`${stream.name} ${id}`, `${factors.toString('hex')} ${bias} ${events}`);
    }
  return found;
}
interface Vector {
  readonly id: string;
  readonly factors: Buffer;
  readonly bias: number;
  readonly events: number;
}

/** The next generation: begun, trained from what the model knows then, and adopted. */
async function nextGeneration({ world, generations }: Opened, own = () => ({})): Promise<void> {
  generations.begin();
  await settle(world, own);
  generations.adopt(generations.trainNow(2), 2);
  await settle(world, own);
}

async function goOn({ world }: Opened, own = () => ({})): Promise<void> {
  for (const event of future) {
    await world.send(ratings, event);
    await settle(world, own);
  }
}

/** Somebody lives, is erased, and the generation that is owed comes; then life goes on. */
async function lived(place: Opened, own: () => object = () => ({})): Promise<Opened> {
  const { world } = place;
  await world.send(ratings, ...past());
  await settle(world, own);
  await world.send(ratings, erasure);
  await settle(world, own);
  await nextGeneration(place, own);
  await goOn(place, own);
  return place;
}

/** The same without them. */
async function neverMet(): Promise<Opened> {
  const place = await opened();
  await place.world.send(ratings, ...past().filter(event => !isTheirs(event)));
  await settle(place.world);
  await nextGeneration(place);
  await goOn(place);
  return place;
}

const never = neverMet();

test('until the generation that an erasure owes others keep what they moved by the user', async () => {
  const { world } = await opened();
  await world.send(ratings, ...past());
  await settle(world);
  await world.send(ratings, erasure);
  await settle(world);
  const other = await opened();
  await other.world.send(ratings, ...past().filter(event => !isTheirs(event)));
  await settle(other.world);
  const [kept, without] = [await vectors(world), await vectors(other.world)];
  expect([...kept.keys()].sort()).toEqual([...without.keys()].sort());
  expect(kept).not.toEqual(without);
});

test('that generation has the vectors of one that never met the user, and so has what is learnt on it', async () => {
  const found = await vectors((await lived(await opened())).world);
  expect(found.size).toBe(34);
  expect(found).toEqual(await vectors((await never).world));
});

test.for([1, 4])('over %i partitions', async partitions => {
  const found = await vectors((await lived(await opened(partitions))).world);
  expect(found).toEqual(await vectors((await never).world));
});

test.for(steps.map(({ name }) => name))('also when the task is killed before it can %s, in every epoch', async name => {
  const place = await opened();
  const seen = new Set<number>();
  place.world.observer = {
    step: ({ epoch }, step, when) => {
      if (step === name && when === 'before' && seen.size < seen.add(epoch).size) throw new Crash();
    },
  };
  const random = new Random(name.length);
  await lived(place, () => (random.chance(0.3) ? { store: World.emptyStore() } : {}));
  expect(seen.size).toBeGreaterThan(8);
  expect(await vectors(place.world)).toEqual(await vectors((await never).world));
});

test('a replay of the log, in which all of it still stands, meets nobody and comes to the same vectors', async () => {
  const { world, generations } = await opened(1);
  await world.send(ratings, ...past(), erasure, ...future);
  await settle(world);
  const other = await opened(1);
  await other.world.send(ratings, ...past().filter(event => !isTheirs(event)), ...future);
  await settle(other.world);
  expect(await vectors(world)).toEqual(await vectors(other.world));
  const { model } = generations.learner ?? {};
  expect([model?.user(erasedUser), model?.user(session), model?.seen(erasedUser)]).toEqual([undefined, undefined, []]);
  for (const userId of [erasedUser, session])
    expect(await world.documents.list({ collection: 'userVectors', partition: userId, limit: 1 })).toEqual([]);
});

test('an item that only they had to do with is as new to whoever meets it next', async () => {
  const [after, before] = [await lived(await opened()), await neverMet()];
  for (const { world } of [after, before]) {
    // What says nothing of a preference, and what does.
    const meets = { itemId: ownItem, time: at(400) };
    await world.send(ratings, rating({ ...meets, kind: 'return', value: 1, eventId: 'r', userId: 'u1' }));
    await settle(world);
    await world.send(ratings, rating({ ...meets, value: 5, eventId: 'm', userId: 'u2' }));
    await settle(world);
  }
  const found = await vectors(after.world);
  expect(found.get(`item-vectors ${ownItem}`)).toMatch(/ 1$/);
  expect(found).toEqual(await vectors(before.world));
});
