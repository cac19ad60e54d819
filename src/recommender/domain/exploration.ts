/** Which new items take a place in whose list: drawn by hash, so that the same question has the same answer. Pure. */
import { hash, mixed } from './hash.ts';
import { compareIds } from './order.ts';

export interface Exploration {
  /** Places of a list, the last of its first ten, that new items may take; 0 explores nothing. */
  readonly slots: number;
  /** Probability with which such a place is given to a new item, 0 to 1. */
  readonly share: number;
  /** An item of fewer events is new. */
  readonly newBelow: number;
}

export const defaultExploration: Exploration = { slots: 0, share: 0.1, newBelow: 5 };

/** What stands at a place, and the probability that it does over all draws. */
export interface Placed<T> {
  readonly item: T;
  readonly explored: boolean;
  /** Above 0, at most 1. */
  readonly propensity: number;
}

/** Whom the list is for, and on which day it is asked for: each day draws anew. */
export interface Draw {
  readonly user: string;
  /** Days since 1970, UTC. */
  readonly day: number;
}

/** A page shows so many first. */
const firstPage = 10;
const hashes = 2 ** 32;

/**
 * Gives each explored place, with probability `share`, to one of the new items, each as probable as the other; what
 * stood there is left out, and every other place keeps its item. Each place draws from a part of the new items that is
 * its own, so that places are independent and what stands at one says nothing of another: a propensity is exact.
 *
 * @param fresh new items that may stand in this list, none of which is in it
 */
export function explored<T extends { readonly itemId: string }>(
  list: readonly T[],
  fresh: readonly T[],
  { slots, share }: Exploration,
  { user, day }: Draw,
): Placed<T>[] {
  const certain = list.map(item => ({ item, explored: false, propensity: 1 }));
  if (share === 0) return certain;
  const parts = partsOf(fresh, slots);
  for (const place of placesOf(list.length, slots)) {
    const [own, part] = [list[place.at], parts[place.slot]];
    if (own === undefined || part === undefined || part.length === 0) continue;
    const drawn = fraction(`explore ${day} ${place.slot} ${user}`) < share;
    const chosen = part[Math.floor(fraction(`item ${day} ${place.slot} ${user}`) * part.length)];
    certain[place.at] =
      drawn && chosen !== undefined
        ? { item: chosen, explored: true, propensity: share / part.length }
        : { item: own, explored: false, propensity: 1 - share };
  }
  return certain;
}

/** The last `slots` of the first ten; the first place is never explored. */
function placesOf(length: number, slots: number) {
  const end = Math.min(length, firstPage);
  const first = Math.max(1, end - slots);
  return Array.from({ length: Math.max(0, end - first) }, (_, slot) => ({ at: first + slot, slot }));
}

/** Items by the slot that may show them; in order of ids, so that how they were found changes nothing. */
function partsOf<T extends { readonly itemId: string }>(fresh: readonly T[], slots: number): T[][] {
  const parts: T[][] = Array.from({ length: slots }, () => []);
  for (const item of fresh) parts[mixed(hash(item.itemId)) % slots]?.push(item);
  return parts.map(part => part.sort((a, b) => compareIds(a.itemId, b.itemId)));
}

/** Of a text, evenly distributed in [0, 1). */
const fraction = (text: string): number => mixed(hash(text)) / hashes;
