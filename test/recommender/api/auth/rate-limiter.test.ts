import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RateLimiter } from '../../../../src/recommender/api/auth/rate-limiter.ts';

const rate = { perSecond: 2, burst: 4 };

function limiter(most?: number) {
  const clock = { at: 1_000_000, now: () => clock.at };
  return { clock, limiter: new RateLimiter(clock, most) };
}

test('after a pause a burst may come, then as many a second as the rate says', () => {
  const { clock, limiter: limits } = limiter();
  const taken = () => limits.take('ann', rate);
  expect([taken(), taken(), taken(), taken()]).toEqual([0, 0, 0, 0]);
  expect(taken()).toBe(500);
  clock.at += 499;
  expect(taken()).toBe(1);
  clock.at += 1;
  expect([taken(), taken()]).toEqual([0, 500]);
  expect(limits.take('bob', rate)).toBe(0);
});

test('whoever waits as long as they are told may ask; in any time no more pass than burst and rate', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 200 }), pauses => {
      const { clock, limiter: limits } = limiter();
      const began = clock.at;
      let passed = 0;
      for (const pause of pauses) {
        clock.at += pause;
        const wait = limits.take('ann', rate);
        clock.at += Math.ceil(wait);
        const again = wait > 0 ? limits.take('ann', rate) : 0;
        expect(again).toBe(0);
        passed++;
      }
      expect(passed).toBeLessThanOrEqual(rate.burst + ((clock.at - began) * rate.perSecond) / 1_000);
    }),
  );
});

test('a million who ask once take no more memory than the bound', () => {
  const { limiter: limits } = limiter(1_000);
  for (let n = 0; n < 20_000; n++) limits.take(`address ${n}`, rate);
  expect(limits.remembered).toBe(1_000);
});
