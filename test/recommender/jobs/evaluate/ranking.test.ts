import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noItems, ranked } from '../../../../src/recommender/jobs/evaluate/ranking.ts';

const letters = 'abcdefghijkl'.split('');
const marked = (names: string): Uint8Array => Uint8Array.from(letters, letter => Number(names.includes(letter)));

/** Items that have no score are NaN: no model could place them. */
function listOf(scores: Record<string, number>, { relevant = '', seen = '', n = 10, among = '' } = {}): string {
  const list = noItems(n);
  const candidates = Int32Array.from(among, letter => letters.indexOf(letter));
  ranked(
    Float64Array.from(letters, letter => scores[letter] ?? NaN),
    { n, relevant: marked(relevant), seen: marked(seen), ...(among === '' ? {} : { candidates }) },
    list,
  );
  return Array.from(list.items.subarray(0, list.length), item => letters[item]).join('');
}

test('the greatest scores stand first, and no more than asked for', () => {
  expect(listOf({ a: 1, b: 3, c: 2, d: 0 }, { n: 3 })).toBe('bca');
});

test('ties count as losses: of equal scores the held-out item stands last', () => {
  expect(listOf({ a: 1, b: 1, c: 1, d: 2 }, { relevant: 'a' })).toBe('dbca');
});

test('a model that says the same of everything finds nothing', () => {
  const scores = Object.fromEntries(letters.map(item => [item, 0]));
  expect(listOf(scores, { relevant: 'ab' })).toBe('cdefghijkl');
});

test('what was seen takes no place, and neither does what has no score', () => {
  expect(listOf({ a: 3, b: 2, c: 1 }, { seen: 'a', n: 2 })).toBe('bc');
  expect(listOf({ b: 1 })).toBe('b');
});

test('with candidates no other item has a place', () => {
  expect(listOf({ a: 1, b: 2, c: 3, d: 4 }, { among: 'ac' })).toBe('ca');
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
