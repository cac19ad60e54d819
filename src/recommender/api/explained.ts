/** A user's list with the reasons beside its items: the greatest of what `why` tells of each. */
import { UnknownItem } from './errors.ts';
import type { ItemList, ListedItem } from './lists.ts';
import { type WhyItem, whyOf, type WhyParts } from './why.ts';

/** Items of a list that are explained: each takes the solution of the user's equations. */
export const mostExplained = 20;
/** Contributions that are told of each at most. */
export const mostReasons = 10;

export interface ExplainedItem extends ListedItem {
  readonly why: readonly WhyItem[];
}

/** The first items with their n greatest contributions, none where the reason is not personal. @throws {TooManyItems} */
export async function explained(parts: WhyParts, user: string, list: ItemList, n: number) {
  const items: (ListedItem | ExplainedItem)[] = [];
  for (const [at, item] of list.items.entries())
    items.push(at < mostExplained ? { ...item, why: await contributionsTo(parts, user, item.itemId, n) } : item);
  return { ...list, items };
}

async function contributionsTo(parts: WhyParts, user: string, itemId: string, n: number): Promise<readonly WhyItem[]> {
  try {
    return (await whyOf(parts, user, itemId, n)).contributions;
  } catch (error) {
    // Of what neither catalogue nor model knows a list may tell: ratings come before both.
    if (error instanceof UnknownItem) return [];
    throw error;
  }
}
