/** An order as the API shows and changes it; whatever else a shop keeps in its document stays there. */
import { z } from 'zod';
import type { Documents } from '../../../documents/port.ts';
import { instant, orderPartition, ordersCollection } from '../../orders/order.ts';
import { isRequest } from '../../orders/requests.ts';
import { readable } from '../stored.ts';
import { keptRequest } from './request-keys.ts';

const moment = instant.transform(time => new Date(time).toISOString());

export const storedOrder = z
  .object({
    orderId: z.string(),
    userId: z.string(),
    status: z.string().default('placed'),
    placedAt: moment,
    updatedAt: moment.optional(),
    /** Where the user's partition of the log ended before this was written: what is told of it lies behind. */
    logFrom: z.int().min(0).optional(),
    /** Of requests that have changed it, the newest last. */
    idempotencyKeys: z.array(keptRequest).default([]),
    lines: z.array(
      z.object({
        itemId: z.string(),
        quantity: z.int(),
        returned: z.int().default(0),
        cancelled: z.boolean().optional(),
      }),
    ),
  })
  .transform(order => ({ ...order, updatedAt: order.updatedAt ?? order.placedAt }));
export type StoredOrder = z.infer<typeof storedOrder>;

type StoredLine = StoredOrder['lines'][number];

/** Of a line, what was neither returned nor cancelled. */
export const standingOf = (
  { status }: Pick<StoredOrder, 'status'>,
  { quantity, returned, cancelled = false }: Omit<StoredLine, 'itemId'>,
): number => (status === 'cancelled' || cancelled ? 0 : Math.max(0, quantity - returned));

/** What a reader is told of it. */
export const shownOrder = ({ orderId, userId, status, placedAt, updatedAt, lines }: StoredOrder) => ({
  orderId,
  userId,
  status,
  placedAt,
  updatedAt,
  lines: lines.map(line => {
    const { itemId, quantity, returned } = line;
    return { itemId, quantity, returned, standing: standingOf({ status }, line) };
  }),
});

/** By id, `n` of them after the one named. */
export async function ordersOf(
  documents: Pick<Documents, 'list'>,
  { tenant, userId }: { readonly tenant: string; readonly userId: string },
  { n, after }: { readonly n: number; readonly after?: string | undefined },
) {
  const partition = orderPartition(tenant, userId);
  const found = await documents.list({
    collection: ordersCollection,
    partition,
    after: after === undefined ? undefined : { partition, id: after },
    limit: n + 1,
  });
  const listed = found.slice(0, n).filter(document => !isRequest(document));
  const orders = listed.map(document => shownOrder(readable(document, storedOrder, document.body)));
  return { orders, next: found.length > n ? (orders.at(-1)?.orderId ?? null) : null };
}
