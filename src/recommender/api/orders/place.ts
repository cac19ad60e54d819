/** Takes an order into the documents; the connector brings it into the log. Knows nothing of HTTP. */
import { ConditionFailed, type DocumentKey, type Documents, type JsonObject } from '../../../documents/port.ts';
import { putting } from '../../../operations/tracing/sending.ts';
import type { Tracing } from '../../../operations/tracing/tracing.ts';
import type { Millis } from '../../../stream/time.ts';
import { invalidRating } from '../../domain/validate.ts';
import { orderPartition, ordersCollection } from '../../orders/order.ts';
import { readable } from '../stored.ts';
import { storedOrder, type StoredOrder } from './stored-order.ts';
import { endFor } from './progress.ts';
import { InvalidOrder, OrderConflict, UnknownOrder } from './errors.ts';

export interface OrderPorts {
  readonly documents: Pick<Documents, 'get' | 'put' | 'list'>;
  readonly transport: Parameters<typeof endFor>[0]['transport'];
  readonly clock: { now(): Millis };
  /** Tells of the write, and has the order say its trace; absent where nothing is told. */
  readonly tracing?: Tracing | undefined;
}

export interface Whose {
  readonly tenant: string;
  readonly userId: string;
}

export interface PostedLine {
  readonly itemId: string;
  readonly quantity: number;
}

export interface PostedOrder extends Whose {
  readonly orderId: string;
  readonly lines: readonly PostedLine[];
  /** When it was placed; now where absent. */
  readonly at?: Millis | undefined;
}

export const orderKey = ({ tenant, userId }: Whose, orderId: string): DocumentKey => ({
  collection: ordersCollection,
  partition: orderPartition(tenant, userId),
  id: orderId,
});

/**
 * The same order once more is the one that is there, however it stands by now.
 * @throws {InvalidOrder} {OrderConflict} where another one has its id
 */
export async function placeOrder(ports: OrderPorts, posted: PostedOrder): Promise<StoredOrder> {
  const { documents, clock } = ports;
  const { tenant, userId, orderId, lines } = posted;
  const now = clock.now();
  checkLines(posted, now);
  const key = orderKey(posted, orderId);
  const placedAt = new Date(posted.at ?? now).toISOString();
  const body = {
    orderId,
    userId,
    tenant,
    lines: merged(lines).map(([itemId, quantity]) => ({ itemId, quantity, returned: 0 })),
    status: 'placed',
    placedAt,
    updatedAt: placedAt,
    logFrom: (await endFor(ports, key.partition)).offset,
  };
  try {
    await putting(ports.tracing, key, trace => documents.put(key, becauseOf(trace, body), 'absent'));
    return readable(key, storedOrder, body);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const { order } = await findOrder(documents, key);
    if (!isSame(order, lines)) throw new OrderConflict();
    return order;
  }
}

/** The document with the trace of whoever changed it last: the connector goes on with it. */
export function becauseOf(trace: string, body: JsonObject): JsonObject {
  const others = Object.entries(body).filter(([name]) => name !== 'traceparent');
  return Object.fromEntries(trace === '' ? others : [...others, ['traceparent', trace]]);
}

/** @throws {UnknownOrder} */
export async function findOrder(documents: Pick<Documents, 'get'>, key: DocumentKey) {
  const found = await documents.get(key);
  if (found === undefined) throw new UnknownOrder();
  return { order: readable(key, storedOrder, found.body), body: found.body, etag: found.etag };
}

/** Lines of one item are one line. */
export function merged(lines: readonly PostedLine[]): [itemId: string, quantity: number][] {
  const all = new Map<string, number>();
  for (const { itemId, quantity } of lines) all.set(itemId, (all.get(itemId) ?? 0) + quantity);
  return [...all];
}

const isSame = (order: StoredOrder, lines: readonly PostedLine[]): boolean =>
  JSON.stringify(order.lines.map(({ itemId, quantity }) => [itemId, quantity])) === JSON.stringify(merged(lines));

/** What the log would refuse is refused here, where somebody hears of it. @throws {InvalidOrder} */
function checkLines({ tenant, userId, orderId, lines, at }: PostedOrder, now: Millis): void {
  for (const [itemId, value] of merged(lines)) {
    const event = {
      eventId: orderId,
      tenant,
      userId,
      sessionId: '',
      itemId,
      kind: 'order',
      value,
      time: at ?? now,
    } as const;
    const problem = invalidRating(event, now);
    if (problem !== undefined)
      throw new InvalidOrder(`An event of it would not count: ${problem}`, 'Send one that fits');
  }
}
