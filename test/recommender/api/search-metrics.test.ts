import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { SearchCounts } from '../../../src/als/index.ts';
import { registerSearchMetrics } from '../../../src/recommender/api/search-metrics.ts';
import { shop } from './shop.ts';

test('how each search went is counted, from the baskets and neighbours that were asked for', async () => {
  const [searches, metrics] = [new SearchCounts(), new Registry()];
  registerSearchMetrics(metrics, searches);
  const counts = async () =>
    (await metrics.getMetricsAsJSON())[0]?.values.map(({ labels, value }) => [labels['way'], value]);
  const { fill, get } = await shop({ searches });
  await fill.vector('a', [1, 0]);
  await fill.vector('b', [1, 1]);
  const none = [
    ['scanned', 0],
    ['widened', 0],
    ['whole', 0],
  ];
  expect(await counts()).toEqual([['few', 0], ...none]);
  await get('/v2/items/a/similar?n=1');
  expect(await counts()).toEqual([['few', 1], ...none]);
  searches.add('whole');
  expect(await counts()).toEqual([
    ['few', 1],
    ['scanned', 0],
    ['widened', 0],
    ['whole', 1],
  ]);
});
