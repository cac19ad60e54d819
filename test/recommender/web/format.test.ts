import { describe, expect, test } from 'vitest';
import {
  ago,
  compact,
  many,
  orDash,
  rate,
  span,
  stretch,
  titleAndYear,
  windowRange,
} from '../../../src/recommender/web/dashboard/format.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('an age', () => {
  test.for([
    [0, 'just now'],
    [999, 'just now'],
    [second, '1 s ago'],
    [59 * second, '59 s ago'],
    [minute, '1 min ago'],
    [59 * minute + 59 * second, '59 min ago'],
    [hour, '1 h ago'],
    [day, '1 day ago'],
    [3 * day, '3 days ago'],
    [61 * day, '2 months ago'],
    [366 * day, '1 year ago'],
    [8 * 366 * day, '8 years ago'],
  ] as const)('of %i ms is told as %s', ([ms, told]) => {
    expect(ago(ms)).toBe(told);
  });
});

test('figures are as long as they need to be', () => {
  expect([rate(0), rate(0.26), rate(9.96), rate(12.4), rate(1_540.2)]).toEqual(['0', '0.3', '10', '12', '1,540']);
  expect([compact(9_999), compact(100_836), compact(2_500_000)]).toEqual(['9,999', '100.8K', '2.5M']);
  expect([span(8.6), span(999), span(1_340)]).toEqual(['9 ms', '999 ms', '1.3 s']);
  expect([many(1, 'film'), many(0, 'film'), many(1_000, 'film')]).toEqual(['1 film', '0 films', '1,000 films']);
});

test('a span that may be long is told in the unit that fits', () => {
  expect([0, 8.6, 1_340, 59_900, 90 * second, 3 * hour, 2 * day, 366 * day].map(stretch)).toEqual([
    '0 s',
    '9 ms',
    '1.3 s',
    '59.9 s',
    '1 min',
    '3 h',
    '2 days',
    '1 year',
  ]);
});

test('what is not known is a dash, and nought is nought', () => {
  expect([orDash(null, String), orDash(undefined, String), orDash(0, String)]).toEqual(['–', '–', '0']);
});

test('a window is told in UTC, a day by its date alone', () => {
  const start = Date.UTC(2026, 2, 11, 11);
  expect(windowRange(start, start + hour)).toBe('11 Mar 2026, 11:00 to 12:00 UTC');
  expect(windowRange(Date.UTC(2026, 2, 11), Date.UTC(2026, 2, 12))).toBe('11 Mar 2026, UTC');
});

test.for([
  ['Heat (1995)', 'Heat', '1995'],
  ['Seven (a.k.a. Se7en) (1995) ', 'Seven (a.k.a. Se7en)', '1995'],
  ['No year', 'No year', ''],
  ['(1995)', '(1995)', ''],
  ['<img src=x> (2001)', '<img src=x>', '2001'],
] as const)('%s is a title and a year', ([whole, title, year]) => {
  expect(titleAndYear(whole)).toEqual({ title, year });
});
