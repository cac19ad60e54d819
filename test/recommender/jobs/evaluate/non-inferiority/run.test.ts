import { expect, test } from 'vitest';
import { openKernel } from '../../../../../src/als/index.ts';
import { bootstrapOptions } from '../../../../../src/recommender/jobs/evaluate/bootstrap.ts';
import { gainsOf } from '../../../../../src/recommender/jobs/evaluate/compared.ts';
import { EvaluateInput } from '../../../../../src/recommender/jobs/evaluate/errors.ts';
import { nonInferiority } from '../../../../../src/recommender/jobs/evaluate/index.ts';
import { pooled } from '../../../../../src/recommender/jobs/evaluate/pooled.ts';
import { type Ratings, RatingsBuilder } from '../../../../../src/recommender/jobs/evaluate/ratings.ts';
import type { UserFigures } from '../../../../../src/recommender/jobs/evaluate/user-figures.ts';
import { chancesOf } from '../../../../../src/recommender/jobs/generate/index.ts';
import { twoTastes } from '../shop.ts';

function shop(): Ratings {
  const builder = new RatingsBuilder();
  for (const { userId, itemId, rating, seconds } of twoTastes())
    builder.add({ userId, itemId, rating, time: seconds * 1_000 });
  return builder.build().ratings;
}

const kernel = openKernel();
const options = {
  ratings: shop(),
  kernel,
  seed: 1,
  seeds: 2,
  checkpoints: 3,
  settings: { factors: 4 },
  eventsPerCut: 10,
};

test('both models are judged at every checkpoint of every seed, and the same again when repeated', () => {
  const told: number[] = [];
  const found = nonInferiority({ ...options, reached: ({ events }) => told.push(events) });
  expect(found.seeds).toEqual([1, 2]);
  expect(found.checkpoints.map(({ events }) => events)).toEqual(told);
  expect(told).toEqual([275, 330, 385, 275, 330, 385]);
  expect(found.users).toBe(40);
  expect(found.overlap10).toBeGreaterThan(0);
  expect(found.overlap10).toBeLessThanOrEqual(1);
  expect(nonInferiority(options)).toEqual(found);
});

test('a generation is trained where what is known has doubled, and is told', () => {
  expect(nonInferiority(options).generations).toBe(0);
  // From 44 events on in cuts of ten: at 94 and 193 of the 341 that are learnt, with each of two seeds.
  expect(nonInferiority({ ...options, first: 0.1 }).generations).toBe(4);
});

test('lists are more alike where all rows are refreshed than where none are', () => {
  const refreshed = { factors: 4, refresh: { threshold: 0, rowsPerEvent: 1_000 } };
  const { overlap10 } = nonInferiority({ ...options, settings: refreshed });
  const { overlap10: without } = nonInferiority({
    ...options,
    settings: { factors: 4, refresh: { threshold: 0, rowsPerEvent: 0 } },
  });
  expect(overlap10).toBeGreaterThan(without);
});

test('a user is one cluster: to judge the same again at more checkpoints makes no interval narrower', () => {
  const random = chancesOf(11);
  const column = (): Float64Array => Float64Array.from({ length: 50 }, () => random());
  const figures = (): UserFigures => ({
    users: Int32Array.from({ length: 50 }, (_, user) => user),
    judged: new Float64Array(50).fill(1),
    lists: { ndcg10: column(), hr10: column(), map10: column(), precision10: column(), recall10: column() },
    ratings: new Float64Array(50).fill(4),
    squared: column(),
    absolute: column(),
  });
  const [model, beside] = [figures(), figures()];
  const bootstrap = bootstrapOptions({ seed: 1 });
  const once = gainsOf({ model, beside }, bootstrap);
  const thrice = gainsOf({ model: pooled([model, model, model]), beside: pooled([beside, beside, beside]) }, bootstrap);
  expect(thrice.ndcg10.interval?.low).toBeCloseTo(once.ndcg10.interval?.low ?? NaN, 12);
  expect(thrice.rmse.interval?.high).toBeCloseTo(once.rmse.interval?.high ?? NaN, 12);
});

test('what cannot be is refused', () => {
  expect(() => nonInferiority({ ...options, seeds: 0 })).toThrow(EvaluateInput);
  expect(() => nonInferiority({ ...options, checkpoints: 1.5 })).toThrow(EvaluateInput);
  expect(() => nonInferiority({ ...options, first: 1 })).toThrow(EvaluateInput);
});
