/**
 * What is asked of the connector: documents among the orders, so that the feed brings them to whoever reads the user's
 * orders, in their turn. Whoever has done one removes it.
 */
import { z } from 'zod';
import type { DocumentKey, Documents } from '../../documents/port.ts';
import { ordersCollection } from './order.ts';

type OrderPlace = Pick<DocumentKey, 'partition' | 'id'>;

/** No order that comes by the API is called so, and no shop may call one so. */
const prefix = '~again~';
/** Of requests to remove what somebody had ordered; see `erasure-request.ts`. */
export const erasePrefix = '~erase~';

const request = z.strictObject({ request: z.literal('again'), orderId: z.string() });

export const isRequest = ({ id }: Pick<DocumentKey, 'id'>): boolean =>
  id.startsWith(prefix) || id.startsWith(erasePrefix);

const keyOf = ({ partition, id }: OrderPlace): DocumentKey => ({
  collection: ordersCollection,
  partition,
  id: `${prefix}${id}`,
});

/** Asks that an order be looked at again as it stands; its own document is not touched, since it is the shop's. */
export async function lookAgain(documents: Pick<Documents, 'put'>, order: OrderPlace): Promise<void> {
  await documents.put(keyOf(order), { request: 'again', orderId: order.id }, 'always');
}

/** The key of the order that is meant; undefined for what is no request. */
export function orderMeant({ partition, body }: OrderPlace & { readonly body: unknown }): DocumentKey | undefined {
  const parsed = request.safeParse(body);
  return parsed.success ? { collection: ordersCollection, partition, id: parsed.data.orderId } : undefined;
}
