import { describe, expect, test } from 'vitest';
import { EvaluateInput } from '../../../../../src/recommender/jobs/evaluate/errors.ts';
import { orders, streamOf } from '../../../../../src/recommender/jobs/evaluate/non-inferiority/stream.ts';
import { RatingsBuilder } from '../../../../../src/recommender/jobs/evaluate/ratings.ts';

/** 30 users, of whom the n-th begins after 10 n of 600 ratings and comes by in turn. */
const ratings = (() => {
  const builder = new RatingsBuilder();
  for (let n = 0; n < 600; n++)
    builder.add({ userId: `u${n % Math.min(30, 1 + Math.floor(n / 10))}`, itemId: `i${n % 41}`, rating: 4, time: n });
  return builder.build().ratings;
})();
const options = { order: 'time', seed: 1, checkpoints: 4, first: 0.5 } as const;

describe.each(orders)('in order of %s', order => {
  const { rows, first, checkpoints } = streamOf(ratings, { ...options, order });

  test('the checkpoints divide what comes after the first generation, and the last leaves something to judge by', () => {
    expect(first).toBe(300);
    expect(checkpoints.map(({ events }) => events)).toEqual([360, 420, 480, 540]);
  });

  test('what is learnt is the stream up to the checkpoint, and what judges comes after it, up to the next', () => {
    for (const { events, split } of checkpoints) {
      expect(split.train).toEqual(rows.slice(0, events));
      const next = new Set(rows.subarray(events, events + 60));
      expect([...split.test].filter(row => !next.has(row))).toEqual([]);
    }
  });

  test('only users who are known judge', () => {
    for (const { split } of checkpoints) {
      const known = new Set(Array.from(split.train, row => ratings.users[row]));
      expect([...split.test].filter(row => !known.has(ratings.users[row]))).toEqual([]);
      expect(split.test.length).toBeGreaterThan(0);
    }
  });
});

test('a drawn order has every rating once, and is another with another seed', () => {
  const drawn = (seed: number) => streamOf(ratings, { ...options, order: 'drawn', seed }).rows;
  expect(drawn(1).toSorted()).toEqual(streamOf(ratings, options).rows);
  expect(drawn(1)).toEqual(drawn(1));
  expect(drawn(1)).not.toEqual(drawn(2));
});

test('more checkpoints than there are events are refused', () => {
  expect(() => streamOf(ratings, { ...options, checkpoints: 600 })).toThrow(EvaluateInput);
});
