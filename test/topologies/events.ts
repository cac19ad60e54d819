import type { Rating } from '../../schemas/types.ts';

/** A day on which the tests take place; the wall clock of a test stands at its end. */
export const day = Date.UTC(2026, 2, 10);
export const hour = 3_600_000;
export const minute = 60_000;
export const start = day + 24 * hour;

let events = 0;

/** A sound rating; each call makes another event. */
export const rating = (change: Partial<Rating> = {}): Rating => ({
  eventId: `event-${events++}`,
  tenant: '',
  userId: 'ann',
  sessionId: '',
  itemId: 'heat',
  kind: 'rating',
  value: 4,
  time: day + 10 * hour,
  ...change,
});
