/** The current ratings of a log, as columns. */
import type { Rating } from '../../../../schemas/types.ts';
import { ratings as stream } from '../../../../topologies/streams.ts';
import { MillraceError } from '../../../errors.ts';
import { type LogPorts, readableValuesOf } from '../../../stream/log-values.ts';
import { asNote, isAboutUser, isStars, subjectOf } from '../../domain/interaction.ts';
import { scoped } from '../../domain/tenant.ts';
import { RatingsBuilder, type Ratings } from '../evaluate/ratings.ts';

/** What fits one tenant need not fit another. */
export class SeveralTenants extends MillraceError {
  readonly code = 'SEVERAL_TENANTS';
}

const severalTenants = (one: string, other: string): SeveralTenants =>
  new SeveralTenants(`The log holds ratings of '${one}' and of '${other}'`, 'Name one of the tenants by --tenant');

export interface LogRatings {
  readonly ratings: Ratings;
  /** Records that are no sound ratings: other kinds of events, invalid ones, bytes that nobody can read. */
  readonly others: number;
}

/**
 * Sessions count as the users they were merged into; users who were erased do not count, nor do ratings that were deleted.
 * Reads the log twice. Tenants are learnt apart, and so the ratings are those of one: it has to be named where the log holds
 * several. @throws {SeveralTenants}
 */
export async function ratingsOfLog(ports: LogPorts, tenant?: string): Promise<LogRatings> {
  const people = await peopleOf(ports);
  const builder = new RatingsBuilder();
  let [others, seen] = [0, tenant];
  for await (const event of soundEvents(ports)) {
    const isOther = tenant !== undefined && event?.tenant !== tenant;
    if (event !== undefined && !isOther && isStars(event) && people.isKept(event)) {
      seen ??= event.tenant;
      if (seen !== event.tenant) throw severalTenants(seen, event.tenant);
      builder.add({
        userId: people.userOf(event),
        itemId: scoped(event.tenant, event.itemId),
        rating: event.value,
        time: event.time,
      });
    } else others++;
  }
  return { ratings: builder.build().ratings, others };
}

interface People {
  readonly userOf: (event: Rating) => string;
  readonly isKept: (event: Rating) => boolean;
}

async function peopleOf(ports: LogPorts): Promise<People> {
  const aliases = new Map<string, string>();
  const erasedAt = new Map<string, number>();
  const deletions: Rating[] = [];
  for await (const event of soundEvents(ports)) {
    if (event?.kind === 'rating' && !isStars(event)) deletions.push(event);
    if (event === undefined || !isAboutUser(event)) continue;
    const { kind, sessionId, userId, time } = asNote(event);
    if (kind === 'alias') aliases.set(sessionId, userId);
    else erasedAt.set(userId, Math.max(time, erasedAt.get(userId) ?? 0));
  }
  const userOf = (event: Rating): string => {
    const subject = subjectOf(event);
    return event.userId === '' ? (aliases.get(subject) ?? subject) : subject;
  };
  // By whom they are of in the end: a session may have been merged after it.
  const deletedAt = new Map<string, number>();
  const rated = (event: Rating): string => JSON.stringify([userOf(event), scoped(event.tenant, event.itemId)]);
  for (const event of deletions)
    deletedAt.set(rated(event), Math.max(event.time, deletedAt.get(rated(event)) ?? -Infinity));
  const isKept = (event: Rating): boolean =>
    event.time > (erasedAt.get(userOf(event)) ?? -Infinity) && event.time > (deletedAt.get(rated(event)) ?? -Infinity);
  return { userOf, isKept };
}

/** Undefined in the place of what is not sound. */
async function* soundEvents(ports: LogPorts): AsyncGenerator<Rating | undefined> {
  for await (const { record, value } of readableValuesOf(ports, stream))
    yield value !== undefined && stream.validate?.(value, record.origin) === undefined ? value : undefined;
}
