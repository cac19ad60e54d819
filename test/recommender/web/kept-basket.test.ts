import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PassingMemory } from '../../../src/recommender/web/components/memory.ts';
import { mostLines, mostOfALine } from '../../../src/recommender/web/shop/basket.ts';
import { KeptBasket } from '../../../src/recommender/web/shop/kept-basket.ts';

const heat = { itemId: 'heat', title: 'Heat (1995)', genres: ['Crime'], quantity: 2 };
const place = 'millrace.basket';

function written(text: string): KeptBasket {
  const memory = new PassingMemory();
  memory.setItem(place, text);
  return new KeptBasket(memory);
}

test('a basket is kept with the id of its order, for its shopper alone', () => {
  const kept = new KeptBasket(new PassingMemory());
  kept.keep('ann', { lines: [heat], orderId: 'o-1' });
  expect(kept.of('ann')).toEqual({ lines: [heat], orderId: 'o-1' });
  expect(kept.of('bob')).toBeUndefined();
  kept.keep('bob', { lines: [heat], orderId: undefined });
  expect([kept.of('ann'), kept.of('bob')]).toEqual([undefined, { lines: [heat], orderId: undefined }]);
});

test('an empty basket leaves nothing in the browser', () => {
  const memory = new PassingMemory();
  const kept = new KeptBasket(memory);
  kept.keep('ann', { lines: [heat], orderId: undefined });
  kept.keep('ann', { lines: [], orderId: undefined });
  expect(memory.getItem(place)).toBeNull();
});

test.each([
  ['no JSON', '{'],
  ['no object', '7'],
  ['no lines', '{"owner":"ann"}'],
  ['a line without a title', JSON.stringify({ owner: 'ann', lines: [{ ...heat, title: undefined }] })],
  ['none of a thing', JSON.stringify({ owner: 'ann', lines: [{ ...heat, quantity: 0 }] })],
  ['half of a thing', JSON.stringify({ owner: 'ann', lines: [{ ...heat, quantity: 0.5 }] })],
  ['too many of a thing', JSON.stringify({ owner: 'ann', lines: [{ ...heat, quantity: mostOfALine + 1 }] })],
  ['a thing twice', JSON.stringify({ owner: 'ann', lines: [heat, heat] })],
  [
    'too many lines',
    JSON.stringify({
      owner: 'ann',
      lines: Array.from({ length: mostLines + 1 }, (_, n) => ({ ...heat, itemId: `${n}` })),
    }),
  ],
  ['a title without end', JSON.stringify({ owner: 'ann', lines: [{ ...heat, title: 'x'.repeat(2_000) }] })],
  ['more than a page keeps', JSON.stringify({ owner: 'ann', lines: [heat], more: 'x'.repeat(70_000) })],
])('what this page did not write is no basket: %s', (_, text) => {
  expect(written(text).of('ann')).toBeUndefined();
});

test('whatever JSON stands there, it is read as a basket of sound lines, or not at all', () => {
  fc.assert(
    fc.property(fc.json(), text => {
      for (const { quantity } of written(text).of('ann')?.lines ?? []) expect(quantity).toBeGreaterThan(0);
    }),
    { seed: 6, examples: [[JSON.stringify({ owner: 'ann', lines: [heat], __proto__: { owner: 'ann' } })]] },
  );
});

test('a browser that has no room forgets the basket, rather than keep an older one', () => {
  const memory = new PassingMemory();
  const kept = new KeptBasket(memory);
  kept.keep('ann', { lines: [heat], orderId: undefined });
  memory.setItem = () => {
    throw new DOMException('Full', 'QuotaExceededError');
  };
  kept.keep('ann', { lines: [{ ...heat, quantity: 3 }], orderId: undefined });
  expect(kept.of('ann')).toBeUndefined();
});
