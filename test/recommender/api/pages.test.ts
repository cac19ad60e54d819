import { describe, expect, test } from 'vitest';
import type { Item, Rating } from '../../../schemas/types.ts';
import { items, modelVersions, ratings } from '../../../topologies/streams.ts';
import { day, hour, rating } from '../../topologies/events.ts';
import { dataflow } from './dataflow.ts';
import { shop } from './shop.ts';

const film = (itemId: string, title: string, ...genres: string[]): Item => {
  return { itemId, title, genres, tags: [], available: true, time: day };
};
const iso = (time: number): string => new Date(time).toISOString();

describe('what the topologies have written', () => {
  const dayOf = 24 * hour;
  const events: Rating[] = [
    rating({ userId: '2', itemId: 'heat', value: 5, time: day - 2 * dayOf + hour }),
    rating({ userId: '10', itemId: 'heat', value: 4, time: day - dayOf + hour }),
    rating({ userId: '1', itemId: 'heat', value: 2, time: day - dayOf + 2 * hour }),
    rating({ userId: '1', itemId: 'ran', value: 4.5, time: day - dayOf + 3 * hour }),
    rating({ userId: '1', itemId: 'unknown', value: 1, kind: 'order', time: day + hour }),
    rating({ userId: '1', itemId: 'heat', value: 3, time: day + 2 * hour }),
    rating({ userId: '2', itemId: 'ran', value: 1, time: day + 2 * hour }),
  ];
  const filled = async () => {
    const parts = await dataflow();
    const catalogue = [film('heat', 'Heat (1995)', 'Crime', 'Drama'), film('ran', 'Ran (1985)', 'Drama')];
    await parts.world.send(items, ...catalogue);
    for (const event of events) await parts.world.send(ratings, event);
    await parts.world.drain();
    return parts;
  };

  test('is who has done how much, numbers by their value', async () => {
    const { json } = await filled();
    const [one, two, ten] = [
      { userId: '1', events: 3 },
      { userId: '2', events: 2 },
      { userId: '10', events: 1 },
    ];
    expect(await json('/v2/users')).toEqual({ users: [one, two, ten], total: 3 });
    expect(await json('/v2/users?query=1&n=1')).toEqual({ users: [one], total: 2 });
    expect(await json('/v2/users?query=0')).toEqual({ users: [], total: 0 });
  });

  test('is what a user did, newest first, and the genres of it', async () => {
    const { json } = await filled();
    const heat = { itemId: 'heat', title: 'Heat (1995)', genres: ['Crime', 'Drama'] };
    expect(await json('/v2/users/1/profile?n=2')).toEqual({
      userId: '1',
      count: 3,
      items: [
        { ...heat, kind: 'rating', value: 3, at: iso(day + 2 * hour) },
        { itemId: 'unknown', title: 'unknown', genres: [], kind: 'order', value: 1, at: iso(day + hour) },
      ],
      genres: [
        { genre: 'Drama', count: 2, mean: 3.75 },
        { genre: 'Crime', count: 1, mean: 3 },
      ],
    });
    expect(await json('/v2/users/nobody/profile')).toEqual({ userId: 'nobody', count: 0, items: [], genres: [] });
  });

  test('is the newest window of each kind, and the days of an item', async () => {
    const { json } = await filled();
    const shown = { itemId: 'heat', title: 'Heat (1995)', genres: ['Crime', 'Drama'] };
    const daily = await json('/v2/trends?window=daily');
    expect(daily).toMatchObject({ window: 'daily', start: iso(day), end: iso(day + dayOf) });
    expect(daily).toMatchObject({
      items: [
        { ...shown, count: 1, mean: 3 },
        { itemId: 'ran', count: 1, mean: 1 },
      ],
    });
    expect(await json('/v2/trends?n=1')).toMatchObject({ window: 'hourly', end: iso(day + 3 * hour), items: [shown] });
    const window = (start: number, count: number, mean: number) => {
      return { start: iso(start), end: iso(start + dayOf), count, mean };
    };
    const windows = [window(day - 2 * dayOf, 1, 5), window(day - dayOf, 2, 3), window(day, 1, 3)];
    expect(await json('/v2/items/heat/trends')).toEqual({ itemId: 'heat', title: 'Heat (1995)', windows });
    expect(await json('/v2/items/heat/trends?n=2')).toMatchObject({ windows: windows.slice(1) });
  });

  test('is the history of the model, as its records tell it', async () => {
    const { world, json } = await filled();
    await world.send(ratings, rating({ userId: '2', itemId: 'unknown', value: 2, time: day + 3 * hour }));
    await world.drain();
    const told = (await world.output(modelVersions)).map(({ generation, number, time, prequential }) => ({
      version: `${generation}.${number}`,
      at: iso(time),
      records: prequential.records,
      rmse: prequential.rmse,
      recentRmse: prequential.rmse,
    }));
    expect(told.length).toBeGreaterThan(1);
    expect(await json('/v2/models/history')).toEqual({ versions: told });
    expect(await json('/v2/models/history?n=1')).toEqual({ versions: told.slice(-1) });
  });
});

describe('before anything has come', () => {
  test.each([
    ['/v2/users', { users: [], total: 0 }],
    ['/v2/items', { items: [], total: 0 }],
    ['/v2/trends?window=daily', { window: 'daily', start: null, end: null, items: [] }],
    ['/v2/models/history', { versions: [] }],
  ])('%s is empty', async (url, body) => {
    const { get } = await shop();
    const answer = await get(url);
    expect([answer.statusCode, answer.json()]).toEqual([200, body]);
  });
});

describe('a search for items', () => {
  const found = async (query: string) => {
    const { fill, get } = await shop();
    const titles = ['Amélie (2001)', 'Matrix, The (1999)', 'Matrix Reloaded, The (2003)', '<b>Bold</b>'];
    for (const [at, title] of titles.entries()) await fill.item(`i${at}`, { title });
    const { items: all } = (await get(`/v2/items?query=${encodeURIComponent(query)}`)).json<{
      items: { title: string }[];
    }>();
    return all.map(({ title }) => title);
  };

  test.each([
    ['amelie', ['Amélie (2001)']],
    ['AMÉLIE', ['Amélie (2001)']],
    ['the matrix', ['Matrix Reloaded, The (2003)', 'Matrix, The (1999)']],
    [' 1999  matr ', ['Matrix, The (1999)']],
    ['matrix nothing', []],
    ['<b>', ['<b>Bold</b>']],
  ])('for %j finds titles that hold every word, whatever their case and accents', async (query, titles) => {
    expect(await found(query)).toEqual(titles);
  });
});

test('the directories follow what changes', async () => {
  const { fill, get } = await shop();
  await fill.item('a', { title: 'Alien' });
  await fill.profile('ann', ['a']);
  expect((await get('/v2/users')).json()).toEqual({ users: [{ userId: 'ann', events: 1 }], total: 1 });
  await fill.item('a', { title: 'Aliens' });
  await fill.profile('ann', ['a', 'b']);
  await fill.profile('Ann', []);
  expect((await get('/v2/items?query=aliens')).json()).toMatchObject({ total: 1, items: [{ title: 'Aliens' }] });
  expect((await get('/v2/users?query=a')).json()).toEqual({ users: [{ userId: 'ann', events: 2 }], total: 1 });
});

test('ids sort by the numbers in them, however long', async () => {
  const { fill, get } = await shop();
  const inOrder = ['2', '10', '0010a', `9${'0'.repeat(40)}`, 'u-7-3', 'u-7-12', 'u-65'];
  for (const id of [3, 0, 6, 2, 5, 1, 4].map(at => inOrder[at] ?? '')) await fill.profile(id, []);
  const { users } = (await get('/v2/users')).json<{ users: { userId: string }[] }>();
  expect(users.map(({ userId }) => userId)).toEqual(inOrder);
});

test('more than may be held is refused, not held', async () => {
  const { fill, get } = await shop({ mostItems: 1, mostUsers: 1 });
  for (const id of ['a', 'b']) await fill.item(id);
  for (const id of ['ann', 'bob']) await fill.profile(id, []);
  const items503 = await get('/v2/items');
  const users503 = await get('/v2/users');
  expect([items503.statusCode, items503.json()]).toMatchObject([503, { code: 'TOO_MANY_ITEMS' }]);
  expect([users503.statusCode, users503.json()]).toMatchObject([503, { code: 'TOO_MANY_USERS' }]);
});

test('of an item with many days are the newest, oldest first, and another item named like the boards is itself', async () => {
  const { fill, get } = await shop();
  await fill.board('hourly', ['x']);
  for (let n = 0; n < 1_203; n++) {
    const [from, to] = [day - (1_203 - n) * 24 * hour, day - (1_202 - n) * 24 * hour];
    const body = { itemId: 'leaders', window: 'daily', start: from, end: to, count: n + 1, sum: 2 * n + 2, time: from };
    await fill.raw('aggregates', 'leaders', `daily:${iso(from)}`, body);
  }
  const { title, windows } = (await get('/v2/items/leaders/trends?n=1000')).json<{
    title: string;
    windows: { count: number; mean: number }[];
  }>();
  expect(title).toBe('leaders');
  expect(windows.map(({ count }) => count)).toEqual(Array.from({ length: 1_000 }, (_, at) => at + 204));
  expect(windows.at(-1)).toEqual({ start: iso(day - 24 * hour), end: iso(day), count: 1_203, mean: 2 });
});

describe('what cannot be asked', () => {
  const long = 'x'.repeat(10_240);
  test.each([
    ['/v2/users?n=0', 400],
    ['/v2/users?n=101', 400],
    [`/v2/users?query=${long}`, 400],
    ['/v2/users?query=a%00b', 400],
    ['/v2/users?query=a&query=b', 400],
    [`/v2/items?query=${long}`, 400],
    ['/v2/items?n=many', 400],
    ['/v2/items?q=heat', 400],
    [`/v2/users/${long}/profile`, 400],
    ['/v2/users/ann/profile?n=201', 400],
    ['/v2/trends?window=weekly', 400],
    ['/v2/trends?n=0', 400],
    [`/v2/items/${long}/trends`, 400],
    ['/v2/items/%3Cscript%3E/trends', 404],
    ['/v2/items/nothing/trends', 404],
    ['/v2/models/history?n=1001', 400],
    ['/v2/live?user=', 400],
    [`/v2/live?user=${long}`, 400],
  ])('is refused with a problem: %s', async (url, status) => {
    const { get, reported } = await shop();
    const answer = await get(url);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).not.toMatch(/script|xxx/);
    expect(reported).toEqual([]);
  });
});
