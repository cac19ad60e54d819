/** What goes over the wire about orders. */
import { z } from 'zod';
import { ordersCollection } from '../../orders/order.ts';
import { id } from '../wire.ts';

/** Lines of an order that comes by the API; a shop that writes documents itself may have more. */
const mostPosted = 100;
const mostOfALine = 10_000;
/** Orders of one request. */
export const mostOrders = 20;
/** Orders that are listed of a user at most. */
export const mostListedOrders = 100;
/** How long an answer may wait for the model. */
export const mostWait_ms = 30_000;

/** What every store takes as a document's id. */
export const orderId = z
  .string()
  .regex(/^[\w.:-]{1,128}$/, 'has other characters than letters, digits, and . : _ - or more than 128 of them');

const lines = z
  .array(z.strictObject({ itemId: id, quantity: z.int().min(1).max(mostOfALine) }))
  .min(1)
  .max(mostPosted);
const placing = {
  userId: id.describe('Who orders'),
  lines,
  at: z.iso.datetime({ offset: true }).optional().describe('When it was placed; now where absent'),
};
export const orderBody = z.strictObject({
  ...placing,
  orderId: orderId.optional().describe('In place of the header Idempotency-Key; drawn where neither is given'),
});
export const ordersBody = z.strictObject({
  orders: z
    .array(z.strictObject({ ...placing, orderId }))
    .min(1)
    .max(mostOrders),
});
export const returnBody = z.strictObject({ lines });

export const byOrder = z.strictObject({ userId: id, orderId });
export const waitQuery = z.strictObject({
  wait: z.coerce
    .number()
    .int()
    .min(0)
    .max(mostWait_ms)
    .default(0)
    .describe('Milliseconds to wait at most until a model version has learnt it'),
});
export const ordersQuery = z.strictObject({
  n: z.coerce.number().int().min(1).max(mostListedOrders).default(20),
  after: orderId.optional().describe('The last order of the page before'),
});
export const order = z.object({
  orderId: z.string(),
  userId: z.string(),
  status: z.string(),
  placedAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  lines: z.array(
    z.object({ itemId: z.string(), quantity: z.int(), returned: z.int(), standing: z.int().describe('What is left') }),
  ),
});
export const ordersAnswer = z.object({
  orders: z.array(order),
  next: z.string().nullable().describe('`after` of the next page; null where there is none'),
});

export const learning = z.object({
  offset: z.int().nullable().describe('Where the last of its events stands in the log; null while one is not there'),
  learnt: z.boolean().describe('Whether a published model version has learnt it'),
  modelVersion: z.string().nullable().describe('The newest version, generation.number; null before the first'),
});
export const orderAccepted = z.object({
  orderId: z.string(),
  userId: z.string(),
  status: z.string(),
  document: z.object({ collection: z.literal(ordersCollection), partition: z.string(), id: z.string() }),
  topic: z.string().describe('Where its events come to be'),
  partition: z.int(),
  events: z
    .array(z.object({ eventId: z.string(), itemId: z.string() }))
    .describe('Those that a new order is told by; what is taken back is told by others'),
  ...learning.shape,
});
const refused = z.object({ orderId: z.string(), status: z.int(), code: z.string(), detail: z.string() });
export const ordersAccepted = z.object({
  orders: z.array(z.union([orderAccepted, refused])).describe('One for each, in their order'),
});
export const progress = z.object({
  stored: z.iso.datetime().describe('When the order changed last'),
  ...learning.shape,
  vectorOf: z.string().nullable().describe('Model version of the user’s vector; null without one'),
  listOf: z.string().nullable().describe('Model version that the user’s list was written with; null without one'),
});
