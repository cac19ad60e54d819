import { expect, test } from 'vitest';
import { planeThrough, valueAt } from '../../bench/support/sizing/planes.ts';

const points = [
  [1, 10, 5],
  [1, 200, 5],
  [1, 10, 900],
  [1, 3_000, 40],
];
const through = (of: (features: readonly number[]) => number) =>
  planeThrough(points.map(features => ({ features, value: of(features) })));

test('a plane through points of a plane is that plane', () => {
  const { coefficients, residual } = through(([one = 0, a = 0, b = 0]) => 4e8 * one + 700 * a + 3 * b);
  expect(coefficients.map(each => Math.round(each))).toEqual([4e8, 700, 3]);
  expect(residual).toBeLessThan(1e-9);
});

test('what would take less than nothing takes nothing, and the rest is fitted without it', () => {
  const { coefficients } = through(([one = 0, a = 0, b = 0]) => 1e6 * one + 700 * a - 3 * b);
  expect(coefficients.every(each => each >= 0)).toBe(true);
  expect(coefficients[2]).toBe(0);
});

test('the residual is the greatest distance, as a share of what was measured', () => {
  const flat = planeThrough([
    { features: [1], value: 90 },
    { features: [1], value: 110 },
  ]);
  const at = valueAt(flat.coefficients, [1]);
  expect(flat.residual).toBeCloseTo(Math.max(Math.abs(at / 90 - 1), Math.abs(at / 110 - 1)), 12);
});

test('points that do not tell two things apart are refused', () => {
  const same = [1, 2, 3].map(n => ({ features: [1, n, 2 * n], value: 10 + n }));
  expect(() => planeThrough(same)).toThrow(/do not tell the features apart/);
});
