import { expect, test } from 'vitest';
import { toBytes } from '../../../src/recommender/domain/vectors.ts';
import { factorsOf, modelTime, now, shop } from './shop.ts';

const stars = (bias: number, starFactors: readonly number[], generation = 1) => ({
  id: 'it',
  generation,
  number: 7,
  ...factorsOf([1]),
  starFactors: toBytes(Int16Array.from(starFactors)).toString('base64'),
  starExponent: 1,
  bias,
  candidate: null,
  events: 3,
});

async function rated() {
  const opened = await shop();
  const { fill, get } = opened;
  const model = { generation: 1, number: 8, time: modelTime, meanStars: 3, popular: [] };
  await fill.raw('models', 'live', 'current', model);
  await fill.raw('userVectors', 'ann', 'ann', stars(0.5, [1, 2]));
  await fill.raw('userVectors', 'old', 'old', stars(0.5, [1, 2], 0));
  await fill.raw('itemVectors', 'heat', 'heat', stars(-1, [2, 1]));
  await fill.raw('itemVectors', 'best', 'best', stars(9, [2, 1]));
  await fill.item('heat', { title: 'Heat' });
  await fill.item('quiet');
  const estimate = async (user: string, item: string) =>
    (await get(`/v2/users/${user}/estimates/${item}`)).json<object>();
  return { ...opened, estimate };
}

test('an estimate is the mean with both biases and the product of the factors', async () => {
  const { estimate } = await rated();
  // 3 + 0.5 - 1 + (1 * 2 + 2 * 1) / 2^2
  expect(await estimate('ann', 'heat')).toEqual({
    itemId: 'heat',
    title: 'Heat',
    genres: ['Drama'],
    stars: 3.5,
    reason: 'personal',
    modelVersion: '1.8',
    generatedAt: new Date(modelTime).toISOString(),
    ageMs: now - modelTime,
  });
});

test('of whom or what less is known the estimate says by what it is made; it never leaves the scale', async () => {
  const { estimate } = await rated();
  expect(await estimate('nobody', 'heat')).toMatchObject({ stars: 2, reason: 'item' });
  expect(await estimate('ann', 'quiet')).toMatchObject({ stars: 3.5, reason: 'user' });
  expect(await estimate('nobody', 'quiet')).toMatchObject({ stars: 3, reason: 'mean' });
  expect(await estimate('ann', 'best')).toMatchObject({ stars: 5, reason: 'personal' });
});

test('a vector of another generation says nothing', async () => {
  const { estimate } = await rated();
  expect(await estimate('old', 'heat')).toMatchObject({ stars: 2, reason: 'item' });
});

test('before anything was rated there is no estimate, and of no item there is none', async () => {
  const { fill, get } = await shop();
  await fill.item('heat');
  expect((await get('/v2/users/ann/estimates/heat')).json()).toMatchObject({ stars: null, reason: 'unknown' });
  expect((await get('/v2/users/ann/estimates/nothing')).statusCode).toBe(404);
});
