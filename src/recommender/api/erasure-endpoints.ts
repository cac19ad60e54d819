/** The erasure of a user, and the receipt by which it is asked for again. */
import { z } from 'zod';
import { type Endpoint, endpoint, ok } from './endpoint.ts';
import { orderChoices } from './erased-orders.ts';
import { maxReceiptLength } from './erasure-receipts.ts';
import { eraseUser, type ErasurePorts, standOf } from './erasures.ts';
import { UnknownErasure } from './errors.ts';
import { waitQuery } from './event-endpoints.ts';
import { byId } from './wire.ts';

export interface ErasureParts {
  readonly erasures: ErasurePorts;
}

const state = z
  .enum(['gone', 'waiting', 'kept'])
  .describe(
    "'gone' was looked up; 'waiting' goes by itself; 'kept' does not: the log by its retention, orders by who keeps them",
  );
const erasure = z.object({
  id: z.string().max(maxReceiptLength).describe('Of the receipt; nobody else keeps it, since it would name the user'),
  topic: z.string(),
  partition: z.int().min(0),
  offset: z.int().min(0),
  requestedAt: z.iso.datetime(),
  model: z.object({
    state,
    modelVersion: z.string().nullable().describe('generation.number of a model without the user'),
  }),
  generation: z.object({ state }).describe('Whether the vectors of others no longer come from what the user did'),
  documents: z.object({ state, collections: z.array(z.string()).describe('Those that still hold something') }),
  orders: z
    .object({
      state: z
        .enum(['gone', 'kept', 'waiting', 'removed'])
        .describe(
          "'gone': there are none; 'kept': they stay; 'waiting': they go once `orders` has read the request; 'removed': they went, and what there is came since",
        ),
      collections: z.array(z.string()).describe('Those that hold orders, or what was told of them'),
    })
    .describe('The shop’s own records, which an erasure leaves unless it is asked to remove them'),
  log: z.object({
    state,
    until: z.iso
      .datetime()
      .nullable()
      .describe('When retention has removed it; null where it was redacted, or a topic keeps it for ever'),
  }),
  bytes: z
    .object({
      state,
      places: z.array(z.enum(['log', 'snapshots', 'files'])).describe('Those that may still hold some'),
    })
    .describe('What files hold beside what can be read: `millrace users scrub` takes it out of those of a folder'),
});

const erasing = waitQuery.extend({
  orders: z
    .enum(orderChoices)
    .default('keep')
    .describe("Whether the user's orders stay, or those that there are go too, which a shopper may not ask for"),
});
const byReceipt = z.strictObject({ id: z.string().min(1).max(maxReceiptLength) });

export const erasureEndpoints = ({ erasures }: ErasureParts): Endpoint[] => [
  endpoint(
    {
      method: 'DELETE',
      path: '/v2/users/{id}',
      // Orders are the shop's books: whom they are about does not decide on them alone.
      access: ({ params, query }) => (query.orders === 'keep' ? params.id : undefined),
      summary: 'Erases a user, whether there is one or not, and answers a receipt',
      params: byId,
      query: erasing,
      answer: erasure,
      status: 202,
      problems: [400, 422],
    },
    async ({ params: { id }, query: { wait: wait_ms = 0, orders } }) => {
      return { status: 202, body: await eraseUser(erasures, id, { wait_ms, orders }) };
    },
  ),
  endpoint(
    {
      method: 'GET',
      path: '/v2/erasures/{id}',
      access: ({ params }) => erasures.receipts.open(params.id)?.userId,
      summary: 'How an erasure stands, by its receipt',
      params: byReceipt,
      query: waitQuery,
      answer: erasure,
      status: 200,
      problems: [400, 404],
    },
    async ({ params: { id }, query: { wait = 0 } }) => {
      const receipt = erasures.receipts.open(id);
      if (receipt === undefined || receipt.tenant !== erasures.ratings.tenant) throw new UnknownErasure();
      return ok(await standOf(erasures, receipt, wait));
    },
  ),
];
