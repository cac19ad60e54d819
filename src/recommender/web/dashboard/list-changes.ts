/** What is different between two lists: pure. */
import type { ListedItem } from '../../api/client/client.ts';

export type Change = { readonly kind: 'new' } | { readonly kind: 'moved'; readonly by: number };

/** By id what is new and what moved, up being positive; an item that stays where it was is not in it. */
export function changesOf(before: readonly ListedItem[], after: readonly ListedItem[]): ReadonlyMap<string, Change> {
  const was = new Map(before.map(({ itemId }, place) => [itemId, place]));
  const changes = new Map<string, Change>();
  for (const [place, { itemId }] of after.entries()) {
    const old = was.get(itemId);
    if (old === undefined) changes.set(itemId, { kind: 'new' });
    else if (old !== place) changes.set(itemId, { kind: 'moved', by: old - place });
  }
  return changes;
}

const named = 3;

/** One sentence for those who do not see rows move; empty where nothing is different. */
export function announcement(before: readonly ListedItem[], after: readonly ListedItem[]): string {
  const changes = changesOf(before, after);
  const stays = new Set(after.map(({ itemId }) => itemId));
  const left = before.filter(({ itemId }) => !stays.has(itemId));
  const entered = after.flatMap(({ itemId, title }, place) =>
    changes.get(itemId)?.kind === 'new' ? [`${title} at ${place + 1}`] : [],
  );
  const moved = changes.size - entered.length;
  const parts = [
    ...(left.length === 0 ? [] : [`left: ${listed(left.map(({ title }) => title))}`]),
    ...(entered.length === 0 ? [] : [`new: ${listed(entered)}`]),
    ...(moved === 0 ? [] : [`moved: ${moved}`]),
  ];
  return parts.length === 0 ? '' : `The list changed; ${parts.join('; ')}.`;
}

const listed = (names: readonly string[]): string =>
  names.length <= named ? names.join(', ') : `${names.slice(0, named).join(', ')} and ${names.length - named} more`;
