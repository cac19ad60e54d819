/** Takes what somebody did, or a note about somebody, into the log: the writing use case, which knows nothing of HTTP. */
import type { Rating } from '../../../schemas/types.ts';
import { ratings } from '../../../topologies/streams.ts';
import { sending } from '../../operations/tracing/sending.ts';
import type { Tracing } from '../../operations/tracing/tracing.ts';
import { appendFromOutside, recordOf } from '../../stream/outside.ts';
import { deletedRating, isDeletion } from '../../als/index.ts';
import type { Millis } from '../../stream/time.ts';
import type { SchemaRegistry } from '../../stream/registry.ts';
import { shareOnce } from '../../stream/share-once.ts';
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
  readonly registry: Pick<SchemaRegistry, 'register'>;
  readonly clock: { now(): Millis };
  /** Draws an id that no other event has. */
  readonly newEventId: () => string;
  /** Whose events they are. */
  readonly tenant: string;
  /** Tells of the append, and has the record carry its trace; absent where nothing is told. */
  readonly tracing?: Tracing | undefined;
}

/** Takes what somebody did. A rating without stars is not meant to delete one. @throws {InvalidRating} */
export async function postEvent(ports: EventPorts, posted: PostedEvent): Promise<Accepted> {
  const { kind, value = 0 } = posted;
  if (isDeletion({ kind, value }))
    throw new InvalidRating(
      'value 0 of an event of kind rating is not on the scale',
      'To take a rating back, DELETE /v2/users/{id}/ratings/{itemId}',
    );
  return appendEvent(ports, posted);
}

/**
 * Takes back what the user has rated an item with up to now, whether there is a rating or not; a later one counts again.
 * @throws {InvalidRating} for ids that are none
 */
export const deleteRating = (ports: EventPorts, userId: string, itemId: string): Promise<Accepted> =>
  appendEvent(ports, { kind: 'rating', userId, itemId, value: deletedRating });

/** Appends a sound event to `ratings`. @throws {InvalidRating} for what would not count */
export async function appendEvent(ports: EventPorts, posted: PostedEvent): Promise<Accepted> {
  const origin = ports.clock.now();
  const { kind, userId, sessionId = '', itemId = '', value = 0 } = posted;
  const { eventId = ports.newEventId(), time = origin } = posted;
  const event: Rating = { eventId, tenant: ports.tenant, userId, sessionId, itemId, kind, value, time };
  const problem = invalidRating(event, origin);
  if (problem !== undefined) throw new InvalidRating(problem, 'Send an event that fits');
  await shareOnce(ports.registry, ratings.schema.definition);
  const record = recordOf(ratings, event);
  const sent = { topic: ratings.name, key: record.key };
  const { topic, partition, offset } = await sending(ports.tracing, sent, async header => {
    const traced = [{ ...record, trace: header }];
    const [place] = await appendFromOutside(ports.transport, ratings.name, traced, origin);
    if (place === undefined) throw new TypeError('The log answered no offset for what was appended');
    return place;
  });
  return { eventId, topic, partition, offset };
}
