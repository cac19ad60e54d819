/** Ratings that benchmarks grow on. */
import { describe, expect, test } from 'vitest';
import { asRatings } from '../../bench/support/als/data.ts';
import { judged } from '../../bench/support/als/judged.ts';
import { shapes, synthetic, type SyntheticRating } from '../../bench/support/als/synthetic.ts';
import { openKernel } from '../../src/als/index.ts';
import { popularity, retrained } from '../../src/recommender/jobs/evaluate/contestant.ts';
import { split } from '../../src/recommender/jobs/evaluate/protocols.ts';

const shape = { users: 800, items: 400, ratings: 16_000 };
const all = (seed: number): SyntheticRating[] => Array.from(synthetic(shape, seed), rating => ({ ...rating }));
const ratings = all(1);
const countsOf = (key: 'user' | 'item'): number[] =>
  [...Map.groupBy(ratings, rating => rating[key]).values()].map(own => own.length).sort((a, b) => b - a);
const shareOfFirstTenth = (counts: readonly number[]): number =>
  counts.slice(0, counts.length / 10).reduce((sum, count) => sum + count, 0) / ratings.length;

describe('synthetic ratings', () => {
  test('are as many as asked for, each pair once, in order of time, in whole stars', () => {
    expect(ratings).toHaveLength(shape.ratings);
    expect(new Set(ratings.map(({ user, item }) => `${user} ${item}`)).size).toBe(shape.ratings);
    expect(ratings.every(({ time }, at) => at === 0 || time > (ratings[at - 1]?.time ?? NaN))).toBe(true);
    expect(new Set(ratings.map(({ stars }) => stars))).toEqual(new Set([1, 2, 3, 4, 5]));
  });

  test('are the same for a seed, and others for another', () => {
    expect(all(1)).toEqual(ratings);
    expect(all(2)).not.toEqual(ratings);
  });

  test('are skewed: a tenth of the users and of the items has a multiple of its share', () => {
    expect(shareOfFirstTenth(countsOf('user'))).toBeGreaterThan(0.2);
    expect(shareOfFirstTenth(countsOf('item'))).toBeGreaterThan(0.2);
  });

  test('hold a taste that a model finds: its lists are better than the most popular items', () => {
    const data = asRatings(shape, ratings);
    const parts = split(data, 'temporal', { seed: 1, holdOut: 0.1 });
    using kernel = openKernel();
    const learning = { ...parts, settings: { factors: 16 }, kernel };
    const [model, popular] = [retrained(learning), popularity(learning)].map(
      contestant => judged(contestant, parts, 'ndcg10').figure,
    );
    expect(model).toBeGreaterThan((popular ?? NaN) * 1.2);
  });

  test('have the sizes of public data sets', () => {
    expect(Object.entries(shapes).map(([name, { ratings: count }]) => [name, Math.round(count / 100_000)])).toEqual([
      ['100k', 1],
      ['1m', 10],
      ['10m', 100],
      ['20m', 200],
    ]);
  });
});
