/** What the pages read. */
import { type Endpoint, endpoint, ok } from './endpoint.ts';
import type { ItemDirectory } from './items.ts';
import { type ExperimentParts, experimentOf } from './experiment.ts';
import type { LiveHub } from './live/hub.ts';
import type { ModelHistory } from './model-history.ts';
import { modelQuality, type QualityParts } from './model-quality.ts';
import * as wire from './page-wire.ts';
import { profileOf } from './profiles.ts';
import { itemTrendsOf, trendsOf } from './trends.ts';
import type { UserDirectory } from './users.ts';
import { byId, nothing } from './wire.ts';

export interface PageParts extends ExperimentParts, QualityParts {
  readonly users: UserDirectory;
  readonly items: ItemDirectory;
  readonly history: ModelHistory;
  readonly hub: LiveHub;
}

const get = { method: 'GET', access: 'service', status: 200, params: nothing, problems: [400] } as const;

export function pageEndpoints(parts: PageParts): Endpoint[] {
  const { users, items, history } = parts;
  return [
    endpoint(
      {
        ...get,
        path: '/v2/users',
        query: wire.search,
        answer: wire.foundUsers,
        summary: 'Users by the beginning of their id',
      },
      async ({ query }) => ok(await users.find(query.query, query.n)),
    ),
    endpoint(
      {
        ...get,
        path: '/v2/items',
        access: 'shopper',
        query: wire.search,
        answer: wire.foundItems,
        summary: 'Items by words of their title',
      },
      async ({ query }) => ok(await items.find(query.query, query.n)),
    ),
    endpoint(
      {
        ...get,
        path: '/v2/models/history',
        access: 'admin',
        query: wire.historyQuery,
        answer: wire.modelHistory,
        summary: 'Versions and their errors',
      },
      async ({ query }) => ok({ versions: await history.newest(query.n) }),
    ),
    ...aboutModel(parts),
    ...aboutOne(parts),
    liveEndpoint(parts),
  ];
}

function aboutModel(parts: PageParts): Endpoint[] {
  return [
    endpoint(
      {
        ...get,
        path: '/v2/models/quality',
        access: 'admin',
        query: nothing,
        answer: wire.modelQuality,
        summary: 'How good the model and its lists are',
      },
      async () => ok({ quality: (await modelQuality(parts)) ?? null }),
    ),
    endpoint(
      {
        ...get,
        path: '/v2/experiment',
        access: 'admin',
        query: wire.experimentQuery,
        answer: wire.experiment,
        summary: 'How the arms of an experiment compare',
      },
      async ({ query }) => ok(await experimentOf(parts, query.withinHours)),
    ),
  ];
}

function aboutOne(parts: PageParts): Endpoint[] {
  return [
    endpoint(
      {
        ...get,
        path: '/v2/users/{id}/profile',
        access: ({ params }) => params.id,
        params: byId,
        query: wire.profileQuery,
        answer: wire.profile,
        summary: 'What a user did',
      },
      async ({ params, query }) => ok(await profileOf(parts, params.id, query.n)),
    ),
    endpoint(
      {
        ...get,
        path: '/v2/trends',
        access: 'shopper',
        query: wire.trendsQuery,
        answer: wire.trends,
        summary: 'Most rated in the newest window',
      },
      async ({ query }) => ok(await trendsOf(parts, query.window, query.n)),
    ),
    endpoint(
      {
        ...get,
        path: '/v2/items/{id}/trends',
        access: 'shopper',
        params: byId,
        query: wire.itemTrendsQuery,
        answer: wire.itemTrends,
        problems: [400, 404],
        summary: 'Ratings of an item, day by day',
      },
      async ({ params, query }) => ok(await itemTrendsOf(parts, params.id, query.n)),
    ),
  ];
}

const liveEndpoint = ({ hub }: PageParts): Endpoint =>
  endpoint(
    {
      ...get,
      path: '/v2/live',
      access: 'admin',
      query: wire.liveQuery,
      answer: wire.liveEvents,
      mediaType: eventStream,
      problems: [400, 503],
      summary: 'Figures each second, and word of a list that changed',
    },
    ({ query }) => ({
      status: 200,
      body: hub.watch(query.user),
      headers: {
        'content-type': eventStream,
        'cache-control': 'no-store',
        // Who serves the pages through nginx wants events when they happen.
        'x-accel-buffering': 'no',
        // The connection ends with the stream: a server that closes need not wait for it.
        connection: 'close',
      },
    }),
  );

const eventStream = 'text/event-stream';
