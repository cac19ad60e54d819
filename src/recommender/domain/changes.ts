/** What an epoch has changed, and how it is told. */
import type { ItemVector, UserVector } from '../../../schemas/types.ts';
import type { Model } from '../../als/index.ts';
import { compareIds } from './order.ts';
import type { Waiting } from './pending-events.ts';
import { modelOf, type Served } from './served.ts';
import { tenantOf } from './tenant.ts';
import { newestOf } from './totals.ts';
import { asCandidate, asVector, vectorOfNobody } from './vectors.ts';

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
  /** Traces of the events that were learnt, by what they are about: the newest of each. */
  traces: new Map<string, string>(),
  /** Users of whom something came to be learnt. */
  heard: new Set<string>(),
  /** The numbers of the versions of their tenants before it was. */
  numbers: new Map<string, number>(),
  news: 0,
  /** Event time of the newest event of each tenant. */
  newest: new Map<string, number>(),
  /** Whether other generations serve than before, or others: then there is a version without news too. */
  isSwitched: false,
});

type Changes = ReturnType<typeof noChanges>;

/** Tells of a tenant whether anything of it changed. */
export function newsIn(changes: Changes): (tenant: string) => boolean {
  if (changes.isSwitched) return () => true;
  const moved = movedIn(changes);
  return tenant => moved.has(tenant);
}

/** Tenants of which a vector has changed. */
function movedIn({ users, items, gone }: Changes): ReadonlySet<string> {
  const moved = new Set<string>();
  for (const ids of [users, items, gone]) for (const id of ids) moved.add(tenantOf(id));
  return moved;
}

/** Ids of users and items are apart. */
const traceKey = (kind: Change['kind'], id: string): string => `${kind} ${id}`;

/** Notes when the newest events happened, of whom they were, and what they were traced by: before they are learnt. */
export function noteEvents(
  changes: Pick<Changes, 'newest' | 'heard' | 'numbers' | 'traces'>,
  events: readonly Waiting[],
  model: Pick<Model, 'numberOf'>,
): void {
  changes.newest = newestOf(events);
  const { heard, numbers, traces } = changes;
  for (const tenant of changes.newest.keys()) numbers.set(tenant, model.numberOf(tenant));
  for (const { trace, userId, itemId } of events) {
    heard.add(userId);
    if (trace === undefined) continue;
    traces.set(traceKey('user', userId), trace);
    if (itemId !== '') traces.set(traceKey('item', itemId), trace);
  }
}

/** Of a vector that changed because of an event about it; '' of one that moved since others did. */
export const traceOf = ({ traces }: Pick<Changes, 'traces'>, { kind, vector }: Change): string =>
  traces.get(traceKey(kind, vector.id)) ?? '';

/**
 * Where no vector of a tenant has moved, and something of it was learnt, those of whom something was heard are told. A
 * version is a cut of what is told: without any there is none, and whoever reads ratings up to one would wait for the next.
 */
export function withHeard(changes: Changes, model: Pick<Model, 'numberOf'>): Changes {
  const { users, heard, numbers } = changes;
  const moved = movedIn(changes);
  for (const id of heard) {
    const tenant = tenantOf(id);
    if (!moved.has(tenant) && model.numberOf(tenant) !== numbers.get(tenant)) users.add(id);
  }
  return changes;
}

/** What a session had done is the user's. */
export function takeOver({ taken }: Changes, user: string, done: UserVector['taken']): void {
  taken.set(user, [...(taken.get(user) ?? []), ...done]);
}

/**
 * Items before users: whoever applies them in this order never scores with a vector of the version before. While an
 * experiment runs items have vectors of both generations, and users the one of theirs.
 */
export function* changesOf(
  served: Served,
  { users, items, gone, taken }: Pick<Changes, 'users' | 'items' | 'gone' | 'taken'>,
  time: number,
): Iterable<Change> {
  const { live, candidate } = served;
  const at = (id: string) => placeIn(live, id, time);
  for (const id of [...items].sort(compareIds)) {
    const [vectors, tried] = [live.item(id), candidate?.model.item(id)];
    if (vectors === undefined) continue;
    const vector = asVector(id, vectors, { ...at(id), side: 'items' });
    yield { kind: 'item', vector: { ...vector, candidate: asCandidate(tried, candidate?.model) } };
  }
  for (const id of [...users].sort(compareIds)) {
    const model = modelOf(served, id);
    const vectors = model.user(id);
    if (vectors === undefined) continue;
    const vector = {
      ...asVector(id, vectors, { ...placeIn(model, id, time), side: 'users' }),
      taken: taken.get(id) ?? [],
    };
    yield { kind: 'user', vector, isGone: false };
  }
  for (const id of [...gone].sort(compareIds))
    if (live.user(id) === undefined) yield { kind: 'user', vector: vectorOfNobody(id, at(id)), isGone: true };
}

/** By the number of the id's own tenant, as its lists and versions are. */
const placeIn = (model: Model, id: string, time: number) => ({
  version: { generation: model.version.generation, number: model.numberOf(tenantOf(id)) },
  settings: model.settings,
  time,
});
