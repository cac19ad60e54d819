import { expect, test } from 'vitest';
import { bootstrapOptions, intervals, type Statistic } from '../../../../src/recommender/jobs/evaluate/bootstrap.ts';
import { chancesOf } from '../../../../src/recommender/jobs/generate/index.ts';

const options = bootstrapOptions({ seed: 7 });

const meanOf =
  (values: readonly number[]): Statistic =>
  times =>
    values.reduce((sum, value, user) => sum + value * (times[user] ?? NaN), 0) / values.length;

test('what is the same of every user has no width', () => {
  expect(intervals(50, [meanOf(Array.from({ length: 50 }, () => 3))], options)).toEqual([{ low: 3, high: 3 }]);
});

test('the interval of a mean is about two standard errors to either side', () => {
  const random = chancesOf(1);
  const values = Array.from({ length: 400 }, () => random());
  const [interval] = intervals(400, [meanOf(values)], bootstrapOptions({ seed: 7, resamples: 10_000 }));
  const mean = values.reduce((sum, value) => sum + value, 0) / 400;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 400;
  const width = (interval?.high ?? NaN) - (interval?.low ?? NaN);
  expect(width / (2 * 1.96 * Math.sqrt(variance / 400))).toBeCloseTo(1, 1);
});

test('about 95 of 100 intervals hold the truth', () => {
  const few = bootstrapOptions({ seed: 3, resamples: 200 });
  let held = 0;
  for (let world = 0; world < 200; world++) {
    const random = chancesOf(5, world);
    const values = Array.from({ length: 60 }, () => random());
    const [interval] = intervals(60, [meanOf(values)], few);
    if ((interval?.low ?? NaN) <= 0.5 && (interval?.high ?? NaN) >= 0.5) held++;
  }
  expect(held / 200).toBeGreaterThan(0.89);
  expect(held / 200).toBeLessThan(0.99);
});

test('a difference of two models has a narrower interval than either: the same users are drawn for both', () => {
  const random = chancesOf(2);
  const worse = Array.from({ length: 200 }, () => random());
  const better = worse.map(value => value + 0.01);
  const difference: Statistic = times => (meanOf(better)(times) ?? NaN) - (meanOf(worse)(times) ?? NaN);
  const [ofBetter, ofDifference] = intervals(200, [meanOf(better), difference], options);
  expect(ofDifference?.low).toBeCloseTo(0.01, 12);
  expect(ofDifference?.high).toBeCloseTo(0.01, 12);
  expect((ofBetter?.high ?? NaN) - (ofBetter?.low ?? NaN)).toBeGreaterThan(0.05);
});

test('a seed repeats an interval, another gives another', () => {
  const values = [meanOf([1, 2, 3, 5, 8, 13])];
  const once = intervals(6, values, bootstrapOptions({ seed: 1 }));
  expect(intervals(6, values, bootstrapOptions({ seed: 1 }))).toEqual(once);
  expect(intervals(6, values, bootstrapOptions({ seed: 2 }))).not.toEqual(once);
});

test('what applies to no draw has no interval', () => {
  expect(intervals(3, [() => null], options)).toEqual([null]);
});
