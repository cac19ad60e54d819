/**
 * A catalogue and its users where there are none: films that do not exist, and ratings as the hidden taste has them.
 * Genres follow from the same taste, so that each is a cluster: who likes one film of it is likely to like the others.
 */
import type { Item, Rating } from '../../../../schemas/types.ts';
import type { Millis } from '../../../stream/time.ts';
import { eventIdOf } from '../event-id.ts';
import { chancesOf } from './chances.ts';
import { fitting, skewed } from './choice.ts';
import type { Known } from './known.ts';
import { genresOf, liking, starsOf } from './taste.ts';
import { titleOf } from './titles.ts';

/** Small enough to be learnt in seconds, large enough that tastes show. */
export const inventedSize = { users: 400, items: 800, ratings: 30_000 } as const;

export interface Inventing {
  /** The same seed invents the same films and ratings, but for when they were given. */
  readonly seed: number;
  /** The newest rating is of this time. */
  readonly now: Millis;
}

/** How far back the invented ratings reach. */
const span_ms = 90 * 24 * 60 * 60 * 1_000;
/** Of so many items that a user comes across, one is watched. */
const choices = 6;
const firstYear = 1950;
const years = 75;

/** Users and items; those first that have most ratings. */
export const inventedIds = (seed: number): Known => ({
  users: shuffled(inventedSize.users, chancesOf(seed, 'users')),
  items: shuffled(inventedSize.items, chancesOf(seed, 'items')),
});

/** As old as the first rating: nobody rates what is not in the catalogue. */
export function inventedItems({ seed, now }: Inventing): Item[] {
  const random = chancesOf(seed, 'titles');
  const taken = new Set<string>();
  return inventedIds(seed).items.map(itemId => {
    const genres = genresOf(itemId);
    const year = firstYear + Math.floor(Math.sqrt(random()) * years); // most of them young
    const title = `${titleOf(genres[0] ?? '', random, taken)} (${year})`;
    return { itemId, tenant: '', title, genres, tags: [], available: true, time: now - span_ms };
  });
}

/** In event-time order, each pair of user and item once. */
export function inventedRatings({ seed, now }: Inventing): Rating[] {
  const random = chancesOf(seed, 'ratings');
  const { users, items } = inventedIds(seed);
  const rated = new Set<string>();
  const ratings: Rating[] = [];
  for (let n = 0; n < inventedSize.ratings; n++) {
    const userId = skewed(users, 2, random);
    const itemId = fitting(userId, { items, choices, random });
    const value = starsOf(liking(userId, itemId), random);
    const time = Math.round(now - span_ms * (1 - (n + 1) / inventedSize.ratings));
    if (rated.has(`${userId} ${itemId}`)) continue;
    rated.add(`${userId} ${itemId}`);
    const eventId = eventIdOf('invented', seed, userId, itemId, value);
    ratings.push({ eventId, tenant: '', userId, sessionId: '', itemId, kind: 'rating', value, time });
  }
  return ratings;
}

/** The numbers from 1 as ids, in an order that is as likely as any other (Fisher and Yates). */
function shuffled(count: number, random: () => number): string[] {
  const rest = Array.from({ length: count }, (_, n) => String(n + 1));
  return Array.from({ length: count }, () => rest.splice(Math.floor(random() * rest.length), 1)[0] ?? '');
}
