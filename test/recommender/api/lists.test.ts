import { describe, expect, test } from 'vitest';
import { BadContinuation } from '../../../src/documents/port.ts';
import { ItemVectors } from '../../../src/recommender/api/item-vectors.ts';
import { certain, modelTime, shop } from './shop.ts';

interface Body {
  readonly items: readonly {
    readonly itemId: string;
    readonly title: string;
    readonly score: number;
    readonly reason: string;
  }[];
  readonly reason: string;
}
const ids = ({ items }: Body): string[] => items.map(({ itemId }) => itemId);

describe('the list of a user', () => {
  test('is the document, in its order, with titles, model version and age', async () => {
    const { fill, get } = await shop();
    await fill.list('ann', ['heat', 'ran']);
    await fill.item('heat', { title: 'Heat', genres: ['Crime'] });
    const answer = await get('/v2/users/ann/recommendations');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      items: [
        { itemId: 'heat', title: 'Heat', genres: ['Crime'], score: 1, reason: 'personal', ...certain },
        { itemId: 'ran', title: 'ran', genres: [], score: 0.99, reason: 'personal', ...certain },
      ],
      reason: 'personal',
      policy: 'live',
      listId: expect.stringMatching(/^live~1\.7~~/),
      modelVersion: '1.7',
      generatedAt: new Date(modelTime).toISOString(),
      ageMs: 60_000,
      likeness: null,
    });
  });

  test('leaves out what is not available and still has n items', async () => {
    const { fill, get } = await shop();
    await fill.list('ann', ['a', 'b', 'c']);
    await fill.item('a', { available: false });
    expect(ids((await get('/v2/users/ann/recommendations?n=2')).json())).toEqual(['b', 'c']);
  });

  test('is bare in v1, which says that it is deprecated and when it goes', async () => {
    const { fill, get } = await shop();
    await fill.list('ann', ['a', 'b']);
    const v1 = await get('/v1/users/ann/recommendations?n=1');
    const v2 = await get('/v2/users/ann/recommendations?n=1');
    const { items } = v2.json<Body>();
    expect(v1.json()).toEqual(
      items.map(({ itemId, title, score }) => {
        return { itemId, title, genres: [], score, reason: 'personal' };
      }),
    );
    expect(v1.headers).toMatchObject({
      deprecation: '@1767225600',
      sunset: 'Sat, 01 Jan 2028 00:00:00 GMT',
      link: '</v2/users/ann/recommendations>; rel="successor-version"',
    });
    expect(v2.headers).not.toHaveProperty('deprecation');
  });

  test('of a user nobody knows is what is trending this hour, then today, then what is popular', async () => {
    const { fill, get } = await shop();
    const asked = async () => (await get('/v2/users/stranger/recommendations')).json<Body>();
    const empty = {
      items: [],
      reason: 'popular',
      policy: 'popular',
      modelVersion: null,
      generatedAt: null,
      ageMs: null,
    };
    expect(await asked()).toMatchObject(empty);
    await fill.model(['p']);
    expect(await asked()).toMatchObject({ items: [{ itemId: 'p', reason: 'popular' }], modelVersion: '1.8' });
    await fill.board('daily', ['d']);
    const today = [
      { itemId: 'd', score: 9, reason: 'trending' },
      { itemId: 'p', reason: 'popular' },
    ];
    expect(await asked()).toMatchObject({ items: today, reason: 'trending', policy: 'trending', modelVersion: null });
    await fill.board('hourly', ['h', 'd']);
    const now = [{ itemId: 'h' }, { itemId: 'd', score: 8 }, { itemId: 'p', reason: 'popular' }];
    expect(await asked()).toMatchObject({ items: now, reason: 'trending', ageMs: 0 });
  });

  test('falls back where nothing of it is available, and never to what the user has had', async () => {
    const { fill, get } = await shop();
    await fill.list('ann', ['gone']);
    await fill.item('gone', { available: false });
    await fill.history('ann', { seen: 'rating' });
    await fill.board('hourly', ['seen', 'new', 'gone']);
    expect(ids((await get('/v2/users/ann/recommendations')).json())).toEqual(['new']);
  });

  test('carries markup in a title as text of JSON', async () => {
    const { fill, get } = await shop();
    const title = '<script>alert("1")</script>';
    await fill.model(['x']);
    await fill.item('x', { title });
    const answer = await get('/v2/popular');
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.json<Body>().items[0]?.title).toBe(title);
  });
});

describe('similar items', () => {
  test('are those at the least angle, whatever their length, without the item itself', async () => {
    const { fill, get } = await shop();
    await fill.model([]);
    await fill.vector('a', [10, 0]);
    await fill.vector('near', [30, 1]);
    await fill.vector('far', [0, 900]);
    await fill.vector('against', [-5, 0]);
    await fill.vector('none', [0, 0]);
    const answer = (await get('/v2/items/a/similar')).json<Body>();
    expect(answer).toMatchObject({ reason: 'similar', modelVersion: '1.8' });
    expect(ids(answer)).toEqual(['near', 'far', 'against', 'none']);
    expect(answer.items.map(({ score }) => score)).toEqual([expect.closeTo(30 / Math.sqrt(901)), 0, -1, 100]);
    // What has no direction is like nothing: it fills the list by its events.
    expect(answer.items.map(({ reason }) => reason)).toEqual(['similar', 'similar', 'similar', 'popular']);
  });

  test('tell where an item that nobody has met is placed by its genres and tags alone', async () => {
    const { fill, get } = await shop();
    await fill.item('unheard of');
    await fill.board('hourly', ['a', 'b']);
    await fill.vector('a', [10, 0]);
    await fill.vector('described', [30, 1], 1, { events: 0 });
    expect((await get('/v2/items/a/similar')).json()).toMatchObject({ reason: 'similar', likeness: 'events' });
    expect((await get('/v2/items/described/similar')).json()).toMatchObject({
      reason: 'similar',
      likeness: 'description',
    });
    // Without a vector nothing is alike: what is trending stands in.
    expect((await get('/v2/items/unheard%20of/similar')).json()).toMatchObject({ reason: 'trending', likeness: null });
    expect((await get('/v2/trending')).json()).toMatchObject({ likeness: null });
  });

  test('follow the change feed, and begin anew with a generation', async () => {
    const { fill, get } = await shop();
    await fill.vector('a', [1, 0]);
    await fill.vector('b', [1, 1]);
    expect(ids((await get('/v2/items/a/similar')).json())).toEqual(['b']);
    await fill.vector('c', [1, 0]);
    expect(ids((await get('/v2/items/a/similar')).json())).toEqual(['c', 'b']);
    for (const [id, last] of [
      ['a', 3],
      ['b', -3],
      ['d', 4],
    ] as const)
      await fill.vector(id, [1, 2, last], 2);
    // An item that is not of the new generation, and is told last.
    await fill.vector('late', [1, 0], 1);
    expect(ids((await get('/v2/items/a/similar')).json())).toEqual(['d', 'b']);
  });

  test('begin anew where the documents were begun afresh', async () => {
    const [before, after] = [await shop(), await shop()];
    let feed = before.documents;
    const vectors = new ItemVectors({
      changes: (collection, continuation, limit) => {
        if (feed === after.documents && continuation !== undefined && continuation === last)
          return Promise.reject(new BadContinuation(collection, continuation));
        return feed.changes(collection, continuation, limit).then(page => {
          last = page.continuation;
          return page;
        });
      },
    });
    let last = '';
    await before.fill.vector('a', [1, 0], 5);
    await before.fill.vector('old', [1, 0], 5);
    await after.fill.vector('a', [1, 0]);
    await after.fill.vector('new', [1, 0]);
    await vectors.refresh();
    expect(await vectors.like('a', 9)).toEqual([{ itemId: 'old', score: 1 }]);
    feed = after.documents;
    await vectors.refresh();
    expect(await vectors.like('a', 9)).toEqual([{ itemId: 'new', score: 1 }]);
  });

  test('of an item without a vector are what is trending; of no item at all there are none', async () => {
    const { fill, get } = await shop();
    await fill.item('a');
    await fill.board('hourly', ['a', 'b']);
    expect(ids((await get('/v2/items/a/similar')).json())).toEqual(['b']);
    const unknown = await get('/v2/items/nothing/similar');
    expect([unknown.statusCode, unknown.json<{ code: string }>().code]).toEqual([404, 'UNKNOWN_ITEM']);
  });

  test('are refused rather than held beyond the bound', async () => {
    const { fill, get } = await shop({ mostItems: 1 });
    await fill.vector('a', [1, 0]);
    await fill.vector('b', [1, 1]);
    const answer = await get('/v2/items/a/similar');
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([503, 'TOO_MANY_ITEMS']);
  });
});

test('a broken document is our failure: reported, and told without a word from inside', async () => {
  const { fill, get, reported } = await shop();
  await fill.raw('models', 'live', 'current', { secret: 'inside' });
  const answer = await get('/v2/popular');
  expect(answer.statusCode).toBe(500);
  expect(answer.json()).toMatchObject({ code: 'INTERNAL', status: 500 });
  expect(answer.body).not.toMatch(/secret|inside|stack|\.ts/);
  expect(reported).toMatchObject([{ code: 'UNREADABLE_DOCUMENT' }]);
});
