/** The API as a page calls it: typed by the server's own description, every answer a value or a `MillraceError`. */
import createClient, { type Client } from 'openapi-fetch';
import { answered, type Outcome } from './answered.ts';
import { Unreachable } from './errors.ts';
import type { paths } from './schema.ts';

type Path = keyof paths;
/** What a GET answers. */
export type Got<P extends Path> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;

export type ItemList = Got<'/v2/users/{id}/recommendations'>;
export type ListedItem = ItemList['items'][number];
export type Users = Got<'/v2/users'>;
export type Profile = Got<'/v2/users/{id}/profile'>;
export type Items = Got<'/v2/items'>;
export type Item = Items['items'][number];
export type Trends = Got<'/v2/trends'>;
export type TrendWindow = Trends['window'];
export type ItemTrends = Got<'/v2/items/{id}/trends'>;
export type ModelHistory = Got<'/v2/models/history'>;
export type ModelQuality = NonNullable<Got<'/v2/models/quality'>['quality']>;
export type Experiment = Got<'/v2/experiment'>;
export type RunningTopologies = Got<'/v2/topologies'>;
export type Why = Got<'/v2/users/{id}/recommendations/{itemId}/why'>;

/** A list that somebody could see. */
export interface Shown {
  readonly userId: string;
  readonly list: Pick<ItemList, 'listId' | 'items'>;
  /** Where on the page. */
  readonly slot: string;
  /** How many of its items, from the first. */
  readonly visible: number;
}

/** How often answers are asked for once; the signal gives up before `limit_ms` does. */
export interface Api {
  users(query: string, signal: AbortSignal): Promise<Users>;
  items(query: string, signal: AbortSignal): Promise<Items>;
  recommendations(userId: string, signal: AbortSignal): Promise<ItemList>;
  profile(userId: string, signal: AbortSignal): Promise<Profile>;
  trends(window: TrendWindow, signal: AbortSignal): Promise<Trends>;
  itemTrends(itemId: string, signal: AbortSignal): Promise<ItemTrends>;
  modelHistory(signal: AbortSignal): Promise<ModelHistory>;
  /** Null before the first model version. */
  modelQuality(signal: AbortSignal): Promise<ModelQuality | null>;
  experiment(signal: AbortSignal): Promise<Experiment>;
  topologies(signal: AbortSignal): Promise<RunningTopologies>;
  /** What adds to the score of an item in the user's list. */
  why(userId: string, itemId: string, signal: AbortSignal): Promise<Why>;
  similar(itemId: string, signal: AbortSignal): Promise<ItemList>;
  /** Reports that a list was shown. */
  shown(shown: Shown, signal: AbortSignal): Promise<void>;
  /** Takes a rating of 0.5 to 5 stars into the log. */
  rate(rating: { userId: string; itemId: string; value: number }, signal: AbortSignal): Promise<void>;
}

/** An answer is waited for this long at most. */
const limit_ms = 10_000;
const listed = 10;
const shownRatings = 50;
const shownVersions = 200;
const shownWindows = 60;

export interface ApiOptions {
  /** Where the API is; where the page came from, if absent. */
  readonly baseUrl?: string;
  /** Key or token that every request shows; none where the server asks for none. */
  readonly token?: string | undefined;
}

export function createApi({ baseUrl = '', token }: ApiOptions = {}): Api {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const client = createClient<paths>({ baseUrl, headers });
  return {
    ...lookups(client, { listed, suggested: 20, explained: 8, alike: 5 }),
    profile: (id, signal) =>
      answer(
        client.GET('/v2/users/{id}/profile', {
          params: { path: { id }, query: { n: shownRatings } },
          signal: limited(signal),
        }),
      ),
    trends: (window, signal) =>
      answer(client.GET('/v2/trends', { params: { query: { window, n: listed } }, signal: limited(signal) })),
    itemTrends: (id, signal) =>
      answer(
        client.GET('/v2/items/{id}/trends', {
          params: { path: { id }, query: { n: shownWindows } },
          signal: limited(signal),
        }),
      ),
    ...aboutModel(client),
    rate: async (body, signal) => {
      await answer(client.POST('/v2/ratings', { body, signal: limited(signal) }));
    },
  };
}

type Asked = Pick<Api, 'modelHistory' | 'modelQuality' | 'experiment' | 'topologies' | 'shown'>;

/** What is asked of the model, and of its lists. */
function aboutModel(client: Client<paths>): Asked {
  return {
    modelHistory: signal =>
      answer(client.GET('/v2/models/history', { params: { query: { n: shownVersions } }, signal: limited(signal) })),
    modelQuality: async signal => {
      const { quality } = await answer(client.GET('/v2/models/quality', { signal: limited(signal) }));
      return quality;
    },
    topologies: signal => answer(client.GET('/v2/topologies', { signal: limited(signal) })),
    experiment: signal => answer(client.GET('/v2/experiment', { signal: limited(signal) })),
    shown: async ({ userId, list: { listId, items }, slot, visible }, signal) => {
      const body = { listId, userId, slot, visible, items: items.map(({ itemId }) => itemId) };
      await answer(client.POST('/v2/exposures', { body, signal: limited(signal) }));
    },
  };
}

/** How many of each a page shows. */
interface Sizes {
  readonly listed: number;
  readonly suggested: number;
  readonly explained: number;
  readonly alike: number;
}

type Lookups = Pick<Api, 'users' | 'items' | 'recommendations' | 'why' | 'similar'>;

/** What every page asks: who and what there is, and what is recommended why. */
export function lookups(client: Client<paths>, { listed: n, suggested, explained, alike }: Sizes): Lookups {
  return {
    users: (query, signal) =>
      answer(client.GET('/v2/users', { params: { query: { query, n: suggested } }, signal: limited(signal) })),
    items: (query, signal) =>
      answer(client.GET('/v2/items', { params: { query: { query, n: suggested } }, signal: limited(signal) })),
    recommendations: (id, signal) =>
      answer(
        client.GET('/v2/users/{id}/recommendations', {
          params: { path: { id }, query: { n } },
          signal: limited(signal),
        }),
      ),
    why: (id, itemId, signal) =>
      answer(
        client.GET('/v2/users/{id}/recommendations/{itemId}/why', {
          params: { path: { id, itemId }, query: { n: explained } },
          signal: limited(signal),
        }),
      ),
    similar: (id, signal) =>
      answer(
        client.GET('/v2/items/{id}/similar', {
          params: { path: { id }, query: { n: alike } },
          signal: limited(signal),
        }),
      ),
  };
}

export const limited = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(limit_ms)]);

/** Whoever gave up hears so by the signal's own reason; everything else that has no answer is `Unreachable`. */
export const answer = <Body>(asked: Promise<Outcome<Body>>): Promise<NonNullable<Body>> =>
  answered(
    asked.catch((cause: unknown) => {
      throw new Unreachable(cause);
    }),
    Date.now,
  );
