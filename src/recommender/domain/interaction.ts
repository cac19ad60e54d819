import type { Rating } from '../../../schemas/types.ts';
import type { Interaction, Kind } from '../../als/index.ts';

/** Whom an event is about: the user, or the session of one who is not signed in. */
export const subjectOf = ({ userId, sessionId }: Pick<Rating, 'userId' | 'sessionId'>): string =>
  userId === '' ? sessionId : userId;

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
  const { kind, userId, sessionId, time, eventId } = event;
  if (kind === 'alias' || kind === 'erase') return { kind, userId, sessionId, itemId: '', time, eventId };
  return asInteraction(event);
}

/** What the model learns of an event; nothing of aliases and erasures, which are about no item. */
export function asInteraction(event: Rating): Interaction | undefined {
  const { itemId, value, time, eventId } = event;
  const kind = kindOf(event);
  return kind === undefined ? undefined : { userId: subjectOf(event), itemId, kind, value, time, eventId };
}

function kindOf({ kind }: Rating): Kind | undefined {
  return kind === 'alias' || kind === 'erase' ? undefined : kind;
}
