/** What is asked beside a user's own list: a list for whom nobody knows, and how somebody would like an item. */
import { z } from 'zod';
import { admitTo } from './auth/caller.ts';
import { basketBody, historyOf } from './basket.ts';
import { type Endpoint, endpoint, ok } from './endpoint.ts';
import { type EstimateParts, estimateOf, estimateReasons } from './estimate.ts';
import { forSession } from './for-session.ts';
import type { ListHub } from './live/list-hub.ts';
import type { ItemLists } from './lists.ts';
import { byId, byUserAndItem, envelope, nothing, userListQuery } from './wire.ts';

export interface AskParts extends EstimateParts {
  readonly lists: ItemLists;
  readonly listHub: ListHub;
}

const estimate = z.object({
  itemId: z.string(),
  title: z.string(),
  genres: z.array(z.string()),
  stars: z.number().min(0.5).max(5).nullable().describe('Null where nothing has been rated yet'),
  reason: z
    .enum(estimateReasons)
    .describe("'personal' is by user and item, 'item' and 'user' by one of them, 'mean' is that of all ratings"),
  modelVersion: z.string().nullable().describe('generation.number; null where there is no model'),
  generatedAt: z.iso.datetime().nullable().describe('Event time as of which it holds'),
  ageMs: z.number().min(0).nullable().describe('Milliseconds since then'),
});

export const askEndpoints = (parts: AskParts): Endpoint[] => [
  endpoint(
    {
      method: 'POST',
      path: '/v2/recommendations',
      access: 'shopper',
      summary: 'What is recommended for a basket, or to a visitor of whom a session is known at most; nothing is kept',
      params: nothing,
      query: nothing,
      body: basketBody,
      isIdempotent: true,
      answer: envelope,
      status: 200,
      problems: [400, 413, 415],
    },
    async ({ body: { items, sessionId, n, genre: genres, maxPerGenre }, caller }) => {
      const asked = { n, rules: { genres, maxPerGenre } };
      if (sessionId === undefined)
        return ok(await parts.lists.forBasket(historyOf(items ?? [], parts.clock.now()), asked));
      // Anybody may ask for a basket; what a session has done is its own, as a user's is.
      admitTo(sessionId, caller);
      return ok(await forSession(parts, sessionId, asked));
    },
  ),
  endpoint(
    {
      method: 'GET',
      path: '/v2/users/{id}/estimates/{itemId}',
      access: ({ params }) => params.id,
      summary: 'How many stars a user would give an item',
      params: byUserAndItem,
      query: nothing,
      answer: estimate,
      status: 200,
      problems: [400, 404],
    },
    async ({ params }) => ok(await estimateOf(parts, params.id, params.itemId)),
  ),
  liveListEndpoint(parts),
];

const eventStream = 'text/event-stream';

const liveListEndpoint = ({ lists, listHub }: AskParts): Endpoint =>
  endpoint(
    {
      method: 'GET',
      path: '/v2/users/{id}/recommendations/live',
      access: ({ params }) => params.id,
      summary: 'What is recommended to a user, again each time that it has changed',
      params: byId,
      query: userListQuery.omit({ after: true, wait: true }),
      answer: z
        .string()
        .describe(
          'Events `recommendations`, data as of the list without `live`, id its `listId`: sent as Last-Event-ID, that one does not come again',
        ),
      mediaType: eventStream,
      status: 200,
      problems: [400, 503],
    },
    ({ params, query: { n, genre: genres, maxPerGenre, exclude }, lastEventId }) => {
      const asked = { n, rules: { genres, maxPerGenre }, exclude, explore: true };
      return {
        status: 200,
        body: listHub.watch(params.id, () => lists.recommendationsFor(params.id, asked), lastEventId),
        // As of `/v2/live`: nothing between keeps it back, and the connection ends with the stream.
        headers: {
          'content-type': eventStream,
          'cache-control': 'no-store',
          'x-accel-buffering': 'no',
          connection: 'close',
        },
      };
    },
  );
