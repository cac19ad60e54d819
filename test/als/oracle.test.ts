import { describe, expect, test } from 'vitest';
import { Model, type Interaction } from '../../src/als/index.ts';
import { rated } from './events.ts';

const unit = 1024;
const [strength, alpha0] = [0.3, 0.4];
const explicit = { factors: 2, regularisation: 0.05, biasRegularisation: 0.02, prior: 3 };
const model = new Model({
  factors: 3,
  regularisation: { strength, frequencyExponent: 1 },
  unobservedWeight: alpha0,
  explicit,
});
const events: Interaction[] = [];
for (let user = 0; user < 6; user++)
  for (let item = 0; item < 7; item++)
    if ((user * 5 + item * 3) % 4 > 0) events.push(rated(`${user}`, `${item}`, 1 + ((user * item + user) % 5)));
model.learn(events);
model.train(3);

/** Gauss and Jordan with pivots: shares nothing with Cholesky but the answer. */
function gauss(matrix: number[][]): number[] {
  const size = matrix.length;
  for (let column = 0; column < size; column++) {
    const below = matrix.slice(column).sort((a, b) => Math.abs(b[column] ?? 0) - Math.abs(a[column] ?? 0));
    matrix.splice(column, size, ...below);
    const pivot = (matrix[column] ?? []).map(value => value / (matrix[column]?.[column] ?? NaN));
    matrix[column] = pivot;
    for (const [at, row] of matrix.entries()) {
      const factor = row[column] ?? NaN;
      if (at !== column) matrix[at] = row.map((value, n) => value - factor * (pivot[n] ?? NaN));
    }
  }
  return matrix.map(row => row[size] ?? NaN);
}

type Term = { y: readonly number[]; weight: number; target: number };

/** min over x of sum weight (target - x.y)^2 + sum held x^2, written down term by term. */
function leastSquares(terms: readonly Term[], held: readonly number[]): number[] {
  return gauss(
    held.map((reg, a) => [
      ...held.map((_, b) =>
        terms.reduce((s, { y, weight }) => s + weight * (y[a] ?? 0) * (y[b] ?? 0), a === b ? reg : 0),
      ),
      terms.reduce((s, { y, weight, target }) => s + weight * (y[a] ?? 0) * target, 0),
    ]),
  );
}

const real = (values: Int16Array | undefined): number[] => [...(values ?? [])].map(value => value / unit);
const itemIds = ['0', '1', '2', '3', '4', '5', '6'];
const confidenceOf = new Map([
  [1, 2],
  [2, 2],
  [3, 1.5],
  [4, 2],
  [5, 3],
]);

describe("a user's row after training", () => {
  test.for(['0', '1', '2', '3', '4', '5'])('is the least squares solution against all items: user %s', userId => {
    const own = events.filter(event => event.userId === userId);
    const unobserved = itemIds.map((id): Term => ({ y: real(model.item(id)?.factors), weight: alpha0, target: 0 }));
    const observed = own.map(({ itemId, value }): Term => ({
      y: real(model.item(itemId)?.factors),
      weight: confidenceOf.get(value) ?? NaN,
      target: value >= 3 ? 1 : 0,
    }));
    const held = strength * (own.length + alpha0 * itemIds.length);
    const expected = leastSquares([...unobserved, ...observed], [held, held, held]);
    for (const [f, value] of real(model.user(userId)?.factors).entries())
      expect(Math.abs(value - (expected[f] ?? NaN))).toBeLessThanOrEqual(0.5001 / unit);
  });

  test.for(['0', '3', '5'])('has the bias and star factors of ridge regression: user %s', userId => {
    const own = events.filter(event => event.userId === userId);
    const terms = own.map(({ itemId, value }): Term => {
      const item = model.item(itemId);
      return { y: [1, ...real(item?.starFactors)], weight: 1, target: value - model.mean - (item?.bias ?? NaN) };
    });
    const frequency = own.length + explicit.prior;
    const held = [explicit.biasRegularisation, explicit.regularisation, explicit.regularisation];
    const expected = leastSquares(
      terms,
      held.map(reg => reg * frequency),
    );
    const user = model.user(userId);
    for (const [f, value] of [user?.bias ?? NaN, ...real(user?.starFactors)].entries())
      expect(Math.abs(value - (expected[f] ?? NaN))).toBeLessThanOrEqual(0.5001 / unit);
  });

  test('scores as its vectors say', () => {
    const [x, y] = [real(model.user('1')?.factors), real(model.item('2')?.factors)];
    expect(model.score('1', '2')).toBeCloseTo(
      x.reduce((sum, value, f) => sum + value * (y[f] ?? NaN), 0),
      12,
    );
  });
});

test('the mean is that of the current ratings', () => {
  expect(model.mean).toBeCloseTo(events.reduce((sum, { value }) => sum + value, 0) / events.length, 2);
});
