import type { Rating } from '../../../schemas/types.ts';
import type { Interaction, Kind } from '../../als/index.ts';

/** Whom an event is about: the user, or the session of one who is not signed in. */
export const subjectOf = ({ userId, sessionId }: Pick<Rating, 'userId' | 'sessionId'>): string =>
  userId === '' ? sessionId : userId;

/** What the model learns of an event; nothing of aliases and erasures, which are about no item. */
export function asInteraction(event: Rating): Interaction | undefined {
  const { itemId, value, time, eventId } = event;
  const kind = kindOf(event);
  return kind === undefined ? undefined : { userId: subjectOf(event), itemId, kind, value, time, eventId };
}

function kindOf({ kind }: Rating): Kind | undefined {
  return kind === 'alias' || kind === 'erase' ? undefined : kind;
}
