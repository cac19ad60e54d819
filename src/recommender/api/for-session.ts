/** What is recommended to a visitor of whom only a session is known, by what the session has done. */
import { History } from '../domain/history.ts';
import { mostDone } from './basket.ts';
import type { Asked, ItemList, ItemLists } from './lists.ts';
import type { Stored } from './stored.ts';

export interface SessionParts {
  readonly lists: ItemLists;
  readonly stored: Pick<Stored, 'historyOf'>;
}

/**
 * The session's own list where the model has learnt it, as of a user; else what fits its events, as of a basket; else
 * what everybody is shown. An alias makes list and events the user's, and the session is one that nobody knows again.
 */
export async function forSession({ lists, stored }: SessionParts, sessionId: string, asked: Asked): Promise<ItemList> {
  const own = await lists.recommendationsFor(sessionId, { ...asked, exclude: 'seen', explore: true });
  if (own.reason === 'personal') return own;
  const { items } = await stored.historyOf(sessionId);
  const done = items.flatMap(({ itemId, done: of }) => of.map(one => ({ itemId, ...one })));
  const newest = done.toSorted((a, b) => b.time - a.time).slice(0, mostDone);
  const history = new History();
  for (const { itemId, kind, value, time } of newest) history.add(itemId, kind, { value, time });
  return done.length === 0 ? own : lists.forBasket(history.items, asked);
}
