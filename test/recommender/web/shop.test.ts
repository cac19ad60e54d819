import { expect, test } from 'vitest';
import type { Progress } from '../../../src/recommender/api/client/shop.ts';
import { added, countOf, mostOfALine, withQuantity } from '../../../src/recommender/web/shop/basket.ts';
import { returnKey } from '../../../src/recommender/web/shop/return-key.ts';
import { begun, heard, isOver, latencyOf, reached } from '../../../src/recommender/web/shop/loop.ts';

const heat = { itemId: 'heat', title: 'Heat', genres: [] };
const answer = (more: Partial<Progress>): Progress => ({
  stored: '2026-01-01T00:00:00.000Z',
  offset: null,
  learnt: false,
  modelVersion: '1.9',
  vectorOf: null,
  listOf: null,
  ...more,
});

test('what is put into the basket twice is one line', () => {
  const basket = added(added([], heat), heat);
  expect(basket).toEqual([{ ...heat, quantity: 2 }]);
  expect(countOf(basket)).toBe(2);
  expect(withQuantity(basket, 'heat', 0)).toEqual([]);
  expect(withQuantity(basket, 'heat', 1_000)).toEqual([{ ...heat, quantity: mostOfALine }]);
});

test('one more of an item is returned under the key of the line as it is shown', () => {
  const line = (itemId: string, returned: number) => ({ itemId, quantity: 3, returned, standing: 3 - returned });
  const lines = [line('heat', 0), line('a/b é', 2), line('a/b é', 1)];
  expect(returnKey({ lines }, 'a/b é')).toBe('return-1-3');
  expect(returnKey({ lines }, 'heat')).toBe('return-0-0');
});

test('an order comes on step by step, and each step keeps the time at which it was seen first', () => {
  let loop = reached(begun('o', 'Your order', 100), 'stored', 110);
  loop = heard(loop, answer({}), 120);
  expect(latencyOf(loop, 'read')).toBeUndefined();
  loop = heard(loop, answer({ offset: 4 }), 130);
  loop = heard(loop, answer({ offset: 4, learnt: true, vectorOf: '1.10', listOf: '1.9' }), 140);
  expect([latencyOf(loop, 'read'), latencyOf(loop, 'learnt'), latencyOf(loop, 'written')]).toEqual([30, 40, undefined]);
  loop = heard(loop, answer({ offset: 4, learnt: true, vectorOf: '1.10', listOf: '1.10' }), 150);
  loop = heard(loop, answer({ offset: 4, learnt: true, vectorOf: '1.10', listOf: '2.0' }), 160);
  expect([latencyOf(loop, 'learnt'), latencyOf(loop, 'written')]).toEqual([40, 50]);
  expect(isOver(loop)).toBe(false);
  expect(isOver(reached(loop, 'shown', 170))).toBe(true);
});

test('a step that nobody saw was done when the next one was', () => {
  const loop = reached(begun('o', 'Your order', 0), 'learnt', 25);
  expect(loop.done).toEqual({ stored: 25, read: 25, learnt: 25 });
});
