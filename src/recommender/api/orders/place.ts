/** Takes an order into the documents, and changes it there; the connector brings it into the log. Knows nothing of HTTP. */
import { ConditionFailed, type DocumentKey, type Documents, type JsonObject } from '../../../documents/port.ts';
import type { Millis } from '../../../stream/time.ts';
import { invalidRating } from '../../domain/validate.ts';
import { orderPartition, ordersCollection } from '../../orders/order.ts';
import { readable } from '../stored.ts';
import { standingOf, storedOrder, type StoredOrder } from './stored-order.ts';
import { endFor } from './progress.ts';
import { InvalidOrder, OrderConflict, UnknownOrder } from './errors.ts';

export interface OrderPorts {
  readonly documents: Pick<Documents, 'get' | 'put' | 'list'>;
  readonly transport: Parameters<typeof endFor>[0]['transport'];
  readonly clock: { now(): Millis };
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
    await documents.put(key, body, 'absent');
    return readable(key, storedOrder, body);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const { order } = await findOrder(documents, key);
    if (!isSame(order, lines)) throw new OrderConflict();
    return order;
  }
}

/** Gives back so many of its lines, all of a line at most. @throws {UnknownOrder} {InvalidOrder} */
export function returnLines(ports: OrderPorts, key: DocumentKey, lines: readonly PostedLine[]): Promise<StoredOrder> {
  const back = new Map(merged(lines));
  return change(ports, key, order => {
    for (const [itemId, quantity] of back) {
      const left = order.lines
        .filter(line => line.itemId === itemId)
        .reduce((sum, line) => sum + standingOf(order, line), 0);
      if (quantity > left)
        throw new InvalidOrder(
          `Of '${itemId}' ${left} can be returned, not ${quantity}`,
          'Return what the order still holds',
        );
    }
    const changed = order.lines.map(line => {
      const quantity = Math.min(back.get(line.itemId) ?? 0, standingOf(order, line));
      back.set(line.itemId, (back.get(line.itemId) ?? 0) - quantity);
      return { ...line, returned: line.returned + quantity };
    });
    return { ...order, lines: changed };
  });
}

/** Takes all of it back; once more it does nothing. @throws {UnknownOrder} */
export const cancelOrder = (ports: OrderPorts, key: DocumentKey): Promise<StoredOrder> =>
  change(ports, key, order => (order.status === 'cancelled' ? order : { ...order, status: 'cancelled' }));

/** By its etag: of two who change an order at the same time, the second changes what the first has made of it. */
async function change(
  ports: OrderPorts,
  key: DocumentKey,
  make: (order: StoredOrder) => StoredOrder,
): Promise<StoredOrder> {
  const { documents, clock } = ports;
  for (;;) {
    const { order, body, etag } = await findOrder(documents, key);
    const made = make(order);
    if (made === order) return order;
    const before = Date.parse(order.updatedAt);
    const updatedAt = new Date(Math.max(clock.now(), before + 1)).toISOString();
    const { offset: logFrom } = await endFor(ports, key.partition);
    const { status, lines } = made;
    const changed = { ...body, status, lines: lines.map(asLine), updatedAt, logFrom };
    try {
      await documents.put(key, changed, { etag });
      return readable(key, storedOrder, changed);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
}

const asLine = ({ cancelled, ...line }: StoredOrder['lines'][number]): JsonObject =>
  cancelled === undefined ? line : { ...line, cancelled };

/** @throws {UnknownOrder} */
export async function findOrder(documents: Pick<Documents, 'get'>, key: DocumentKey) {
  const found = await documents.get(key);
  if (found === undefined) throw new UnknownOrder();
  return { order: readable(key, storedOrder, found.body), body: found.body, etag: found.etag };
}

/** Lines of one item are one line. */
function merged(lines: readonly PostedLine[]): [itemId: string, quantity: number][] {
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
