/** An order as a shop writes it into the documents, and what of it stands. */
import { z } from 'zod';
import type { DocumentKey, JsonObject } from '../../documents/port.ts';
import { scoped } from '../domain/tenant.ts';

/** Where orders are: by user, so that those of one user come in the order in which they changed. */
export const ordersCollection = 'orders';

/** Lines of an order at most. */
export const mostLines = 1_000;
export const mostQuantity = 1_000_000;

/** Milliseconds since 1970, or ISO 8601 with its offset. */
export const instant = z.union([z.int(), z.iso.datetime({ offset: true }).transform(text => Date.parse(text))]);
const quantity = z.int().min(0).max(mostQuantity);

/** A shop may keep more in it; what is said here has to be so. */
const orderDocument = z.object({
  orderId: z.string(),
  userId: z.string(),
  tenant: z.string().default(''),
  lines: z
    .array(
      z.object({
        itemId: z.string(),
        quantity: quantity.min(1),
        returned: quantity.default(0),
        cancelled: z.boolean().default(false),
      }),
    )
    .max(mostLines),
  /** `cancelled` takes all lines back; whatever else a shop calls it, the order stands. */
  status: z.string().default('placed'),
  placedAt: instant,
  updatedAt: instant.optional(),
});

export interface Order {
  readonly orderId: string;
  readonly userId: string;
  readonly tenant: string;
  readonly placedAt: number;
  readonly updatedAt: number;
  /** By item, in the order of the document: lines of one item count together. */
  readonly lines: ReadonlyMap<string, Line>;
}

export interface Line {
  /** What was ordered. */
  readonly ordered: number;
  /** What of that was neither returned nor cancelled. */
  readonly standing: number;
}

/** The order in a document, or why it is none. */
export function orderIn(
  { partition, id }: Pick<DocumentKey, 'partition' | 'id'>,
  body: JsonObject,
): Order | { readonly refused: string } {
  const parsed = orderDocument.safeParse(body);
  if (!parsed.success) return { refused: wordsOf(parsed.error) };
  const { orderId, userId, tenant, placedAt, updatedAt = placedAt } = parsed.data;
  if (orderId !== id) return { refused: `orderId '${shown(orderId)}' is not the document's id` };
  if (orderPartition(tenant, userId) !== partition)
    return { refused: `userId '${shown(userId)}' is not whose partition the document is in` };
  const lines = linesOf(parsed.data);
  for (const [itemId, { ordered }] of lines)
    if (ordered > mostQuantity)
      return { refused: `lines of '${shown(itemId)}' are more than ${mostQuantity} together` };
  return { orderId, userId, tenant, placedAt, updatedAt, lines };
}

/** W3C trace context that a shop, or our API, wrote into an order with its change; '' where there is none. */
export function traceIn({ traceparent }: JsonObject): string {
  return typeof traceparent === 'string' && traceparent.length <= mostTrace ? traceparent : '';
}

/** Characters of a trace context; a record has room for more. */
const mostTrace = 55;

/** Tenants are apart in the keys: no user of one is a user of another. */
export const orderPartition = (tenant: string, userId: string): string => scoped(tenant, userId);

function linesOf({ lines, status }: z.infer<typeof orderDocument>): Map<string, Line> {
  const all = new Map<string, Line>();
  for (const { itemId, quantity: ordered, returned, cancelled } of lines) {
    const standing = cancelled || status === 'cancelled' ? 0 : Math.max(0, ordered - returned);
    const before = all.get(itemId) ?? { ordered: 0, standing: 0 };
    all.set(itemId, { ordered: before.ordered + ordered, standing: before.standing + standing });
  }
  return all;
}

const mostIssues = 5;
const wordsOf = ({ issues }: z.ZodError): string =>
  issues
    .slice(0, mostIssues)
    .map(({ path, message }) => `${path.map(String).join('.') || 'the document'}: ${message}`)
    .join('; ');

const shown = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}...` : text);
