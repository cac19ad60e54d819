/** What users did after they were shown a list: by policy, how many lists, items and users were followed by an event. */
import type { Exposure, Rating } from '../../../schemas/types.ts';
import type { Millis } from '../../stream/time.ts';
import { isStars, subjectOf } from './interaction.ts';
import { compareIds } from './order.ts';
import { scoped } from './tenant.ts';

/** So many, and of them so many with a rating or an order of a shown item within the time. */
export interface Followed {
  readonly shown: number;
  readonly followed: number;
}

export interface PolicyAttribution {
  readonly policy: string;
  readonly lists: Followed;
  /** Each item of each list. */
  readonly items: Followed;
  /** Who was shown at least one list: what arms of an experiment are compared by, since users are drawn, not lists. */
  readonly users: Followed;
}

interface ShownList {
  readonly policy: string;
  readonly subject: string;
  readonly time: Millis;
  isFollowed: boolean;
}

interface ShownItem {
  readonly list: ShownList;
  isFollowed: boolean;
}

/**
 * Attributes by the simplest rule: a rating or an order of an item counts for every list that showed the item to the
 * user at most `within` before. All exposures come first, then all events; each may come in any order, and twice.
 */
export class Attribution {
  readonly #within: Millis;
  readonly #lists = new Map<string, ShownList>();
  readonly #bySubject = new Map<string, Map<string, ShownItem[]>>();

  constructor(within: Millis) {
    this.#within = within;
  }

  shown(exposure: Exposure): void {
    const { policy, time, items } = exposure;
    const eventId = scoped(exposure.tenant, exposure.eventId);
    if (this.#lists.has(eventId)) return;
    const subject = subjectOf(exposure);
    const list = { policy, subject, time, isFollowed: false };
    this.#lists.set(eventId, list);
    const mine = this.#bySubject.get(subject) ?? new Map<string, ShownItem[]>();
    this.#bySubject.set(subject, mine);
    for (const itemId of items) {
      const before = mine.get(itemId);
      if (before === undefined) mine.set(itemId, [{ list, isFollowed: false }]);
      else before.push({ list, isFollowed: false });
    }
  }

  did(event: Rating): void {
    const { kind, itemId, time } = event;
    if (kind !== 'order' && !isStars(event)) return;
    for (const item of this.#bySubject.get(subjectOf(event))?.get(itemId) ?? []) {
      const after = time - item.list.time;
      if (after < 0 || after > this.#within) continue;
      item.isFollowed = true;
      item.list.isFollowed = true;
    }
  }

  /** By name of the policy. */
  figures(): PolicyAttribution[] {
    const policies = Map.groupBy(this.#lists.values(), ({ policy }) => policy);
    const items = Map.groupBy(this.#items(), ({ list }) => list.policy);
    return [...policies]
      .map(([policy, lists]) => ({
        policy,
        lists: followedOf(lists),
        items: followedOf(items.get(policy) ?? []),
        users: usersOf(lists),
      }))
      .sort((a, b) => compareIds(a.policy, b.policy));
  }

  *#items(): Generator<ShownItem> {
    for (const mine of this.#bySubject.values()) for (const items of mine.values()) yield* items;
  }
}

const followedOf = (all: readonly { readonly isFollowed: boolean }[]): Followed => ({
  shown: all.length,
  followed: all.filter(({ isFollowed }) => isFollowed).length,
});

function usersOf(lists: readonly ShownList[]): Followed {
  const shown = new Set(lists.map(({ subject }) => subject));
  const followed = new Set(lists.filter(({ isFollowed }) => isFollowed).map(({ subject }) => subject));
  return { shown: shown.size, followed: followed.size };
}
