/** Takes the report that a list was shown into the log: what was answered, not what the report says, counts. */
import { createHash } from 'node:crypto';
import type { Exposure } from '../../../schemas/types.ts';
import { exposures } from '../../../topologies/streams.ts';
import { appendFromOutside, recordOf } from '../../stream/outside.ts';
import type { Millis } from '../../stream/time.ts';
import type { SchemaRegistry } from '../../stream/registry.ts';
import { shareOnce } from '../../stream/share-once.ts';
import { type Transport, UnknownTopic } from '../../transport/port.ts';
import { invalidExposure } from '../domain/validate.ts';
import type { Accepted } from './append-event.ts';
import { ExposuresMissing, InvalidExposure, UnknownList } from './errors.ts';
import type { ListIds, ListOrigin } from './list-ids.ts';

export interface PostedExposure {
  readonly listId: string;
  /** Whose list it is, or who saw a list that is everybody's. */
  readonly userId?: string | undefined;
  /** Of who is not signed in; exactly one of both is there. */
  readonly sessionId?: string | undefined;
  /** Where on the page. */
  readonly slot: string;
  /** All of the list, as it was answered. */
  readonly items: readonly string[];
  /** How many of them, from the first, could be seen; all where absent. */
  readonly visible?: number | undefined;
  /** Reported twice, an exposure counts once. Made of list, slot and reader where absent. */
  readonly eventId?: string | undefined;
  /** When it was shown; now where absent. */
  readonly time?: Millis | undefined;
}

export interface ExposurePorts {
  readonly transport: Pick<Transport, 'partitions' | 'append'>;
  readonly registry: Pick<SchemaRegistry, 'register'>;
  readonly clock: { now(): Millis };
  readonly listIds: ListIds;
  /** Whose reports they are. */
  readonly tenant: string;
}

/** Appends to `exposures`. @throws {UnknownList} {InvalidExposure} {ExposuresMissing} */
export async function postExposure(ports: ExposurePorts, posted: PostedExposure): Promise<Accepted> {
  const origin = ports.clock.now();
  const { visible = 1, items } = posted;
  if (visible > items.length)
    throw new InvalidExposure(
      `visible ${visible} is more than the list's ${items.length} items`,
      'Count what was seen',
    );
  const shown = exposureOf(posted, answered(ports.listIds, posted), { now: origin, tenant: ports.tenant });
  const problem = invalidExposure(shown, origin);
  if (problem !== undefined) throw new InvalidExposure(problem, 'Report what could be seen of the list, and when');
  await shareOnce(ports.registry, exposures.schema.definition);
  const [place] = await append(ports.transport, shown, origin);
  if (place === undefined) throw new TypeError('The log answered no offset for what was appended');
  return { eventId: shown.eventId, ...place };
}

async function append(transport: ExposurePorts['transport'], shown: Exposure, origin: Millis) {
  try {
    return await appendFromOutside(transport, exposures.name, [recordOf(exposures, shown)], origin);
  } catch (error) {
    if (error instanceof UnknownTopic) throw new ExposuresMissing(error);
    throw error;
  }
}

/** How the list was made: one that was answered to this user, or one that is everybody's. */
function answered(listIds: ListIds, { listId, userId = '', items }: PostedExposure): ListOrigin {
  const origin = listIds.originOf(listId, { user: userId, items }) ?? listIds.originOf(listId, { user: '', items });
  if (origin === undefined) throw new UnknownList();
  return origin;
}

interface Reported {
  readonly now: Millis;
  readonly tenant: string;
}

function exposureOf(posted: PostedExposure, origin: ListOrigin, { now, tenant }: Reported): Exposure {
  const { listId, userId = '', sessionId = '', slot, visible = posted.items.length, time = now } = posted;
  const { policy, generation, number } = origin;
  const propensities = origin.propensities.slice(0, visible);
  return {
    eventId: posted.eventId ?? eventIdOf([listId, slot, userId, sessionId]),
    tenant,
    userId,
    sessionId,
    listId,
    slot,
    items: posted.items.slice(0, visible),
    policy,
    // Places are drawn independently of each other: see `exploration.ts`.
    propensity: propensities.reduce((product, probability) => product * probability, 1),
    propensities,
    generation,
    number,
    time,
  };
}

const eventIdOf = (parts: readonly string[]): string =>
  `shown-${createHash('sha256').update(JSON.stringify(parts)).digest('base64url')}`;
