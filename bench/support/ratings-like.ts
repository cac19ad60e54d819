/** Invented ratings with the shape of real ones: popularity and activity are skewed, and a user rates many at a sitting. */
import type { Interaction } from '../../src/als/index.ts';

export interface Shape {
  readonly users: number;
  readonly items: number;
  readonly ratings: number;
}

const least = 20;
const tastes = 12;

/** In order of time. Every user rates at least 20 items, no item twice, in sittings of about twenty ratings. */
export function ratingsLike({ users, items, ratings }: Shape, seed = 1): Interaction[] {
  const next = generator(seed);
  // A little more skewed than exponential, as it is in MovieLens 1M.
  const beyond = (ratings - least * users) / users;
  const shift = items / 12;
  const events: Interaction[] = [];
  for (let user = 0; user < users; user++) {
    const wanted = Math.min(items >> 1, Math.round(least + beyond * 0.86 * (-Math.log(1 - next())) ** 1.3));
    const taste = Math.floor(next() * tastes);
    const seen = new Set<number>();
    let time = Math.floor(next() * 1e9) * 1_000;
    while (seen.size < wanted) {
      // Popularity falls as 1 / (rank + shift)^2: Zipf's law as B. Mandelbrot has it.
      const chance = (next() * items) / (items + shift);
      const item = Math.floor((shift * chance) / (1 - chance));
      if (seen.has(item)) continue;
      seen.add(item);
      time += (seen.size % 20 === 0 ? 5e7 : 20_000) + Math.floor(next() * 10_000);
      const value = Math.min(5, Math.max(1, Math.round(3 + next() * 2 + (item % tastes === taste ? 1 : -0.5))));
      events.push({ userId: `${user}`, itemId: `${item}`, kind: 'rating', value, time, eventId: `${user}-${item}` });
    }
  }
  return events.sort((a, b) => a.time - b.time || (a.eventId < b.eventId ? -1 : 1));
}

/** Mulberry32 by Tommy Ettinger: numbers from 0 to 1. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
