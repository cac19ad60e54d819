/** Takes what somebody did, or a note about somebody, into the log: the writing use case, which knows nothing of HTTP. */
import type { Rating } from '../../../schemas/types.ts';
import { ratings } from '../../../topologies/streams.ts';
import { appendFromOutside, recordOf } from '../../stream/outside.ts';
import type { Millis } from '../../stream/time.ts';
import type { Offset, Transport } from '../../transport/port.ts';
import { invalidRating } from '../domain/validate.ts';
import { InvalidRating } from './errors.ts';

export interface PostedEvent {
  readonly kind: Rating['kind'];
  /** Empty while only the session is known. */
  readonly userId: string;
  readonly sessionId?: string | undefined;
  readonly itemId?: string | undefined;
  readonly value?: number | undefined;
  /** Sent twice, an event counts once: downstream drops the second. Drawn where absent. */
  readonly eventId?: string | undefined;
  /** When it happened; now where absent. */
  readonly time?: Millis | undefined;
}

/** Where the event stands in the log; it is durable there. */
export interface Accepted {
  readonly eventId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: Offset;
}

export interface EventPorts {
  readonly transport: Pick<Transport, 'partitions' | 'append'>;
  readonly clock: { now(): Millis };
  /** Draws an id that no other event has. */
  readonly newEventId: () => string;
  /** Whose events they are. */
  readonly tenant: string;
}

/** Appends a sound event to `ratings`. @throws {InvalidRating} for what would not count */
export async function appendEvent(ports: EventPorts, posted: PostedEvent): Promise<Accepted> {
  const origin = ports.clock.now();
  const { kind, userId, sessionId = '', itemId = '', value = 0 } = posted;
  const { eventId = ports.newEventId(), time = origin } = posted;
  const event: Rating = { eventId, tenant: ports.tenant, userId, sessionId, itemId, kind, value, time };
  const problem = invalidRating(event, origin);
  if (problem !== undefined) throw new InvalidRating(problem, 'Send an event that fits');
  const [place] = await appendFromOutside(ports.transport, ratings.name, [recordOf(ratings, event)], origin);
  if (place === undefined) throw new TypeError('The log answered no offset for what was appended');
  return { eventId, ...place };
}
