import { describe, expect, test } from 'vitest';
import { protocols, split } from '../../../../src/recommender/jobs/evaluate/protocols.ts';
import {
  RatingsBuilder,
  type Ratings,
  type RatingValues,
  type Rows,
} from '../../../../src/recommender/jobs/evaluate/ratings.ts';

/** Each of 20 users rates 10 of 200 items, one a minute, in turn. */
const values: RatingValues[] = Array.from({ length: 200 }, (_, index) => ({
  userId: `u${index % 20}`,
  itemId: `i${index}`,
  rating: 4,
  time: index * 60_000,
}));
const ratingsOf = (all: readonly RatingValues[]): Ratings => {
  const builder = new RatingsBuilder();
  for (const each of all) builder.add(each);
  return builder.build().ratings;
};
const ratings = ratingsOf(values);
const options = { seed: 1, holdOut: 0.2 };
const valuesOf = ({ userIds, itemIds, users, items, stars, times }: Ratings, rows: Rows): RatingValues[] =>
  Array.from(rows, row => ({
    userId: userIds[users[row] ?? NaN] ?? '',
    itemId: itemIds[items[row] ?? NaN] ?? '',
    rating: stars[row] ?? NaN,
    time: times[row] ?? NaN,
  }));
const heldWith = (protocol: (typeof protocols)[number], more = {}): RatingValues[] =>
  valuesOf(ratings, split(ratings, protocol, { ...options, ...more }).test);

describe.each(protocols)('%s', protocol => {
  const { train, test: held } = split(ratings, protocol, options);

  test('puts every rating into one of the two parts', () => {
    expect(valuesOf(ratings, Uint32Array.from([...train, ...held]).sort())).toEqual(values);
  });

  test('divides the same with the same seed, however the file was sorted', () => {
    const again = ratingsOf(values.toReversed());
    const parts = split(again, protocol, options);
    expect(valuesOf(again, parts.test)).toEqual(valuesOf(ratings, held));
    expect(parts.negatives).toEqual(split(ratings, protocol, options).negatives);
  });
});

test('random holds out a share of all ratings, others with another seed', () => {
  const held = heldWith('random');
  expect(held).toHaveLength(40);
  expect(heldWith('random', { seed: 2 })).not.toEqual(held);
});

test('of equal ratings no more are drawn than the share', () => {
  const same = ratingsOf(Array.from({ length: 10 }, () => ({ userId: 'u', itemId: 'i', rating: 4, time: 0 })));
  expect(split(same, 'random', options).test).toHaveLength(2);
});

test('stratified holds out the same share of every user', () => {
  const byUser = Map.groupBy(heldWith('stratified'), ({ userId }) => userId);
  expect([...byUser.values()].map(({ length }) => length)).toEqual(Array.from({ length: 20 }, () => 2));
});

test('temporal judges by nothing that came before what was learnt', () => {
  const { train, test: held } = split(ratings, 'temporal', options);
  const timesOf = (rows: Rows): number[] => valuesOf(ratings, rows).map(({ time }) => time);
  expect(held).toHaveLength(40);
  expect(Math.min(...timesOf(held))).toBeGreaterThan(Math.max(...timesOf(train)));
});

test('leave-last-out holds out the newest of every user, whatever its stars', () => {
  expect(heldWith('leave-last-out')).toEqual(values.slice(-20));
  expect(split(ratings, 'leave-last-out', options).relevantFrom).toBe(-Infinity);
});

test('leave-last-out keeps the only rating of a user, of whom there would be nothing to learn', () => {
  const lone: RatingValues = { userId: 'lone', itemId: 'i1', rating: 4, time: 1e9 };
  const more = ratingsOf([...values, lone]);
  const { train, test: held } = split(more, 'leave-last-out', options);
  expect(valuesOf(more, train)).toContainEqual(lone);
  expect(held).toHaveLength(20);
});

test('leave-last-out-99 draws 99 items that the user never rated, each once, others for other users', () => {
  const { negatives = new Map<number, Int32Array>() } = split(ratings, 'leave-last-out-99', options);
  expect(negatives.size).toBe(20);
  for (const [user, items] of negatives) {
    const own = values.filter(({ userId }) => userId === ratings.userIds[user]).map(({ itemId }) => itemId);
    expect(new Set(items).size).toBe(99);
    expect(Array.from(items, item => ratings.itemIds[item] ?? '').filter(id => own.includes(id))).toEqual([]);
  }
  expect(negatives.get(1)).not.toEqual(negatives.get(2));
});

test('leave-last-out-99 takes all there is where there are not 99', () => {
  const few = ratingsOf(values.slice(0, 60));
  const { negatives } = split(few, 'leave-last-out-99', options);
  expect(negatives?.get(0)).toHaveLength(38);
});
