import { expect, test } from 'vitest';
import { differenceInterval, shareInterval } from '../../../src/recommender/domain/intervals.ts';

const close = (low: number, high: number) => ({ low: expect.closeTo(low, 4), high: expect.closeTo(high, 4) });

test('the interval of a share is that of the published examples', () => {
  // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I.
  expect(shareInterval({ hits: 81, of: 263 })).toEqual(close(0.2553, 0.3662));
  expect(shareInterval({ hits: 15, of: 148 })).toEqual(close(0.0624, 0.1605));
  expect(shareInterval({ hits: 0, of: 20 })).toEqual(close(0, 0.1611));
  expect(shareInterval({ hits: 1, of: 29 })).toEqual(close(0.0061, 0.1718));
  expect(shareInterval({ hits: 0, of: 0 })).toBeNull();
});

test('the interval of a difference is that of the published examples', () => {
  // Newcombe, "Interval estimation for the difference", Statistics in Medicine 17 (1998), table II, method 10.
  expect(differenceInterval({ hits: 56, of: 70 }, { hits: 48, of: 80 })).toEqual(close(0.0524, 0.3339));
  expect(differenceInterval({ hits: 9, of: 10 }, { hits: 3, of: 10 })).toEqual(close(0.1705, 0.809));
  expect(differenceInterval({ hits: 10, of: 10 }, { hits: 0, of: 20 })).toEqual(close(0.6791, 1));
  expect(differenceInterval({ hits: 0, of: 0 }, { hits: 1, of: 2 })).toBeNull();
});
