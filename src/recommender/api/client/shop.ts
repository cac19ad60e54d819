/** The API as the shop's page calls it: typed by the server's own description, like the dashboard's. */
import createClient from 'openapi-fetch';
import { answer, type Got, limited, type ItemList, type Items, lookups, type Users, type Why } from './client.ts';
import type { paths } from './schema.ts';

export type Orders = Got<'/v2/users/{id}/orders'>;
export type Order = Orders['orders'][number];
export type Progress = Got<'/v2/orders/{userId}/{orderId}/progress'>;

export interface OrderedLine {
  readonly itemId: string;
  readonly quantity: number;
}

/** Each is asked for once; the signal gives up before the client's own limit does. */
export interface ShopApi {
  shoppers(query: string, signal: AbortSignal): Promise<Users>;
  items(query: string, signal: AbortSignal): Promise<Items>;
  recommendations(userId: string, signal: AbortSignal): Promise<ItemList>;
  /** What goes with an item. */
  similar(itemId: string, signal: AbortSignal): Promise<ItemList>;
  why(userId: string, itemId: string, signal: AbortSignal): Promise<Why>;
  orders(userId: string, signal: AbortSignal): Promise<Orders>;
  /** Sent again with the same id it is one order. */
  order(userId: string, orderId: string, lines: readonly OrderedLine[], signal: AbortSignal): Promise<void>;
  giveBack(userId: string, orderId: string, lines: readonly OrderedLine[], signal: AbortSignal): Promise<void>;
  cancel(userId: string, orderId: string, signal: AbortSignal): Promise<void>;
  progress(userId: string, orderId: string, signal: AbortSignal): Promise<Progress>;
}

const sizes = { listed: 8, suggested: 12, explained: 3, alike: 4 };
const mostOrders = 50;

export function createShopApi({ baseUrl }: { readonly baseUrl: string }): ShopApi {
  const client = createClient<paths>({ baseUrl });
  const { users, ...asked } = lookups(client, sizes);
  const one = '/v2/orders/{userId}/{orderId}';
  return {
    ...asked,
    shoppers: users,
    orders: (id, signal) =>
      answer(
        client.GET('/v2/users/{id}/orders', {
          params: { path: { id }, query: { n: mostOrders } },
          signal: limited(signal),
        }),
      ),
    order: async (userId, orderId, lines, signal) => {
      const body = { userId, orderId, lines: lines.map(line => ({ ...line })) };
      await answer(client.POST('/v2/orders', { body, signal: limited(signal) }));
    },
    giveBack: async (userId, orderId, lines, signal) => {
      const body = { lines: lines.map(line => ({ ...line })) };
      const params = { path: { userId, orderId } };
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
