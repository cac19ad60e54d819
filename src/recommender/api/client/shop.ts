/** The API as the shop's page calls it: typed by the server's own description, like the dashboard's. */
import createClient, { type Client } from 'openapi-fetch';
import { answer, type Got, limited, type ItemList, type Items, lookups, type Profile, type Why } from './client.ts';
import type { paths } from './schema.ts';

export type Orders = Got<'/v2/users/{id}/orders'>;
export type Order = Orders['orders'][number];
export type Progress = Got<'/v2/orders/{userId}/{orderId}/progress'>;

export interface OrderedLine {
  readonly itemId: string;
  readonly quantity: number;
}

export interface GivenBack {
  readonly lines: readonly OrderedLine[];
  readonly key: string;
}

/** What everybody buys: over all time or now, of one genre or of all. */
export interface Shelf {
  readonly kind: 'popular' | 'trending';
  readonly genre?: string;
}

/** Each is asked for once; the signal gives up before the client's own limit does. */
export interface ShopApi {
  /** The first n items whose titles have these words. */
  search(query: string, n: number, signal: AbortSignal): Promise<Items>;
  shelf(shelf: Shelf, n: number, signal: AbortSignal): Promise<ItemList>;
  recommendations(userId: string, signal: AbortSignal): Promise<ItemList>;
  /** What fits somebody who orders just this. */
  forBasket(lines: readonly OrderedLine[], signal: AbortSignal): Promise<ItemList>;
  why(userId: string, itemId: string, signal: AbortSignal): Promise<Why>;
  profile(userId: string, signal: AbortSignal): Promise<Profile>;
  orders(userId: string, signal: AbortSignal): Promise<Orders>;
  /** Sent again with the same id it is one order. */
  order(userId: string, orderId: string, lines: readonly OrderedLine[], signal: AbortSignal): Promise<void>;
  /** Sent again with the same key it gives back once. */
  giveBack(userId: string, orderId: string, back: GivenBack, signal: AbortSignal): Promise<void>;
  cancel(userId: string, orderId: string, signal: AbortSignal): Promise<void>;
  progress(userId: string, orderId: string, signal: AbortSignal): Promise<Progress>;
}

const sizes = { listed: 8, suggested: 12, explained: 3, alike: 4 };
/** Some of what fits a basket has been ordered before, and is left out by the page. */
const besideBasket = 12;
const mostOrders = 50;
const mostDone = 200;

export interface ShopApiOptions {
  readonly baseUrl: string;
  /** Sends each request, with whatever credentials it takes. */
  readonly send: (request: Request) => Promise<Response>;
}

export function createShopApi({ baseUrl, send }: ShopApiOptions): ShopApi {
  const client = createClient<paths>({ baseUrl, fetch: send });
  const { recommendations, why } = lookups(client, sizes);
  return {
    recommendations,
    why,
    search: (query, n, signal) =>
      answer(client.GET('/v2/items', { params: { query: { query, n } }, signal: limited(signal) })),
    shelf: ({ kind, genre }, n, signal) => {
      const query = genre === undefined ? { n } : { n, genre: [genre] };
      return answer(client.GET(`/v2/${kind}`, { params: { query }, signal: limited(signal) }));
    },
    forBasket: (lines, signal) => {
      const body = { items: lines.map(({ itemId, quantity }) => ({ itemId, value: quantity })), n: besideBasket };
      return answer(client.POST('/v2/recommendations', { body, signal: limited(signal) }));
    },
    profile: (id, signal) =>
      answer(
        client.GET('/v2/users/{id}/profile', {
          params: { path: { id }, query: { n: mostDone } },
          signal: limited(signal),
        }),
      ),
    ...ordering(client),
  };
}

type Ordering = Pick<ShopApi, 'orders' | 'order' | 'giveBack' | 'cancel' | 'progress'>;

function ordering(client: Client<paths>): Ordering {
  const one = '/v2/orders/{userId}/{orderId}';
  return {
    orders: (id, signal) =>
      answer(
        client.GET('/v2/users/{id}/orders', {
          params: { path: { id }, query: { n: mostOrders } },
          signal: limited(signal),
        }),
      ),
    order: async (userId, orderId, lines, signal) => {
      const body = { userId, orderId, lines: wire(lines) };
      await answer(client.POST('/v2/orders', { body, signal: limited(signal) }));
    },
    giveBack: async (userId, orderId, { lines, key }, signal) => {
      const body = { lines: wire(lines) };
      const params = { path: { userId, orderId }, header: { 'Idempotency-Key': key } };
      await answer(client.POST(`${one}/returns`, { params, body, signal: limited(signal) }));
    },
    cancel: async (userId, orderId, signal) => {
      const params = { path: { userId, orderId } };
      await answer(client.POST(`${one}/cancel`, { params, signal: limited(signal) }));
    },
    progress: (userId, orderId, signal) =>
      answer(client.GET(`${one}/progress`, { params: { path: { userId, orderId } }, signal: limited(signal) })),
  };
}

/** Lines may know more, which is for the page alone. */
const wire = (lines: readonly OrderedLine[]) => lines.map(({ itemId, quantity }) => ({ itemId, quantity }));

/** Where the list of `recommendations` is told as events, as often as it changes. */
export const liveListOf = (userId: string): string =>
  `/v2/users/${encodeURIComponent(userId)}/recommendations/live?n=${sizes.listed}`;
