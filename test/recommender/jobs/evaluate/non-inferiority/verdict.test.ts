import { expect, test } from 'vitest';
import { verdictOf } from '../../../../../src/recommender/jobs/evaluate/non-inferiority/verdict.ts';

const verdict = (low: number, high: number) => verdictOf({ interval: { low, high } }, 0.01);

test('a gain whose whole interval lies above the margin is non-inferior, also where it is below nothing', () => {
  expect(verdict(-0.009, -0.001)).toBe('non-inferior');
  expect(verdict(0.02, 0.05)).toBe('non-inferior');
});

test('one whose whole interval lies below the margin is inferior', () => {
  expect(verdict(-0.05, -0.011)).toBe('inferior');
});

test('an interval that holds the margin is too wide to tell, however good its middle is', () => {
  expect(verdict(-0.011, 0.05)).toBe('inconclusive');
  expect(verdict(-0.05, -0.009)).toBe('inconclusive');
  expect(verdict(-0.01, 0.01)).toBe('inconclusive');
});

test('without an interval there is no proof', () => {
  expect(verdictOf({ interval: null }, 0.01)).toBe('inconclusive');
});
