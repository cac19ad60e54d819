import { expect, test } from 'vitest';
import { envelope } from '../../../src/recommender/api/wire.ts';
import { items as catalogue, ratings } from '../../../topologies/streams.ts';
import { day, minute, rating } from '../../topologies/events.ts';
import { dataflow } from './dataflow.ts';
import { modelTime, shop } from './shop.ts';

interface Listed {
  readonly reason: string;
  readonly policy: string;
  readonly modelVersion: string | null;
  readonly items: readonly { readonly itemId: string; readonly score: number; readonly reason: string }[];
}

test('a visitor who did what a user did has the scores that explain the user’s list, over the real dataflow, and stays unknown', async () => {
  const { world, server, json } = await dataflow();
  await world.send(catalogue, {
    tenant: '',
    itemId: 'i1',
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
  const user = 'u11'; // whose rating is the newest, so that nothing has moved since the user was solved
  const own = await json<Listed>(`/v2/users/${user}/recommendations?n=5`);
  const items = done
    .filter(({ userId }) => userId === user)
    .map(({ itemId, value, time }) => ({ itemId, kind: 'rating', value, at: new Date(time).toISOString() }));
  const ask = (payload: object) => server.app.inject({ method: 'POST', url: '/v2/recommendations', payload });
  const answer = await ask({ items, n: 5 });
  const list = envelope.strict().parse(answer.json());
  expect(list).toMatchObject({ reason: 'personal', policy: 'basket', modelVersion: own.modelVersion });
  expect(list.items.length).toBeGreaterThan(2);
  for (const { itemId, score } of list.items) {
    // By another way: of each thing that the user did what it adds.
    const { sum } = await json<{ sum: number }>(`/v2/users/${user}/recommendations/${itemId}/why`);
    expect(score).toBeCloseTo(sum, 12);
  }
  expect(own.items.map(({ itemId }) => itemId)).toEqual(expect.arrayContaining([list.items[0]?.itemId]));
  expect(await json<object>('/v2/users')).toMatchObject({ total: 12 });
});

const settings = {
  regularisation: { strength: 0, frequencyExponent: 0 },
  unobservedWeight: 0,
  gridExponent: { users: 0, items: 0 },
  weights: {
    ageBounds_ms: [],
    rules: [
      { kind: 'order', atLeast: 0, preference: 1, confidence: [16] },
      { kind: 'view', atLeast: 0, preference: 0, confidence: [16] },
    ],
  },
};

/** Two factors; without regularisation and unobserved weight a basket of an axis each is fitted exactly. */
async function axes() {
  const opened = await shop();
  const { fill, postTo } = opened;
  await fill.raw('models', 'live', 'current', {
    generation: 1,
    number: 8,
    time: modelTime,
    settings,
    popular: [{ itemId: 'crowd', score: 9 }],
  });
  await fill.vector('x', [2, 0]);
  await fill.vector('y', [0, 4]);
  await fill.vector('both', [1, 1]);
  await fill.vector('less', [1, 0]);
  await fill.item('less', { genres: ['Comedy'] });
  await fill.vector('gone', [9, 9]);
  await fill.item('gone', { available: false });
  const basket = async (body: object) => (await postTo('/v2/recommendations', body)).json<Listed>();
  return { ...opened, basket };
}

test('a basket is solved for: the scores are those of the least squares, worked out by hand', async () => {
  const { basket } = await axes();
  // 2 a = 1 and 4 b = 1: a visitor of (1/2, 1/4).
  const { items, reason } = await basket({ items: [{ itemId: 'x' }, { itemId: 'y' }], n: 2 });
  expect(reason).toBe('personal');
  expect(items.map(({ itemId, score }) => [itemId, Math.round(score * 1e9) / 1e9])).toEqual([
    ['both', 0.75],
    ['less', 0.5],
  ]);
});

test('rules hold, nothing of the basket returns, and the rest is what everybody likes', async () => {
  const { basket, fill } = await axes();
  await fill.item('crowd');
  const body = { items: [{ itemId: 'x' }, { itemId: 'y' }, { itemId: 'crowd' }, { itemId: 'none such' }] };
  const all = await basket(body);
  expect(all.items.map(({ itemId }) => itemId)).toEqual(['both', 'less']);
  const comedy = await basket({ ...body, genre: ['comedy'] });
  expect(comedy.items.map(({ itemId }) => itemId)).toEqual(['less']);
});

test('a basket that says nothing of what is wanted gets what everybody likes, and the list says so', async () => {
  const { basket, fill } = await axes();
  await fill.item('crowd');
  for (const items of [[{ itemId: 'none such' }], [{ itemId: 'x', kind: 'view' }]])
    expect(await basket({ items, n: 1 })).toMatchObject({
      reason: 'popular',
      policy: 'popular',
      items: [{ itemId: 'crowd', reason: 'popular' }],
    });
});

test('what is no basket is refused', async () => {
  const { postTo } = await axes();
  const bad: object[] = [
    {},
    { items: [] },
    { items: Array.from({ length: 201 }, () => ({ itemId: 'x' })) },
    { items: [{ itemId: 'x', kind: 'wish' }] },
    { items: [{ itemId: 'x', value: -1 }] },
    { items: [{ itemId: 'x\u0000' }] },
    { items: [{ itemId: 'x' }], n: 101 },
    { items: [{ itemId: 'x' }], userId: 'ann' },
    { items: 'x' },
    { items: { length: 1, 0: { itemId: 'x' } } },
  ];
  for (const body of bad) expect([body, (await postTo('/v2/recommendations', body)).statusCode]).toEqual([body, 400]);
});

test('a session that has sent events has a list of its own, until it is made the user’s', async () => {
  const { world, server } = await dataflow();
  const did = (who: { userId: string } | { sessionId: string }, n: number) => {
    const event = { userId: '', itemId: `i${(n * 7 + (n % 5)) % 20}`, value: 1 + (n % 5), ...who };
    return rating({ ...event, eventId: `s${n}`, time: day + n * minute });
  };
  for (let n = 0; n < 300; n++) await world.send(ratings, did({ userId: `u${n % 12}` }, n));
  for (let n = 300; n < 304; n++) await world.send(ratings, did({ sessionId: 'visit' }, n));
  await world.drain();
  const ask = async (sessionId: string) => {
    const answer = await server.app.inject({
      method: 'POST',
      url: '/v2/recommendations',
      payload: { sessionId, n: 5 },
    });
    return envelope.strict().parse(answer.json());
  };
  const own = await ask('visit');
  expect(own).toMatchObject({ reason: 'personal', policy: 'live' });
  const done = [300, 301, 302, 303].map(n => did({ sessionId: 'visit' }, n).itemId);
  expect(own.items.filter(({ itemId }) => done.includes(itemId))).toEqual([]);
  expect((await ask('nobody')).reason).not.toBe('personal');

  const alias = { ...did({ userId: 'u1' }, 400), itemId: '', value: 0, kind: 'alias', sessionId: 'visit' } as const;
  await world.send(ratings, alias);
  await world.drain();
  expect((await ask('visit')).reason).not.toBe('personal');
});

test('events of a session that has no list yet are as good as a basket', async () => {
  const { postTo, fill } = await shop();
  await fill.model(['heat', 'ronin', 'alien']);
  for (const [id, factors] of [
    ['heat', [3, 0]],
    ['ronin', [3, 1]],
    ['alien', [0, 3]],
  ] as const) {
    await fill.item(id);
    await fill.vector(id, factors);
  }
  await fill.history('visit', { heat: 'order' });
  const ask = async (body: object) => (await postTo('/v2/recommendations', body)).json<Listed>();
  const [bySession, byItems] = [
    await ask({ sessionId: 'visit' }),
    await ask({ items: [{ itemId: 'heat', kind: 'order' }] }),
  ];
  expect(bySession.items.map(({ itemId }) => itemId)).toEqual(byItems.items.map(({ itemId }) => itemId));
  expect(bySession.items.map(({ itemId }) => itemId)).not.toContain('heat');
  for (const wrong of [{}, { sessionId: 'visit', items: [{ itemId: 'heat' }] }, { sessionId: '' }])
    expect((await postTo('/v2/recommendations', wrong)).statusCode).toBe(400);
});
