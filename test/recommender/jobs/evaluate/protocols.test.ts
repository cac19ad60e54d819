import { describe, expect, test } from 'vitest';
import { protocols, split } from '../../../../src/recommender/jobs/evaluate/protocols.ts';
import type { RatingRow } from '../../../../src/recommender/jobs/ratings-csv.ts';

/** Each of 20 users rates 10 of 200 items, one a minute, in turn. */
const rows: RatingRow[] = Array.from({ length: 200 }, (_, index) => ({
  userId: `u${index % 20}`,
  itemId: `i${index}`,
  rating: 4,
  time: index * 60_000,
}));
const options = { seed: 1, holdOut: 0.2 };
const heldBy = (held: readonly RatingRow[]): number[] =>
  [...Map.groupBy(held, ({ userId }) => userId).values()].map(({ length }) => length);

describe.each(protocols)('%s', protocol => {
  const { train, test: held } = split(rows, protocol, options);

  test('puts every rating into one of the two parts', () => {
    expect([...train, ...held].sort((a, b) => a.time - b.time)).toEqual(rows);
  });

  test('divides the same with the same seed', () => {
    expect(split(rows, protocol, options)).toEqual(split(rows, protocol, options));
  });
});

test('random holds out a share of all ratings, others with another seed', () => {
  const held = split(rows, 'random', options).test;
  expect(held).toHaveLength(40);
  expect(split(rows, 'random', { ...options, seed: 2 }).test).not.toEqual(held);
});

test('stratified holds out the same share of every user', () => {
  expect(heldBy(split(rows, 'stratified', options).test)).toEqual(Array.from({ length: 20 }, () => 2));
});

test('temporal judges by nothing that came before what was learnt', () => {
  const { train, test: held } = split(rows, 'temporal', options);
  expect(held).toHaveLength(40);
  expect(Math.min(...held.map(({ time }) => time))).toBeGreaterThan(Math.max(...train.map(({ time }) => time)));
});

test('leave-last-out holds out the newest of every user, whatever its stars', () => {
  const { test: held, relevantFrom } = split(rows, 'leave-last-out', options);
  expect(held).toEqual(rows.slice(-20));
  expect(relevantFrom).toBe(-Infinity);
});

test('leave-last-out keeps the only rating of a user, of whom there would be nothing to learn', () => {
  const lone: RatingRow = { userId: 'lone', itemId: 'i1', rating: 4, time: 1e9 };
  const { train, test: held } = split([...rows, lone], 'leave-last-out', options);
  expect(train).toContain(lone);
  expect(held).toHaveLength(20);
});

test('leave-last-out-99 draws 99 items that the user never rated, each once, others for other users', () => {
  const { negatives = new Map<string, string[]>() } = split(rows, 'leave-last-out-99', options);
  expect(negatives.size).toBe(20);
  for (const [userId, items] of negatives) {
    const own = rows.filter(row => row.userId === userId).map(({ itemId }) => itemId);
    expect(new Set(items).size).toBe(99);
    expect(items.filter(item => own.includes(item))).toEqual([]);
  }
  expect(negatives.get('u1')).not.toEqual(negatives.get('u2'));
});

test('leave-last-out-99 takes all there is where there are not 99', () => {
  const few = rows.slice(0, 60);
  const { negatives } = split(few, 'leave-last-out-99', options);
  expect(negatives?.get('u0')).toHaveLength(38);
});
