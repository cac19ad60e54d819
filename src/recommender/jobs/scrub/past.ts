/** What is of somebody who was erased, and what is of somebody new by the same id. */
import type { Rating } from '../../../../schemas/types.ts';
import { ratings } from '../../../../topologies/streams.ts';
import { partitionsIn } from '../../../stream/log-values.ts';
import type { Millis } from '../../../stream/time.ts';
import type { Offset } from '../../../transport/port.ts';
import { BatchCursor, Kind } from '../../../transport/record.ts';
import { subjectOf } from '../../domain/interaction.ts';
import { scoped } from '../../domain/tenant.ts';
import type { Erased, ErasedPorts } from './erased.ts';
import { Values } from './values.ts';

/** Where a record of `ratings` stands, and when it entered the log. */
export interface Entered {
  readonly partition: number;
  readonly offset: Offset;
  readonly origin: Millis;
}

/** Whether a record of `ratings` goes: up to the very erasure, whatever any clock said; of a session up to its alias. */
export function isPast({ until, isSession }: Pick<Erased, 'until' | 'isSession'>, at: Entered): boolean {
  if (isSession) return isWithin(until, at.origin);
  return until.some(({ partition, offset, origin }) =>
    at.partition === partition ? at.offset <= offset : at.origin <= origin,
  );
}

/** Whether a record of another topic goes, by when what it came of had entered the log. */
export const wasPast = ({ until, hasComeBack }: Pick<Erased, 'until' | 'hasComeBack'>, origin: Millis): boolean =>
  !hasComeBack || isWithin(until, origin);

const isWithin = (until: Erased['until'], entered: Millis): boolean =>
  until.some(({ after, origin }) => entered > after && entered <= origin);

export interface EventInLog {
  /** Undefined of bytes that nobody can read. */
  readonly value: Rating | undefined;
  /** As records and documents name it. */
  readonly subject: string;
  readonly eventId: string | undefined;
  readonly at: Entered;
}

/** Everything in `ratings` that was not redacted. */
export async function* eventsOf(ports: ErasedPorts): AsyncGenerator<EventInLog> {
  const values = new Values(ratings, ports.registry);
  for await (const { partition, batch } of batchesOf(ports, ratings.name)) {
    const record = new BatchCursor(batch);
    while (record.next()) if (record.kind === Kind.value) yield eventIn(record, partition, await values.of(record));
  }
}

function eventIn(record: BatchCursor, partition: number, value: Rating | undefined): EventInLog {
  const { offset, origin } = record;
  const subject = value === undefined ? record.key() : subjectOf(value);
  const eventId = value && scoped(value.tenant, value.eventId);
  return { value, subject, eventId, at: { partition, offset, origin } };
}

/** The batches of all partitions of a topic; none where there is no such topic. */
export async function* batchesOf({ transport, log }: Pick<ErasedPorts, 'transport' | 'log'>, topic: string) {
  for (let partition = 0; partition < (await partitionsIn(transport, topic)); partition++)
    for (const batch of log.batches({ topic, partition })) yield { partition, batch };
}
