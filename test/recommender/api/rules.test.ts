/** Lists as rules leave them: filled from elsewhere rather than emptied, and each item says from where. */
import { describe, expect, test } from 'vitest';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { ItemVectors } from '../../../src/recommender/api/item-vectors.ts';
import { factorsOf, shop } from './shop.ts';

interface Body {
  readonly items: readonly { readonly itemId: string; readonly reason: string; readonly score: number }[];
  readonly reason: string;
  readonly policy: string;
  readonly modelVersion: string | null;
}
const told = ({ items }: Body): string[] => items.map(({ itemId, reason }) => `${itemId} ${reason}`);

/** Ann has a list of two, a vector, and has seen one thing; there is something of everything else. */
async function filled() {
  const opened = await shop();
  const { fill } = opened;
  await fill.list('ann', ['own-drama', 'own-crime']);
  await fill.user('ann', [1, 0]);
  await fill.history('ann', { seen: 'rating', 'own-crime': 'order', hot: 'view' });
  const vectors = { 'own-drama': 9, 'own-crime': 8, seen: 7, 'fit-drama': 6, 'fit-crime': 5, 'fit-gone': 4 };
  for (const [id, fit] of Object.entries(vectors)) {
    await fill.vector(id, [fit, 1], 1, { events: fit * 10 });
    await fill.item(id, { genres: [id.endsWith('crime') ? 'Crime' : 'Drama'], available: id !== 'fit-gone' });
  }
  for (const id of ['hot', 'today', 'liked', 'rare']) await fill.item(id, { genres: ['Crime'] });
  await fill.item('rare', { genres: ['Rare', 'Crime'] });
  await fill.vector('rare', [-1, 0], 1, { events: 3 });
  await fill.board('hourly', ['seen', 'hot']);
  await fill.board('daily', ['today', 'hot']);
  await fill.model(['liked', 'seen']);
  const list = async (query: string) => (await opened.get(`/v2/users/ann/recommendations?${query}`)).json<Body>();
  return { ...opened, list };
}

describe('a list that the rules leave too short', () => {
  test('is filled with what fits the vector, then what is trending, then what is popular', async () => {
    const { list } = await filled();
    const answer = await list('n=9');
    expect(told(answer)).toEqual([
      'own-drama personal',
      'own-crime personal',
      'fit-drama personal',
      'fit-crime personal',
      'rare personal',
      'hot trending',
      'today trending',
      'liked popular',
    ]);
    expect(answer).toMatchObject({ reason: 'personal', policy: 'live', modelVersion: '1.7' });
  });

  test('by genre is of that genre only, whatever its case, and of any of several', async () => {
    const { list } = await filled();
    expect(told(await list('n=3&genre=crime'))).toEqual(['own-crime personal', 'fit-crime personal', 'rare personal']);
    expect(told(await list('n=1&genre=Rare'))).toEqual(['rare personal']);
    expect(told(await list('n=4&genre=Rare&genre=Drama'))).toEqual([
      'own-drama personal',
      'fit-drama personal',
      'rare personal',
    ]);
  });

  test('by a cap goes on with other genres, as far as there are any', async () => {
    const { list } = await filled();
    expect(told(await list('maxPerGenre=1'))).toEqual(['own-drama personal', 'own-crime personal']);
    expect(told(await list('maxPerGenre=2&n=4'))).toEqual([
      'own-drama personal',
      'own-crime personal',
      'fit-drama personal',
      'fit-crime personal',
    ]);
  });

  test('holds nothing that was bought where that is asked for, and what was seen only where nothing is to stay out', async () => {
    const { list } = await filled();
    expect(told(await list('n=2&exclude=bought'))).toEqual(['own-drama personal', 'fit-drama personal']);
    expect(told(await list('n=3&exclude=none'))).toEqual(['own-drama personal', 'own-crime personal', 'seen personal']);
    for (const exclude of ['seen', 'bought'])
      expect(told(await list(`n=100&exclude=${exclude}`)).join()).not.toMatch(/\bseen /);
  });
});

test('a user with a vector and no list yet is answered from the vector, of the candidate where it is one of its users', async () => {
  const { fill, get } = await shop();
  await fill.user('new', [2, 1]);
  await fill.vector('far', [1, 0]);
  await fill.vector('near', [3, 4], 1, { candidate: { generation: 2, factors: '', exponent: 0 } });
  const answer = (await get('/v2/users/new/recommendations')).json<Body>();
  expect(answer).toMatchObject({
    items: [
      { itemId: 'near', score: 10 },
      { itemId: 'far', score: 2 },
    ],
    policy: 'live',
  });
});

test('vectors of two generations never meet: of the candidate only its own items count', async () => {
  const { fill, get } = await shop();
  await fill.vector('a', [1, 0], 1, { candidate: { generation: 2, ...factorsOf([1, 2, 3]) } });
  await fill.vector('b', [9, 9]);
  await fill.user('in', [1, 1, 1], 2);
  await fill.raw('models', 'live', 'current', {
    generation: 1,
    number: 8,
    time: 5,
    popular: [],
    candidate: { generation: 2, share: 0.5 },
  });
  const answer = (await get('/v2/users/in/recommendations?n=1')).json<Body>();
  expect(answer).toMatchObject({ items: [{ itemId: 'a', score: 6, reason: 'personal' }], policy: 'candidate' });
});

test('the candidate may be older than the live generation, and both are known until no item names them any more', async () => {
  const documents = openSqliteDocuments({ path: ':memory:', clock: () => 0 });
  const vectors = new ItemVectors(documents);
  const put = async (id: string, generation: number, candidate: number | null): Promise<void> => {
    const body = {
      id,
      generation,
      events: 1,
      ...factorsOf([generation, 1]),
      candidate: candidate === null ? null : { generation: candidate, ...factorsOf([candidate, 0]) },
    };
    await documents.put({ collection: 'itemVectors', partition: id, id }, body, 'always');
  };
  const fitting = async (generation: number) => {
    await vectors.refresh();
    const user = { id: 'u', generation, number: 1, ...factorsOf([1, 1]) };
    return (await vectors.fitting(user, 5))?.map(({ itemId, score }) => `${itemId} ${score}`);
  };
  for (const id of ['a', 'b']) await put(id, 3, 2);
  expect(await fitting(3)).toEqual(['a 4', 'b 4']);
  expect(await fitting(2)).toEqual(['a 2', 'b 2']);
  for (const id of ['a', 'b']) await put(id, 2, null); // an older one is live again
  expect(await fitting(2)).toEqual(['a 3', 'b 3']);
  expect(await fitting(3)).toBeUndefined();
  expect(vectors.has('b')).toBe(true);
});

test('whoever has done more than can be read is served from the own list alone', async () => {
  const { documents, fill, get } = await shop();
  await fill.history('ann', { some: 'rating' });
  await fill.list('ann', ['own']);
  await fill.board('hourly', ['perhaps seen']);
  const url = '/v2/users/ann/recommendations';
  expect(told((await get(url)).json())).toEqual(['own personal', 'perhaps seen trending']);
  const [page] = await documents.list({ collection: 'histories', partition: 'ann', limit: 1 });
  const endless = await shop({
    documents: {
      get: key => documents.get(key),
      isCurrent: (key, etag) => documents.isCurrent(key, etag),
      changes: (collection, continuation, limit) => documents.changes(collection, continuation, limit),
      feedEnd: collection => documents.feedEnd(collection),
      put: (key, body, condition) => documents.put(key, body, condition),
      list: async ({ limit }) => (page === undefined ? [] : Array.from({ length: limit }, () => page)),
    },
  });
  expect(told((await endless.get(url)).json())).toEqual(['own personal']);
});

test('what was seen never comes back, on whichever page of the history it stands', async () => {
  const { fill, get } = await shop();
  await fill.history('ann', { first: 'rating' }, 0);
  await fill.history('ann', { second: 'return' }, 1);
  await fill.board('hourly', ['first', 'second', 'third']);
  expect(told((await get('/v2/users/ann/recommendations')).json())).toEqual(['third trending']);
});

test('popular items of a rare genre are those of most events, where the model names none', async () => {
  const { get } = await filled();
  expect(told((await get('/v2/popular?genre=Rare')).json())).toEqual(['rare popular']);
  expect(told((await get('/v2/popular?genre=Drama&n=3')).json())).toEqual([
    'seen popular',
    'own-drama popular',
    'fit-drama popular',
  ]);
});

test('similar and trending items follow the rules too', async () => {
  const { get } = await filled();
  expect(told((await get('/v2/items/own-drama/similar?genre=Crime&n=2')).json())).toEqual([
    'own-crime similar',
    'fit-crime similar',
  ]);
  expect(told((await get('/v2/trending?genre=Crime&n=2')).json())).toEqual(['hot trending', 'today trending']);
});

test('more items than memory may hold: the list goes on without what it cannot search, and that is reported', async () => {
  const { fill, get, reported } = await shop({ mostItems: 1 });
  await fill.user('ann', [1]);
  await fill.vector('a', [1]);
  await fill.vector('b', [1]);
  await fill.board('hourly', ['hot']);
  expect(told((await get('/v2/users/ann/recommendations')).json())).toEqual(['hot trending']);
  expect(reported).toContainEqual(expect.objectContaining({ code: 'TOO_MANY_ITEMS' }));
});

test('rules that are none are refused, and told which', async () => {
  const { get } = await shop();
  const outcome = async (url: string) => {
    const answer = await get(url);
    return [answer.statusCode, answer.json<{ code: string; detail: string }>()] as const;
  };
  const genres = Array.from({ length: 21 }, () => 'genre=Drama').join('&');
  for (const [query, of] of [
    ['maxPerGenre=0', 'maxPerGenre'],
    ['maxPerGenre=1.5', 'maxPerGenre'],
    ['genre=', 'genre'],
    [`genre=${'x'.repeat(300)}`, 'genre'],
    [genres, 'genre'],
    ['exclude=all', 'exclude'],
    ['exclude=seen&exclude=none', 'exclude'],
    ['genres=Drama', 'genres'],
  ] as const) {
    const [status, { code, detail }] = await outcome(`/v2/users/ann/recommendations?${query}`);
    expect([query, status, code]).toEqual([query, 400, 'INVALID_REQUEST']);
    expect(detail).toContain(of);
  }
  expect((await outcome('/v2/popular?exclude=seen'))[0]).toBe(400); // there is no user who could have seen anything
  expect((await outcome('/v1/users/ann/recommendations?genre=Drama'))[0]).toBe(400);
});

test('what is to stay out is what the policy calls seen', async () => {
  for (const [seen, expected] of [
    [['rating'], ['viewed', 'ordered']],
    [['view', 'order'], ['rated']],
  ] as const) {
    const { fill, get } = await shop({ seen });
    await fill.history('ann', { rated: 'rating', viewed: 'view', ordered: 'order' });
    await fill.model(['rated', 'viewed', 'ordered']);
    const { items } = (await get('/v2/users/ann/recommendations')).json<{ items: { itemId: string }[] }>();
    expect(items.map(({ itemId }) => itemId)).toEqual(expected);
  }
});
