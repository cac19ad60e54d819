/** Everything that the API does, one entry each; `server.ts` makes routes of it, `openapi.ts` a description. */
import { z } from 'zod';
import type { Health, Verdict } from '../../operations/health.ts';
import { type Endpoint, endpoint, ok } from './endpoint.ts';
import type { ItemLists } from './lists.ts';
import { openApi } from './openapi.ts';
import { pageEndpoints, type PageParts } from './page-endpoints.ts';
import { type PostedRating, postRating, type RatingPorts } from './post-rating.ts';
import { accepted, bareList, byId, envelope, health, listQuery, nothing, ratingBody } from './wire.ts';

/** Where metrics are read from: a registry of prom-client. */
export interface MetricsSource {
  readonly contentType: string;
  metrics(): Promise<string>;
}

export interface EndpointParts extends PageParts {
  readonly lists: ItemLists;
  readonly ratings: RatingPorts;
  readonly health: Health;
  readonly metrics: MetricsSource;
}

/** RFC 9745 and RFC 8594: since when v1 is deprecated, and when it goes. */
const deprecatedSince = Date.UTC(2026, 0, 1);
const sunset = Date.UTC(2028, 0, 1);

export function endpointsOf(parts: EndpointParts): readonly Endpoint[] {
  const served = [
    ...listEndpoints(parts),
    ...pageEndpoints(parts),
    ratingEndpoint(parts),
    ...operationEndpoints(parts),
  ];
  const description: Endpoint = endpoint(
    { ...plain('/openapi.json', 'This description'), answer: z.looseObject({}) },
    () => ({ status: 200, body: openApi([...served, description]) }),
  );
  return [...served, description];
}

function listEndpoints({ lists }: EndpointParts): Endpoint[] {
  const list = { method: 'GET', status: 200, query: listQuery, answer: envelope, problems: [400] } as const;
  const ofUser = '/users/{id}/recommendations';
  return [
    endpoint(
      { ...list, path: `/v1${ofUser}`, params: byId, answer: bareList, deprecated: true, summary: 'A bare list' },
      async ({ params, query }) => ({
        status: 200,
        body: (await lists.recommendationsFor(params.id, query.n)).items,
        headers: {
          deprecation: `@${deprecatedSince / 1_000}`,
          sunset: new Date(sunset).toUTCString(),
          link: `</v2/users/${encodeURIComponent(params.id)}/recommendations>; rel="successor-version"`,
        },
      }),
    ),
    endpoint(
      { ...list, path: `/v2${ofUser}`, params: byId, summary: 'What is recommended to a user' },
      async ({ params, query }) => ok(await lists.recommendationsFor(params.id, query.n)),
    ),
    endpoint(
      { ...list, path: '/v2/items/{id}/similar', params: byId, problems: [400, 404], summary: 'Items like an item' },
      async ({ params, query }) => ok(await lists.similar(params.id, query.n)),
    ),
    endpoint({ ...list, path: '/v2/trending', params: nothing, summary: 'Most rated now' }, async ({ query }) =>
      ok(await lists.trending(query.n)),
    ),
    endpoint({ ...list, path: '/v2/popular', params: nothing, summary: 'Most popular of all' }, async ({ query }) =>
      ok(await lists.popular(query.n)),
    ),
  ];
}

const ratingEndpoint = ({ ratings }: EndpointParts): Endpoint =>
  endpoint(
    {
      method: 'POST',
      path: '/v2/ratings',
      summary: 'Takes what a user did with an item into the log',
      params: nothing,
      query: nothing,
      body: ratingBody,
      answer: accepted,
      status: 202,
      problems: [400, 413, 415, 422],
    },
    async ({ body: { userId, itemId, value, kind, eventId, at } }) => {
      const time = at === undefined ? undefined : Date.parse(at);
      const posted: PostedRating = { userId, itemId, value, kind, eventId, time };
      return { status: 202, body: await postRating(ratings, posted) };
    },
  );

function operationEndpoints({ health: asked, metrics }: EndpointParts): Endpoint[] {
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
      { ...plain('/metrics', 'What Prometheus reads'), mediaType: 'text/plain', answer: z.string() },
      async () => ({ status: 200, body: await metrics.metrics(), headers: { 'content-type': metrics.contentType } }),
    ),
  ];
}

const plain = (path: string, summary: string) =>
  ({ method: 'GET', path, summary, status: 200, params: nothing, query: nothing, problems: [] }) as const;
