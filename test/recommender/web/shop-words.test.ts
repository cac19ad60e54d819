import { expect, test } from 'vitest';
import { Refused, Unreachable } from '../../../src/recommender/api/client/errors.ts';
import { failureWords } from '../../../src/recommender/web/components/failure-words.ts';
import { lookOf, patterns } from '../../../src/recommender/web/shop/look.ts';

const refused = (status: number, retryAfter_ms?: number) => new Refused(status, 'TEST', 'So it is', { retryAfter_ms });

test('what did not work is told with what to do, and when', () => {
  expect(failureWords(refused(429, 2_400), true)).toBe('That was too much at once. Try again in 3 seconds.');
  expect(failureWords(refused(503, 0), true)).toBe(
    'The server cannot do that just now: So it is. Try again in 1 second.',
  );
  expect(failureWords(refused(503), true)).toContain('in a moment');
  expect(failureWords(refused(401), true)).toContain('Sign in again');
  expect(failureWords(refused(403), true)).toContain('not yours');
  expect(failureWords(refused(422), true)).toBe('So it is. Ask for something else');
});

test('who is offline is told so, and who is not that the server does not answer', () => {
  const error = new Unreachable(new TypeError('Failed to fetch'));
  expect(failureWords(error, false)).toContain('You are offline');
  expect(failureWords(error, true)).toContain('The server does not answer');
});

test('an item looks the same each time, and those of a genre are of one family of colours', () => {
  const hues = Array.from({ length: 200 }, (_, n) => lookOf({ itemId: `${n}`, genres: ['Crime'] }));
  expect(lookOf({ itemId: '7', genres: ['Crime', 'Drama'] })).toEqual(hues[7]);
  const [first] = hues;
  for (const { hue, pattern } of hues) {
    const apart = Math.abs(hue - (first?.hue ?? NaN));
    expect(Math.min(apart, 360 - apart)).toBeLessThanOrEqual(48);
    expect([hue, pattern].every(Number.isInteger)).toBe(true);
    expect(pattern).toBeLessThan(patterns);
  }
  expect(new Set(hues.map(({ pattern }) => pattern)).size).toBe(patterns);
});
