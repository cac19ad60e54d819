import { expect, test } from 'vitest';
import { isOfOrder, isOrderOf, letterOf, orderOf } from '../../../src/recommender/orders/letters.ts';

const place = { range: 0, page: 1, index: 2 };
const letter = (partition: string, id: string) =>
  letterOf({ document: { partition, id, body: {} }, reason: 'is none' }, place, 0);

test.each(['ann', 'ann/é', 'north\u001fann', 'a%2Fb', '...', 'x'.repeat(5_000)])(
  'a letter is known to be about an order of %j, and of nobody who is called much like it',
  user => {
    const about = letter(user, 'o/1');
    expect([isOfOrder(about), isOrderOf(about, user)]).toEqual([true, true]);
    for (const other of [`${user}2`, `${user}/o`, `b${user}`])
      expect(isOrderOf(letter(other.slice(0, 1_000), 'o/1'), user)).toBe(false);
  },
);

test('its key is read back, whatever is in it', () => {
  expect(orderOf(letter('ann/é', 'o/1'))).toEqual({ partition: 'ann/é', id: 'o/1' });
  expect(orderOf(letter('x'.repeat(5_000), 'o'))).toBeUndefined();
});
