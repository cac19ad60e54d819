import type { Rating } from '../../../schemas/types.ts';
import { type Interaction, isDeletion, type Kind } from '../../als/index.ts';
import { scoped } from './tenant.ts';

/** Whom an event is about, by the tenant's scoped id: the user, or the session of one who is not signed in. */
export const subjectOf = ({ tenant, userId, sessionId }: Pick<Rating, 'tenant' | 'userId' | 'sessionId'>): string =>
  scoped(tenant, userId === '' ? sessionId : userId);

/** A note about a user, with what events are ordered by: an alias makes what its session did the user's. */
export interface Note {
  readonly kind: 'alias' | 'erase';
  readonly userId: string;
  readonly sessionId: string;
  readonly itemId: '';
  readonly time: number;
  readonly eventId: string;
}

/** All that changes what the model knows. */
export type Learnable = Interaction | Note;

export const isNote = (event: Learnable): event is Note => event.kind === 'alias' || event.kind === 'erase';

export function asLearnable(event: Rating): Learnable | undefined {
  return isAboutUser(event) ? asNote(event) : asInteraction(event);
}

type AboutUser = Rating & { readonly kind: Note['kind'] };

export const isAboutUser = (event: Rating): event is AboutUser => event.kind === 'alias' || event.kind === 'erase';

/** Whether it is a rating, and not the deletion of one. */
export const isStars = (event: Rating): boolean => event.kind === 'rating' && !isDeletion(event);

/** An erasure names no session, and nobody has an empty id. */
export const asNote = ({ kind, tenant, userId, sessionId, time, eventId }: AboutUser): Note => ({
  kind,
  userId: scoped(tenant, userId),
  sessionId: sessionId === '' ? '' : scoped(tenant, sessionId),
  itemId: '',
  time,
  eventId: scoped(tenant, eventId),
});

/** What the model learns of an event; nothing of aliases and erasures, which are about no item. */
export function asInteraction(event: Rating): Interaction | undefined {
  const { tenant, value, time } = event;
  const kind = kindOf(event);
  if (kind === undefined) return undefined;
  const [itemId, eventId] = [scoped(tenant, event.itemId), scoped(tenant, event.eventId)];
  return { userId: subjectOf(event), itemId, kind, value, time, eventId };
}

function kindOf({ kind }: Rating): Kind | undefined {
  return kind === 'alias' || kind === 'erase' ? undefined : kind;
}
