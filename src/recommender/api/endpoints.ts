/** Everything that the API does, one entry each; `server.ts` makes routes of it, `openapi.ts` a description. */
import { z } from 'zod';
import type { Health, Verdict } from '../../operations/health.ts';
import { noRules } from '../domain/rules.ts';
import { askEndpoints, type AskParts } from './ask-endpoints.ts';
import { batchEndpoints, type BatchParts } from './batch-endpoints.ts';
import { callerEndpoint } from './caller-endpoint.ts';
import { type Endpoint, endpoint, ok } from './endpoint.ts';
import type { EngineSource } from './engine-source.ts';
import { explained } from './explained.ts';
import type { ItemVectors } from './item-vectors.ts';
import type { ItemLookup } from './item-lookup.ts';
import type { Asked, ItemLists } from './lists.ts';
import { erasureEndpoints, type ErasureParts } from './erasure-endpoints.ts';
import { eventEndpoints, type EventParts } from './event-endpoints.ts';
import type { EventPlace } from './learnt.ts';
import type { LearntLists } from './learnt-lists.ts';
import { openApi } from './openapi.ts';
import { orderEndpoints, type OrderParts } from './orders/endpoints.ts';
import { pageEndpoints, type PageParts } from './page-endpoints.ts';
import { type ExposurePorts, postExposure } from './post-exposure.ts';
import { stateEndpoint } from './state-endpoint.ts';
import { topologiesEndpoint } from './topologies-endpoint.ts';
import { whyOf } from './why.ts';
import {
  accepted,
  bareList,
  byId,
  byUserAndItem,
  envelope,
  exposureBody,
  health,
  listQuery,
  nothing,
  oldListQuery,
  userListQuery,
  whyAnswer,
  whyQuery,
} from './wire.ts';

/** Where metrics are read from: a registry of prom-client. */
export interface MetricsSource {
  readonly contentType: string;
  metrics(): Promise<string>;
}

export interface EndpointParts extends PageParts, OrderParts, EventParts, BatchParts, ErasureParts, AskParts {
  readonly learntLists: LearntLists;
  readonly lists: ItemLists;
  readonly lookup: ItemLookup;
  readonly vectors: ItemVectors;
  readonly exposures: ExposurePorts;
  readonly health: Health;
  readonly metrics: MetricsSource;
  readonly engine: EngineSource;
}

/** RFC 9745 and RFC 8594: since when v1 is deprecated, and when it goes. */
const deprecatedSince = Date.UTC(2026, 0, 1);
const sunset = Date.UTC(2028, 0, 1);

export function endpointsOf(parts: EndpointParts): readonly Endpoint[] {
  const served = [
    ...listEndpoints(parts),
    ...askEndpoints(parts),
    whyEndpoint(parts),
    ...pageEndpoints(parts),
    ...eventEndpoints(parts),
    ...erasureEndpoints(parts),
    exposureEndpoint(parts),
    ...batchEndpoints(parts),
    ...orderEndpoints(parts),
    callerEndpoint(),
    stateEndpoint(parts.engine),
    topologiesEndpoint(parts.engine),
    ...operationEndpoints(parts),
  ];
  const description: Endpoint = endpoint(
    { ...plain('/openapi.json', 'This description'), answer: z.looseObject({}) },
    () => ({ status: 200, body: openApi([...served, description]) }),
  );
  return [...served, description];
}

function listEndpoints(parts: EndpointParts): Endpoint[] {
  const { lists, learntLists } = parts;
  const list = {
    method: 'GET',
    access: 'shopper',
    status: 200,
    query: listQuery,
    answer: envelope,
    problems: [400],
  } as const;
  const ofUser = '/v2/users/{id}/recommendations';
  return [
    oldListEndpoint(lists),
    endpoint(
      {
        ...list,
        path: ofUser,
        access: ({ params }) => params.id,
        params: byId,
        query: userListQuery,
        summary: 'What is recommended to a user',
        lasts: true,
      },
      async ({ params, query }) => {
        const { after, wait: wait_ms, exclude } = query;
        // First: what is read after it is what has learnt the event.
        const learnt = after === undefined ? after : await learntLists.wait(params.id, placeIn(after), wait_ms);
        const asked = { ...askedBy(query), exclude, explore: true };
        const { list: found, isStill } = await lists.lastingFor(params.id, asked);
        const own = query.explain === 0 ? found : await explained(parts, params.id, found, query.explain);
        if (learnt !== undefined) return ok({ ...own, learnt });
        // What explains a list is the user's history and the model, which change beside it.
        return isStill === undefined || query.explain > 0
          ? ok(own)
          : { ...ok(own), lasting: { isStill, ageMs: () => lists.ageOf(found) } };
      },
    ),
    endpoint(
      { ...list, path: '/v2/items/{id}/similar', params: byId, problems: [400, 404], summary: 'Items like an item' },
      async ({ params, query }) => ok(await lists.similar(params.id, askedBy(query))),
    ),
    endpoint({ ...list, path: '/v2/trending', params: nothing, summary: 'Most rated now' }, async ({ query }) =>
      ok(await lists.trending(askedBy(query))),
    ),
    endpoint({ ...list, path: '/v2/popular', params: nothing, summary: 'Most popular of all' }, async ({ query }) =>
      ok(await lists.popular(askedBy(query))),
    ),
  ];
}

/** As `wire.ts` lets it through: `partition:offset`. */
function placeIn(text: string): EventPlace {
  const [partition = 0, offset = 0] = text.split(':').map(Number);
  return { partition, offset };
}

const whyEndpoint = (parts: EndpointParts): Endpoint =>
  endpoint(
    {
      method: 'GET',
      path: '/v2/users/{id}/recommendations/{itemId}/why',
      access: ({ params }) => params.id,
      summary: 'What of all that a user did adds how much to the score of an item',
      params: byUserAndItem,
      query: whyQuery,
      answer: whyAnswer,
      status: 200,
      problems: [400, 404, 503],
    },
    async ({ params, query }) => ok(await whyOf(parts, params.id, params.itemId, query.n)),
  );

const askedBy = ({ n, genre: genres, maxPerGenre }: z.infer<typeof listQuery>): Asked => ({
  n,
  rules: { genres, maxPerGenre },
});

/** What v1 always answered: v2's list without rules, without exploration, and without what v1 does not know. */
const oldListEndpoint = (lists: ItemLists): Endpoint =>
  endpoint(
    {
      method: 'GET',
      path: '/v1/users/{id}/recommendations',
      access: ({ params }) => params.id,
      status: 200,
      params: byId,
      query: oldListQuery,
      answer: bareList,
      problems: [400],
      deprecated: true,
      summary: 'A bare list',
    },
    async ({ params, query }) => {
      const asked = { n: query.n, rules: noRules, exclude: 'seen', explore: false } as const;
      const { items } = await lists.recommendationsFor(params.id, asked);
      return {
        status: 200,
        body: items.map(({ itemId, title, genres, score, reason }) => ({ itemId, title, genres, score, reason })),
        headers: {
          deprecation: `@${deprecatedSince / 1_000}`,
          sunset: new Date(sunset).toUTCString(),
          link: `</v2/users/${encodeURIComponent(params.id)}/recommendations>; rel="successor-version"`,
        },
      };
    },
  );

const exposureEndpoint = ({ exposures }: EndpointParts): Endpoint =>
  endpoint(
    {
      method: 'POST',
      path: '/v2/exposures',
      access: ({ body }) => body.userId ?? body.sessionId,
      summary: 'Takes the report that a list was shown into the log',
      params: nothing,
      query: nothing,
      body: exposureBody,
      // A report has an id of its own already, made of list, slot and reader.
      isIdempotent: true,
      answer: accepted,
      status: 202,
      problems: [400, 413, 415, 422, 503],
    },
    async ({ body: { at, ...posted } }) => {
      const time = at === undefined ? undefined : Date.parse(at);
      return { status: 202, body: await postExposure(exposures, { ...posted, time }) };
    },
  );

/** What an orchestrator and Prometheus ask for. */
export function operationEndpoints({ health: asked, metrics }: Pick<EndpointParts, 'health' | 'metrics'>): Endpoint[] {
  const probe = (path: string, summary: string, ask: () => Verdict): Endpoint =>
    endpoint({ ...plain(`/healthz/${path}`, summary), answer: health, problems: [503] }, () => {
      const verdict = ask();
      return { status: verdict.ok ? 200 : 503, body: verdict };
    });
  return [
    probe('startup', 'Whether state has been restored', () => asked.startup()),
    probe('live', 'Whether the process makes progress', () => asked.live()),
    probe('ready', 'Whether requests may come', () => asked.ready()),
    endpoint(
      { ...plain('/metrics', 'What Prometheus reads'), access: 'monitor', mediaType: 'text/plain', answer: z.string() },
      async () => ({ status: 200, body: await metrics.metrics(), headers: { 'content-type': metrics.contentType } }),
    ),
  ];
}

const plain = (path: string, summary: string) =>
  ({
    method: 'GET',
    access: 'public',
    path,
    summary,
    status: 200,
    params: nothing,
    query: nothing,
    problems: [],
  }) as const;
