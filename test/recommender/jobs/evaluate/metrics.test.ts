import { describe, expect, test } from 'vitest';
import { averagePrecision, hit, ndcg, precision, recall } from '../../../../src/recommender/jobs/evaluate/metrics.ts';

/** Hits at the places 1, 3 and 10 of ten, where five things were to be found. */
const three = { ranks: [1, 3, 10], relevant: 5 };
const none = { ranks: [], relevant: 2 };

describe('a list with hits at 1, 3 and 10 of five', () => {
  test('has an nDCG of (1 + 1/2 + 1/log2 11) beside that of five hits on top', () => {
    // Log2 of 2, 3, 4, 5, 6 and 11 by hand.
    const ideal = 1 + 1 / 1.584962501 + 1 / 2 + 1 / 2.321928095 + 1 / 2.584962501;
    expect(ndcg(three, 10)).toBeCloseTo((1 + 0.5 + 1 / 3.459431619) / ideal, 8);
  });

  test('has an average precision of (1/1 + 2/3 + 3/10) / 5', () => {
    expect(averagePrecision(three, 10)).toBeCloseTo(0.393333333, 8);
  });

  test('has a precision of 3/10, a recall of 3/5, and is a hit', () => {
    expect([precision(three, 10), recall(three), hit(three)]).toEqual([0.3, 0.6, 1]);
  });
});

test('a list that holds all there is, on top, is perfect', () => {
  const perfect = { ranks: [1, 2], relevant: 2 };
  expect([ndcg(perfect, 10), averagePrecision(perfect, 10), recall(perfect)]).toEqual([1, 1, 1]);
});

test('where more is relevant than fits, the best list has all its places right', () => {
  const full = { ranks: [1, 2, 3], relevant: 50 };
  expect([ndcg(full, 3), averagePrecision(full, 3), precision(full, 3)]).toEqual([1, 1, 1]);
});

test('a list without a hit is worth nothing', () => {
  expect([ndcg(none, 10), averagePrecision(none, 10), precision(none, 10), recall(none), hit(none)]).toEqual([
    0, 0, 0, 0, 0,
  ]);
});

test('a single hit is worth less the lower it stands', () => {
  const at = (rank: number) => ndcg({ ranks: [rank], relevant: 1 }, 10);
  expect([at(1), at(3), at(7)].map(value => Number(value.toFixed(6)))).toEqual([1, 0.5, 0.333333]);
});
