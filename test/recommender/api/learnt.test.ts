import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ratings } from '../../../topologies/streams.ts';
import { LearntOffsets } from '../../../src/recommender/api/learnt.ts';
import { partitionOf } from '../../../src/transport/partitioner.ts';
import { wakingClock } from '../../support/waking-clock.ts';
import { day, minute, rating, start } from '../../topologies/events.ts';
import { dataflow } from './dataflow.ts';

interface Written {
  readonly partition: number;
  readonly offset: number;
  readonly learnt?: boolean;
  readonly modelVersion?: string | null;
}

interface Listed {
  readonly items: readonly { readonly itemId: string }[];
  readonly learnt?: boolean;
}

/** A model of 300 events by twelve users, whose lists are made. */
async function learntShop() {
  const clock = wakingClock(start);
  const { world, server, get } = await dataflow({ clock });
  for (let n = 0; n < 300; n++) {
    const event = { userId: `u${n % 12}`, itemId: `i${(n * 7 + (n % 5)) % 20}`, value: 1 + (n % 5) };
    await world.send(ratings, rating({ ...event, eventId: `e${n}`, time: day + n * minute }));
  }
  await world.drain();
  let drawn = 0;
  const post = async (query = '', change: object = {}) => {
    const payload = { userId: 'u3', itemId: 'new', value: 5, eventId: `posted-${drawn++}`, ...change };
    const answer = await server.app.inject({ method: 'POST', url: `/v2/ratings${query}`, payload });
    expect(answer.statusCode).toBe(202);
    return answer.json<Written>();
  };
  const list = async (query: string, user = 'u3') =>
    (await get(`/v2/users/${user}/recommendations?${query}`)).json<Listed>();
  return { world, clock, server, post, list, get };
}

/** Lets everything that is under way come as far as it can without the clock. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await setImmediate();
}

/** Whether it has been answered. */
function watched<T>(answer: Promise<T>) {
  const state = { answer, isAnswered: false };
  void answer.then(() => (state.isAnswered = true));
  return state;
}

test('a write is told that it is learnt when it is, and by which version of the model', async () => {
  const { world, post, get } = await learntShop();
  const written = watched(post('?wait=5000'));
  await settled();
  expect(written.isAnswered).toBe(false);
  await world.drain();
  const { learnt, modelVersion } = await written.answer;
  const newest = (await get('/v2/models/history?n=1')).json<{ versions: { version: string }[] }>();
  expect([learnt, modelVersion]).toEqual([true, newest.versions[0]?.version]);
  expect(await post()).not.toHaveProperty('learnt');
});

test('who asks later is told of the version that learnt the write, not of one that has come since', async () => {
  const { world, clock, post, get } = await learntShop();
  const { transport, registry } = world;
  const learnt = new LearntOffsets({ transport, registry, clock, report: error => expect.unreachable(String(error)) });
  onTestFinished(() => learnt.close());
  const place = await post();
  await world.drain();
  const history = (await get('/v2/models/history?n=1')).json<{ versions: { version: string }[] }>();
  await post('', { itemId: 'newer' });
  await world.drain();
  const version = await learnt.of('').wait(place, 0);
  expect(version && `${version.generation}.${version.number}`).toBe(history.versions[0]?.version);
});

test('a write is not told that it is learnt by a version that ends just before it', async () => {
  const { clock, post } = await learntShop();
  const written = watched(post('?wait=5000'));
  await settled();
  clock.advance(4_999);
  await settled();
  expect(written.isAnswered).toBe(false);
  clock.advance(1);
  expect(await written.answer).toMatchObject({ learnt: false, modelVersion: null });
});

test('who writes reads what came of it, and is told where it has not come yet', async () => {
  const { world, clock, post, list } = await learntShop();
  const { partition, offset } = await post('', { itemId: (await list('n=1')).items[0]?.itemId });
  const after = `after=${partition}:${offset}`;
  const train = await world.open('train');
  while (await train.step());
  const early = watched(list(`${after}&wait=1000`));
  await settled();
  expect(early.isAnswered).toBe(false);
  clock.advance(1_000);
  expect((await early.answer).learnt).toBe(false);
  await world.drain();
  const late = await list(after);
  expect(late.learnt).toBe(true);
  expect(late.items).toEqual((await list('')).items);
  expect(await list('')).not.toHaveProperty('learnt');
});

test('a list that came out the same is known to have learnt once its topology has told how far it is', async () => {
  const { world, clock, post, list } = await learntShop();
  const { partition, offset } = await post('', { userId: 'u4', kind: 'view', value: 1 });
  await world.drain();
  // Somebody without any list, in the same partition: nothing was written that could tell.
  const answer = await list(`after=${partition}:${offset}`, 'of-no-list');
  expect(answer.learnt).toBe(true);
  const ahead = watched(list(`after=${partition}:${offset + 1}`, 'of-no-list'));
  await settled();
  expect(ahead.isAnswered).toBe(false);
  clock.advance(2_000);
  expect((await ahead.answer).learnt).toBe(false);
});

test('no more wait than may, and nobody waits once the server closes', async () => {
  const { server, post } = await learntShop();
  const waiting = Array.from({ length: 256 }, () => watched(post('?wait=10000')));
  await settled();
  expect(await post('?wait=10000')).toMatchObject({ learnt: false });
  expect(waiting.some(({ isAnswered }) => isAnswered)).toBe(false);
  await server.close();
  for (const { answer } of waiting) expect((await answer).learnt).toBe(false);
});

test.each(['after=3', 'after=a:b', 'after=1:2:3', 'after=-1:4', 'after=0:1&wait=10001', 'after=0:1&wait=-1'])(
  'refuses %s',
  async query => {
    const { get } = await learntShop();
    expect((await get(`/v2/users/u3/recommendations?${query}`)).statusCode).toBe(400);
  },
);

test('what a session did is the user’s after an alias, and the session has no list of its own', async () => {
  const { world, server, list } = await learntShop();
  const session = { sessionId: 's-1', value: 5 };
  for (const itemId of ['i1', 'i2', 'i3'])
    await server.app.inject({ method: 'POST', url: '/v2/ratings', payload: { ...session, itemId, eventId: itemId } });
  await world.drain();
  const answer = await server.app.inject({
    method: 'POST',
    url: '/v2/users/newcomer/aliases',
    payload: { sessionId: 's-1' },
  });
  expect(answer.statusCode).toBe(202);
  expect(answer.json()).toMatchObject({ topic: 'ratings', partition: partitionOf('newcomer', 2) });
  await world.drain();
  const profile = (await server.app.inject({ url: '/v2/users/newcomer/profile' })).json<Listed>();
  expect(profile.items.map(({ itemId }) => itemId).toSorted()).toEqual(['i1', 'i2', 'i3']);
  const { items } = await list('n=20', 'newcomer');
  expect(items.filter(({ itemId }) => ['i1', 'i2', 'i3'].includes(itemId))).toEqual([]);
  const gone = { collection: 'profiles', partition: 's-1', id: 's-1' };
  expect(await world.documents.get(gone)).toBeUndefined();
});

test('an alias to oneself is refused', async () => {
  const { server } = await learntShop();
  const payload = { sessionId: 'u3' };
  const answer = await server.app.inject({ method: 'POST', url: '/v2/users/u3/aliases', payload });
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([422, 'INVALID_RATING']);
});
