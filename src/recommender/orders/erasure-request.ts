/**
 * Asks the connector to remove what a user had ordered until an erasure: documents among the user's orders, so that the
 * feed brings them to whoever reads these, in their turn. They name the orders that there were, since nothing else tells
 * those from what the user orders later: clocks of a shop are its own, and an old order may change once more.
 */
import { z } from 'zod';
import type { DocumentKey, Documents, StoredDocument } from '../../documents/port.ts';
import type { Offset } from '../../transport/port.ts';
import { allOf } from './elsewhere.ts';
import { ordersCollection } from './order.ts';
import { erasePrefix, isRequest } from './requests.ts';
import { toldCollection } from './told.ts';

/** Where the event of an erasure stands in `ratings`. */
export interface ErasurePlace {
  readonly partition: number;
  readonly offset: Offset;
}

const erasureRequest = z.strictObject({
  request: z.literal('erase'),
  partition: z.int().min(0),
  offset: z.int().min(0),
  /** When the erasure was asked for. */
  at: z.number(),
  orderIds: z.array(z.string()),
});
export type ErasureRequest = z.infer<typeof erasureRequest>;

/** More orders are named by further requests: a document of Cosmos DB holds 2 MB. */
export const mostOrdersNamed = 1_000;

const idOf = ({ partition, offset }: ErasurePlace): string => `${erasePrefix}${partition}-${offset}`;

/** Of the user, as partitions name it. Nothing is asked for where there is nothing, and nothing was ever told. */
export async function requestRemoval(
  documents: Pick<Documents, 'put' | 'list'>,
  user: string,
  { partition, offset, at }: ErasurePlace & { readonly at: number },
): Promise<void> {
  const orderIds: string[] = [];
  for await (const document of allOf(documents, ordersCollection, user))
    if (!isRequest(document)) orderIds.push(document.id);
  const [told] = await documents.list({ collection: toldCollection, partition: user, limit: 1 });
  if (orderIds.length === 0 && told === undefined) return;
  for (let from = 0; from === 0 || from < orderIds.length; from += mostOrdersNamed) {
    const some = orderIds.slice(from, from + mostOrdersNamed);
    const id = `${idOf({ partition, offset })}~${from / mostOrdersNamed}`;
    const body = { request: 'erase', partition, offset, at, orderIds: some };
    await documents.put({ collection: ordersCollection, partition: user, id }, body, 'always');
  }
}

/** Whether some of what was asked for is still to be done. */
export async function isRemovalPending(
  documents: Pick<Documents, 'list'>,
  user: string,
  place: ErasurePlace,
): Promise<boolean> {
  const after = { partition: user, id: idOf(place) };
  const [next] = await documents.list({ collection: ordersCollection, partition: user, after, limit: 1 });
  return next?.id.startsWith(`${after.id}~`) ?? false;
}

/** Undefined for what is no such request, however it is called. */
export function erasureMeant({ id, body }: Pick<StoredDocument, 'id' | 'body'>): ErasureRequest | undefined {
  if (!id.startsWith(erasePrefix)) return undefined;
  const parsed = erasureRequest.safeParse(body);
  return parsed.success ? parsed.data : undefined;
}

/** Whether any erasure of the user is still to remove orders. */
export async function hasPendingRemoval(documents: Pick<Documents, 'list'>, user: string): Promise<boolean> {
  const after: Pick<DocumentKey, 'partition' | 'id'> = { partition: user, id: erasePrefix };
  const [next] = await documents.list({ collection: ordersCollection, partition: user, after, limit: 1 });
  return next?.id.startsWith(erasePrefix) ?? false;
}
