import { expect, test } from 'vitest';
import { whyAnswer } from '../../../src/recommender/api/wire.ts';
import { items, ratings } from '../../../topologies/streams.ts';
import { day, minute, rating } from '../../topologies/events.ts';
import { dataflow } from './dataflow.ts';
import { modelTime, shop } from './shop.ts';

interface Explained {
  readonly items: readonly { readonly itemId: string; readonly why?: readonly unknown[] }[];
}

interface Listed {
  readonly items: readonly { readonly itemId: string; readonly score: number }[];
}

test('what a user did comes to the score of the list, each thing with its event, over the real dataflow', async () => {
  const { world, json } = await dataflow();
  await world.send(items, {
    itemId: 'i1',
    tenant: '',
    title: 'One',
    genres: ['Drama'],
    tags: [],
    available: true,
    time: day,
  });
  const done = Array.from({ length: 300 }, (_, n) => {
    const event = { userId: `u${n % 12}`, itemId: `i${(n * 7 + (n % 5)) % 20}`, value: 1 + (n % 5) };
    return { ...event, eventId: `e${n}`, time: day + n * minute };
  });
  for (const event of done) await world.send(ratings, rating(event));
  await world.drain();
  const user = 'u11'; // whose rating is the newest
  const { items: list } = await json<Listed>(`/v2/users/${user}/recommendations?n=3`);
  for (const { itemId, score } of list) {
    const answer = whyAnswer.strict().parse(await json(`/v2/users/${user}/recommendations/${itemId}/why?n=100`));
    expect(answer).toMatchObject({ itemId, reason: 'personal', score, others: { ratings: null, liked: null } });
    expect(answer.contributions.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(
      answer.sum ?? NaN,
    );
    // The published vector is rounded to the grid, and as old as its last solving.
    expect(Math.abs((answer.sum ?? NaN) - score)).toBeLessThan(0.05);
    const own = done.filter(({ userId }) => userId === user);
    expect(answer.count).toBe(new Set(own.map(event => event.itemId)).size);
    for (const { itemId: id, events } of answer.contributions) {
      const newest = own.findLast(event => event.itemId === id);
      const at = new Date(newest?.time ?? NaN).toISOString();
      expect(events).toEqual([{ kind: 'rating', value: newest?.value, at }]);
    }
    const { items: told } = await json<Explained>(`/v2/users/${user}/recommendations?n=3&explain=10`);
    expect(told.find(item => item.itemId === itemId)?.why).toEqual(answer.contributions.slice(0, 10));
    const few = whyAnswer.parse(await json(`/v2/users/${user}/recommendations/${itemId}/why?n=2`));
    const sizes = answer.contributions.map(({ contribution }) => Math.abs(contribution));
    expect(few).toMatchObject({ sum: answer.sum, count: answer.count, contributions: { length: 2 } });
    expect(Math.abs(few.contributions[0]?.contribution ?? 0)).toBe(Math.max(...sizes));
  }
});

test('for who has no vector the answer is what everybody does: so many ratings in the window, so many who liked it', async () => {
  const { fill, get } = await shop();
  await fill.item('heat', { title: 'Heat' });
  await fill.item('quiet');
  await fill.model(['liked', 'heat']);
  await fill.item('liked');
  const ask = async (itemId: string) => (await get(`/v2/users/stranger/recommendations/${itemId}/why`)).json<object>();
  const nothing = { score: null, sum: null, count: 0, contributions: [] };
  expect(await ask('heat')).toMatchObject({ ...nothing, title: 'Heat', reason: 'popular', others: { liked: 49 } });
  expect(await ask('quiet')).toMatchObject({ ...nothing, reason: 'popular', others: { liked: null, ratings: null } });
  await fill.board('hourly', ['heat']);
  const trending = { reason: 'trending', modelVersion: null, others: { ratings: 9, liked: null } };
  expect(await ask('heat')).toMatchObject({ ...nothing, ...trending });
});

test('a list says its reasons when it is asked to: none where nothing is personal or known, and no more than are asked for', async () => {
  const { fill, get } = await shop();
  await fill.model(['liked', 'unheard of']);
  await fill.item('liked');
  const { items: list } = (await get('/v2/users/stranger/recommendations?explain=3')).json<Explained>();
  expect(list).toMatchObject([
    { itemId: 'liked', why: [] },
    { itemId: 'unheard of', why: [] },
  ]);
  const { items: plain } = (await get('/v2/users/stranger/recommendations')).json<Explained>();
  expect(plain.map(({ why }) => why)).toEqual([undefined, undefined]);
  expect((await get('/v2/users/stranger/recommendations?explain=11')).statusCode).toBe(400);
});

test('where nothing tells the settings of the generation the score stands without its parts', async () => {
  const { fill, get } = await shop();
  await fill.raw('models', 'live', 'current', { generation: 1, number: 2, time: modelTime, popular: [] });
  await fill.user('ann', [2]);
  await fill.vector('heat', [3]);
  const answer = (await get('/v2/users/ann/recommendations/heat/why')).json<object>();
  expect(answer).toMatchObject({ reason: 'personal', modelVersion: '1.2', score: 6, sum: null, count: 0 });
});

test('of no item at all there is no reason', async () => {
  const { get } = await shop();
  const answer = await get('/v2/users/ann/recommendations/nothing/why');
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([404, 'UNKNOWN_ITEM']);
  expect((await get('/v2/users/ann/recommendations/nothing/why?n=0')).statusCode).toBe(400);
});
