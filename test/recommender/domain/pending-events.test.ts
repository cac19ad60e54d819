import { expect, test } from 'vitest';
import { PendingEvents } from '../../../src/recommender/domain/pending-events.ts';

const order = (eventId: string, time: number) =>
  ({ userId: 'ann', itemId: 'heat', kind: 'order', value: 1, time, eventId }) as const;
const erasure = { userId: 'ann', sessionId: '', itemId: '', kind: 'erase', time: 100, eventId: 'gone' } as const;

test('an event that comes twice is taken once', () => {
  const pending = new PendingEvents();
  for (const event of [order('b', 20), order('a', 10), order('b', 20)]) pending.add(event);
  expect(pending.take().map(({ eventId }) => eventId)).toEqual(['a', 'b']);
});

test('one that comes once more after an erasure is of somebody new', () => {
  const pending = new PendingEvents();
  for (const event of [order('old', 90), order('again', 200), erasure, order('again', 200)]) pending.add(event);
  expect(pending.take().map(({ eventId }) => eventId)).toEqual(['old', 'gone', 'again']);
});
