import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ranked } from '../../../../src/recommender/jobs/evaluate/ranking.ts';

const letters = 'abcdefghij'.split('');

const listOf = (scores: Record<string, number>, { relevant = '', seen = '', n = 10 } = {}): string =>
  ranked(Object.keys(scores), {
    n,
    relevant: new Set(relevant),
    seen: new Set(seen),
    score: item => scores[item],
  })
    .map(({ itemId }) => itemId)
    .join('');

test('the greatest scores stand first, and no more than asked for', () => {
  expect(listOf({ a: 1, b: 3, c: 2, d: 0 }, { n: 3 })).toBe('bca');
});

test('ties count as losses: of equal scores the held-out item stands last', () => {
  expect(listOf({ a: 1, b: 1, c: 1, d: 2 }, { relevant: 'a' })).toBe('dbca');
});

test('a model that says the same of everything finds nothing', () => {
  const scores = Object.fromEntries('abcdefghijkl'.split('').map(item => [item, 0]));
  expect(listOf(scores, { relevant: 'ab' })).toBe('cdefghijkl');
});

test('what was seen takes no place, and neither does what has no score', () => {
  expect(listOf({ a: 3, b: 2, c: 1 }, { seen: 'a', n: 2 })).toBe('bc');
  const score = (item: string) => (item === 'a' ? undefined : 1);
  expect(ranked(['a', 'b'], { n: 2, seen: new Set(), relevant: new Set(), score })).toEqual([
    { itemId: 'b', score: 1 },
  ]);
});

test('any list is what sorting everything would begin with', () => {
  const setting = fc.record({
    scores: fc.dictionary(fc.constantFrom(...letters), fc.integer({ min: 0, max: 3 })),
    relevant: fc.subarray(letters),
    n: fc.integer({ min: 1, max: 12 }),
  });
  fc.assert(
    fc.property(setting, ({ scores, relevant, n }) => {
      const losing = (item: string) => (relevant.includes(item) ? 1 : 0);
      const sorted = Object.keys(scores)
        .sort()
        .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || losing(a) - losing(b));
      expect(listOf(scores, { relevant: relevant.join(''), n })).toBe(sorted.slice(0, n).join(''));
    }),
  );
});
