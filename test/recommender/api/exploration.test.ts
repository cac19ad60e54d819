/** New items in lists: by chance that is the same each time, and never something that was seen or cannot be had. */
import { describe, expect, test } from 'vitest';
import { certain, shop } from './shop.ts';

interface Body {
  readonly items: readonly {
    readonly itemId: string;
    readonly reason: string;
    readonly explored: boolean;
    readonly propensity: number;
    readonly score: number;
  }[];
}
const exploration = { slots: 1, share: 1, newBelow: 5 };
const own = Array.from({ length: 12 }, (_, at) => `own-${at}`);

async function stocked(change = {}) {
  const opened = await shop({ exploration, ...change });
  const { fill } = opened;
  for (const id of own) {
    await fill.item(id);
    await fill.vector(id, [1], 1, { events: 50 });
  }
  await fill.list('ann', own);
  const list = async (user = 'ann', query = '') =>
    (await opened.get(`/v2/users/${user}/recommendations?${query}`)).json<Body>().items;
  return { ...opened, list };
}

describe('a new item', () => {
  test('takes the last place of ten, says so, and the list is the same when asked again', async () => {
    const { fill, list } = await stocked();
    await fill.item('new');
    await fill.vector('new', [1], 1, { events: 4 });
    const items = await list();
    expect(items.slice(0, 9).map(({ itemId }) => itemId)).toEqual(own.slice(0, 9));
    expect(items[8]).toMatchObject(certain);
    expect(items[9]).toMatchObject({ itemId: 'new', reason: 'new', explored: true, propensity: 1, score: 4 });
    expect(await list()).toEqual(items);
  });

  test('is one without any event, too, if the catalogue describes it, and none with as many events as the threshold', async () => {
    const { fill, list } = await stocked();
    await fill.vector('undescribed', [1], 1, { events: 0 });
    await fill.item('known');
    await fill.vector('known', [1], 1, { events: 5 });
    expect((await list()).map(({ itemId }) => itemId)).toEqual(own.slice(0, 10));
    await fill.item('untouched');
    expect((await list())[9]).toMatchObject({ itemId: 'untouched', reason: 'new', score: 0 });
  });

  test('is never one that was seen, cannot be had, is listed already or is against the rules', async () => {
    const { fill, list } = await stocked();
    await fill.history('ann', { seen: 'rating' });
    await fill.item('seen');
    await fill.item('gone', { available: false });
    await fill.item('own-0', { genres: ['Crime'] });
    await fill.vector('own-0', [1], 1, { events: 1 });
    await fill.item('western', { genres: ['Western'] });
    expect((await list('ann', 'genre=Drama&genre=Crime')).filter(({ explored }) => explored)).toEqual([]);
    expect((await list()).at(9)).toMatchObject({ itemId: 'western' });
    expect((await list('ann', 'maxPerGenre=10&genre=Drama')).filter(({ explored }) => explored)).toEqual([]);
  });

  test('stands in no list that is not personal, and in none of v1', async () => {
    const { fill, get, list } = await stocked();
    await fill.item('new');
    await fill.model(own);
    expect((await list('stranger')).filter(({ explored }) => explored)).toEqual([]);
    const v1 = (await get('/v1/users/ann/recommendations')).json<Body['items']>();
    expect(v1.map(({ itemId }) => itemId)).toEqual(own.slice(0, 10));
  });
});

test('of many users the share is explored, and the propensity says how probable that was', async () => {
  const { fill, list } = await stocked({ exploration: { ...exploration, share: 0.25 } });
  for (const id of ['new-a', 'new-b']) await fill.item(id);
  const users = Array.from({ length: 200 }, (_, n) => `user-${n}`);
  let count = 0;
  for (const user of users) {
    await fill.list(user, own);
    const last = (await list(user))[9];
    if (last?.explored === true) count++;
    expect(last?.propensity).toBe(last?.explored === true ? 0.125 : 0.75);
  }
  // Four deviations of a binomial of 200 draws at 0.25.
  expect(Math.abs(count - 50)).toBeLessThanOrEqual(4 * Math.sqrt(200 * 0.25 * 0.75));
});
