import fc from 'fast-check';
import { kinds, type Interaction, type ModelSettings } from '../../src/als/index.ts';

/** A rating whose id follows from user and item; `more` overrides. */
export function rated(userId: string, itemId: string, value: number, more: Partial<Interaction> = {}): Interaction {
  return { userId, itemId, kind: 'rating', value, time: 1_000, eventId: `${userId}-${itemId}`, ...more };
}

/** Small models, so that a property is tried often. */
export const small: Partial<ModelSettings> = {
  factors: 3,
  explicit: { factors: 2, regularisation: 0.1, biasRegularisation: 0.02, prior: 1 },
  refresh: { threshold: 1, rowsPerEvent: 1 },
};

/** Events of few users and items, so that they meet, repeat and contradict each other. */
export const someEvents = fc
  .array(
    fc.record({
      user: fc.nat(4),
      item: fc.nat(5),
      kind: fc.constantFrom(...kinds),
      half: fc.integer({ min: 1, max: 10 }),
      time: fc.nat(20),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map(list =>
    list.map(({ user, item, kind, half, time }, n): Interaction => ({
      userId: `user ${user}`,
      itemId: `item ${item}`,
      kind,
      value: half / 2,
      time,
      eventId: `event ${n}`,
    })),
  );

/** Two tastes: users and items of one parity belong together, and every user has left out one item of its own. */
export function checkerboard(size: number): Interaction[] {
  const events: Interaction[] = [];
  for (let user = 0; user < size; user++)
    for (let item = 0; item < size; item++)
      if (item !== leftOut(user, size)) events.push(rated(`u${user}`, `i${item}`, user % 2 === item % 2 ? 5 : 1));
  return events;
}

/** The item of its own taste that a user of a checkerboard has not rated. */
export const leftOut = (user: number, size: number): number => (user + 2) % size;
