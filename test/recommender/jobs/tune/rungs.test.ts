import { expect, test } from 'vitest';
import { RatingsBuilder } from '../../../../src/recommender/jobs/evaluate/ratings.ts';
import { split } from '../../../../src/recommender/jobs/evaluate/protocols.ts';
import { ofUsers, sharesOf } from '../../../../src/recommender/jobs/tune/rungs.ts';

test('with few users, or few trials, all trials are judged on all users', () => {
  expect(sharesOf(600, 100)).toEqual([1]);
  expect(sharesOf(100_000, 3)).toEqual([1]);
});

test('with many users the trials begin on few of them, and every rung has three times as many', () => {
  expect(sharesOf(100_000, 30)).toEqual([1 / 9, 1 / 3, 1]);
  expect(sharesOf(7_000, 30)).toEqual([1 / 3, 1]);
});

test('a rung is about its users only, all of whose ratings are in it, and the next rung has them too', () => {
  const builder = new RatingsBuilder();
  for (let n = 0; n < 3_000; n++) builder.add({ userId: `u${n % 300}`, itemId: `i${n % 7}`, rating: 4, time: n });
  const whole = split(builder.build().ratings, 'random', { seed: 1, holdOut: 0.2 });
  const usersOf = (share: number): Set<number> => {
    const part = ofUsers(whole, share, 1);
    return new Set([...part.train, ...part.test].map(row => whole.ratings.users[row] ?? NaN));
  };
  const [third, two] = [usersOf(1 / 3), usersOf(2 / 3)];
  expect(third.size).toBeGreaterThan(70);
  expect(third.size).toBeLessThan(130);
  expect([...third].filter(user => !two.has(user))).toEqual([]);
  const part = ofUsers(whole, 1 / 3, 1);
  expect(part.train.length + part.test.length).toBe(third.size * 10);
});
