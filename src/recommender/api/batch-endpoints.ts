/** Many events in one request, each by itself: where one is refused, the others are not. */
import { z } from 'zod';
import { type Accepted, type EventPorts, postEvent } from './append-event.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { RequestRefused } from './errors.ts';
import type { Idempotency } from './idempotency.ts';
import { type ExposurePorts, postExposure } from './post-exposure.ts';
import { accepted, exposureBody, nothing, ratingBody } from './wire.ts';

/** Events of one request. */
export const mostBatched = 100;
/** Bytes of one request. */
const bodyLimit = 256 * 1_024;

export interface BatchParts {
  readonly ratings: EventPorts;
  readonly exposures: ExposurePorts;
  readonly idempotency: Idempotency;
}

const refused = z.object({ status: z.int(), code: z.string(), detail: z.string() });
const answer = z.object({
  events: z.array(z.union([accepted, refused])).describe('One for each, in their order: where it stands, or why not'),
});

const batch = {
  method: 'POST',
  params: nothing,
  query: nothing,
  answer,
  status: 202,
  problems: [400, 413, 415, 422],
  bodyLimit,
  takesIdempotencyKey: true,
} as const;

const ratingsBody = z.strictObject({ events: z.array(ratingBody).min(1).max(mostBatched) });
const exposuresBody = z.strictObject({ events: z.array(exposureBody).min(1).max(mostBatched) });

export const batchEndpoints = ({ ratings, exposures, idempotency }: BatchParts): Endpoint[] => [
  endpoint(
    {
      ...batch,
      path: '/v2/ratings/batch',
      access: ({ body }) => theOneOf(body.events),
      summary: 'Takes what users did into the log, each event by itself',
      body: ratingsBody,
    },
    ({ body, caller, idempotencyKey: key }) =>
      idempotency.once({ key, caller, path: '/v2/ratings/batch', body }, async eventIds =>
        each(body.events, ({ at, userId = '', ...event }, place) =>
          postEvent(ratings, { eventId: eventIds(place), ...withId(event), userId, time: timeOf(at) }),
        ),
      ),
  ),
  endpoint(
    {
      ...batch,
      path: '/v2/exposures/batch',
      access: ({ body }) => theOneOf(body.events),
      summary: 'Takes reports that lists were shown into the log, each by itself',
      body: exposuresBody,
      problems: [...batch.problems, 503],
    },
    ({ body, caller, idempotencyKey: key }) =>
      idempotency.once({ key, caller, path: '/v2/exposures/batch', body }, async () =>
        // A report has an id of its own already, made of list, slot and reader.
        each(body.events, ({ at, ...event }) => postExposure(exposures, { ...event, time: timeOf(at) })),
      ),
  ),
];

async function each<T>(events: readonly T[], take: (event: T, place: number) => Promise<Accepted>) {
  return {
    status: 202,
    body: { events: await Promise.all(events.map((event, n) => take(event, n).catch(refusalOf))) },
  };
}

/** Of what failed otherwise nobody knows whether it was taken: the whole request fails, and may be repeated. */
function refusalOf(error: unknown) {
  if (!(error instanceof RequestRefused) || error.status >= 500) throw error;
  return { status: error.status, code: error.code, detail: error.message };
}

interface Someones {
  readonly userId?: string | undefined;
  readonly sessionId?: string | undefined;
}

/** A shopper sends what is about one user; what is about several is for services. */
function theOneOf(events: readonly Someones[]): string | undefined {
  const [first, ...others] = new Set(events.map(({ userId, sessionId }) => userId ?? sessionId));
  return others.length === 0 ? first : undefined;
}

/** An absent id is left out, so that it does not stand before that of the key. */
const withId = <T extends { readonly eventId?: string | undefined }>({ eventId, ...event }: T) =>
  eventId === undefined ? event : { ...event, eventId };

const timeOf = (at: string | undefined): number | undefined => (at === undefined ? undefined : Date.parse(at));
