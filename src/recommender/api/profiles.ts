/** What a user has had to do with, and which genres that was: the page about a user. */
import type { ItemDirectory, ShownItem } from './items.ts';
import type { ProfileDocument, Stored } from './stored.ts';

export interface ProfileItem extends ShownItem {
  readonly kind: 'rating' | 'order' | 'view' | 'return';
  readonly value: number;
  /** Event time, ISO 8601. */
  readonly at: string;
}

export interface ProfileGenre {
  readonly genre: string;
  readonly count: number;
  /** Of the star ratings; null without one. */
  readonly mean: number | null;
}

export interface Profile {
  readonly userId: string;
  /** Things in all, also those that the profile no longer names. */
  readonly count: number;
  /** The newest n, newest first. */
  readonly items: readonly ProfileItem[];
  /** Of all things that the profile names (the newest 200), most first. */
  readonly genres: readonly ProfileGenre[];
}

/** As of the model version behind the user's list. A user whom nobody knows has an empty one. */
export async function profileOf(
  { stored, items }: { readonly stored: Stored; readonly items: ItemDirectory },
  userId: string,
  n: number,
): Promise<Profile> {
  const [profile, shown] = [await stored.profileOf(userId), await items.shown()];
  if (profile === undefined) return { userId, count: 0, items: [], genres: [] };
  const newest = profile.items.slice(0, n).map(({ itemId, kind, value, time }) => {
    return { ...shown(itemId), kind, value, at: new Date(time).toISOString() };
  });
  return { userId, count: profile.count, items: newest, genres: genresOf(profile, shown) };
}

function genresOf({ items }: ProfileDocument, shown: (itemId: string) => ShownItem): ProfileGenre[] {
  const genres = new Map<string, { count: number; ratings: number; stars: number }>();
  for (const { itemId, kind, value } of items)
    for (const genre of shown(itemId).genres) {
      const sums = genres.get(genre) ?? { count: 0, ratings: 0, stars: 0 };
      genres.set(genre, sums);
      sums.count++;
      if (kind !== 'rating') continue;
      sums.ratings++;
      sums.stars += value;
    }
  const told = [...genres].map(([genre, { count, ratings, stars }]) => {
    return { genre, count, mean: ratings === 0 ? null : stars / ratings };
  });
  return told.sort((a, b) => b.count - a.count || (a.genre < b.genre ? -1 : 1));
}
