/** What users do, and notes about users, into the log; on request with the word that it has been learnt. */
import { z } from 'zod';
import { type Accepted, appendEvent, deleteRating, type EventPorts, postEvent } from './append-event.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import type { Idempotency } from './idempotency.ts';
import type { Learnt } from './learnt.ts';
import { longestWait_ms } from './waiting.ts';
import { accepted, byId, byUserAndItem, id, nothing, ratingBody } from './wire.ts';

export interface EventParts {
  readonly ratings: EventPorts;
  readonly learnt: Learnt;
  readonly idempotency: Idempotency;
}

const wait = z.coerce
  .number()
  .int()
  .min(0)
  .max(longestWait_ms)
  .optional()
  .describe('Milliseconds to wait at most until the model has learnt it');
export const waitQuery = z.strictObject({ wait });
const acceptedAndLearnt = accepted.extend({
  learnt: z
    .boolean()
    .optional()
    .describe('With `wait`: whether the model has learnt it by now; it will in either case'),
  modelVersion: z.string().nullable().optional().describe('generation.number of a model that has learnt it'),
});
const aliasBody = z.strictObject({
  sessionId: id.describe('Whose events so far are the user’s from here on, and nobody else’s'),
  eventId: id.optional().describe('Sent twice with one id, an event counts once; drawn where absent'),
  at: z.iso.datetime({ offset: true }).optional().describe('When it happened; now where absent'),
});

const written = {
  query: waitQuery,
  answer: acceptedAndLearnt,
  status: 202,
  problems: [400, 413, 415, 422],
} as const;

export const eventEndpoints = (parts: EventParts): Endpoint[] => [
  endpoint(
    {
      ...written,
      method: 'POST',
      path: '/v2/ratings',
      access: ({ body }) => body.userId ?? body.sessionId,
      summary: 'Takes what a user did with an item, or a session without one, into the log',
      params: nothing,
      body: ratingBody,
      takesIdempotencyKey: true,
    },
    ({ body, query, caller, idempotencyKey: key }) =>
      parts.idempotency.once({ key, caller, path: '/v2/ratings', body }, async eventIds => {
        const { at, userId = '', eventId = eventIds(0), ...event } = body;
        return answered(parts, await postEvent(parts.ratings, { ...event, eventId, userId, time: timeOf(at) }), query);
      }),
  ),
  endpoint(
    {
      ...written,
      method: 'DELETE',
      path: '/v2/users/{id}/ratings/{itemId}',
      access: ({ params }) => params.id,
      summary:
        'Takes back what a user has rated an item with, whether there is a rating or not; a later one counts again',
      params: byUserAndItem,
      problems: [400, 422],
    },
    async ({ params: { id: userId, itemId }, query }) =>
      answered(parts, await deleteRating(parts.ratings, userId, itemId), query),
  ),
  aliasEndpoint(parts),
];

const aliasEndpoint = (parts: EventParts): Endpoint =>
  endpoint(
    {
      ...written,
      method: 'POST',
      path: '/v2/users/{id}/aliases',
      // A session's events leave it for good, and its id may be anybody's: no shopper's token says that it is theirs.
      access: 'service',
      summary: 'Makes what a session has done the user’s',
      params: byId,
      body: aliasBody,
      takesIdempotencyKey: true,
    },
    ({ params: { id: userId }, body, query, caller, idempotencyKey: key }) =>
      parts.idempotency.once({ key, caller, path: `/v2/users/${userId}/aliases`, body }, async eventIds => {
        const { at, sessionId, eventId = eventIds(0) } = body;
        const posted = { sessionId, eventId, kind: 'alias', userId, time: timeOf(at) } as const;
        return answered(parts, await appendEvent(parts.ratings, posted), query);
      }),
  );

const timeOf = (at: string | undefined): number | undefined => (at === undefined ? undefined : Date.parse(at));

/** It is durable already: what is waited for can take nothing of that back. */
export async function answered({ learnt }: EventParts, body: Accepted, { wait: wait_ms }: z.infer<typeof waitQuery>) {
  if (wait_ms === undefined) return { status: 202, body };
  const version = await learnt.wait(body, wait_ms);
  const modelVersion = version === undefined ? null : `${version.generation}.${version.number}`;
  return { status: 202, body: { ...body, learnt: version !== undefined, modelVersion } };
}
