/** What an epoch has changed, and how it is told. */
import type { ItemVector, UserVector } from '../../../schemas/types.ts';
import type { Model } from '../../als/index.ts';
import { compareIds } from './order.ts';
import { asVector, vectorOfNobody } from './vectors.ts';

/** A vector that has changed; a user who is gone has one of zeros, once. */
export type Change =
  | { readonly kind: 'user'; readonly vector: UserVector; readonly isGone: boolean }
  | { readonly kind: 'item'; readonly vector: ItemVector };

export const isUserChange = (change: Change): change is Extract<Change, { kind: 'user' }> => change.kind === 'user';
export const isItemChange = (change: Change): change is Extract<Change, { kind: 'item' }> => change.kind === 'item';

/** What an epoch has changed, before it is told. */
export const noChanges = () => ({
  users: new Set<string>(),
  items: new Set<string>(),
  /** Users that the model no longer knows. */
  gone: new Set<string>(),
  /** What sessions had done that became users, by user. */
  taken: new Map<string, UserVector['taken']>(),
  news: 0,
  /** Event time of the newest event. */
  newest: 0,
  isAdopted: false,
});

/** What a session had done is the user's. */
export function takeOver({ taken }: ReturnType<typeof noChanges>, user: string, done: UserVector['taken']): void {
  taken.set(user, [...(taken.get(user) ?? []), ...done]);
}

/** Items before users: whoever applies them in this order never scores with a vector of the version before. */
export function* changesOf(
  model: Model,
  { users, items, gone, taken }: Pick<ReturnType<typeof noChanges>, 'users' | 'items' | 'gone' | 'taken'>,
  time: number,
): Iterable<Change> {
  const at = { version: model.version, settings: model.settings, time };
  for (const id of [...items].sort(compareIds)) {
    const vectors = model.item(id);
    if (vectors !== undefined) yield { kind: 'item', vector: asVector(id, vectors, { ...at, side: 'items' }) };
  }
  for (const id of [...users].sort(compareIds)) {
    const vectors = model.user(id);
    if (vectors === undefined) continue;
    const vector = { ...asVector(id, vectors, { ...at, side: 'users' }), taken: taken.get(id) ?? [] };
    yield { kind: 'user', vector, isGone: false };
  }
  for (const id of [...gone].sort(compareIds))
    if (model.user(id) === undefined) yield { kind: 'user', vector: vectorOfNobody(id, at), isGone: true };
}
