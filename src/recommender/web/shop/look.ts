/** How an item without a picture looks: a colour by its genre and a pattern by its id, so that it is known again. Pure. */
import type { Ware } from './titles.ts';

export const patterns = 6;

export interface Look {
  /** Degrees of a colour wheel. */
  readonly hue: number;
  readonly pattern: number;
}

const spread = 24;

/** Items of a genre are of one family of colours; each has its own shade of it. */
export function lookOf({ itemId, genres }: Pick<Ware, 'itemId' | 'genres'>): Look {
  const own = hashOf(itemId);
  const family = hashOf(genres[0] ?? itemId) % 360;
  return { hue: (family + (own % (2 * spread)) - spread + 360) % 360, pattern: hashOf(`${itemId} pattern`) % patterns };
}

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash;
}
