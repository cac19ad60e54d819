/** Takes back what was ordered, in the order's document; the connector tells the log. Knows nothing of HTTP. */
import { putting } from '../../../operations/tracing/sending.ts';
import { ConditionFailed, type DocumentKey, type JsonObject } from '../../../documents/port.ts';
import { readable } from '../stored.ts';
import { InvalidOrder } from './errors.ts';
import { becauseOf, findOrder, merged, type OrderPorts, type PostedLine } from './place.ts';
import { endFor } from './progress.ts';
import { knownAmong, type RequestKey, withRequest } from './request-keys.ts';
import { standingOf, storedOrder, type StoredOrder } from './stored-order.ts';

export interface Return {
  readonly lines: readonly PostedLine[];
  /** Whoever sends it again gives nothing more back, and is answered the status of then. */
  readonly request?: RequestKey | undefined;
}

/**
 * Gives back so many of an order's lines, all of a line at most.
 * @throws {UnknownOrder} {InvalidOrder}, {KeyReused} where the key came with other lines before
 */
export async function returnLines(
  ports: OrderPorts,
  key: DocumentKey,
  { lines, request }: Return,
): Promise<StoredOrder> {
  const after = await change(ports, key, order => {
    if (knownAmong(order.idempotencyKeys, request) !== undefined) return order;
    const { status, idempotencyKeys } = order;
    const kept = request === undefined ? idempotencyKeys : withRequest(idempotencyKeys, { ...request, status });
    return { ...order, lines: without(order, new Map(merged(lines))), idempotencyKeys: kept };
  });
  return { ...after, status: knownAmong(after.idempotencyKeys, request)?.status ?? after.status };
}

/** Takes all of it back; once more it does nothing. @throws {UnknownOrder} */
export const cancelOrder = (ports: OrderPorts, key: DocumentKey): Promise<StoredOrder> =>
  change(ports, key, order => (order.status === 'cancelled' ? order : { ...order, status: 'cancelled' }));

/** The lines of the order once so much of each item has come back. @throws {InvalidOrder} where it does not hold so much */
function without(order: StoredOrder, back: Map<string, number>): StoredOrder['lines'] {
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
  return order.lines.map(line => {
    const quantity = Math.min(back.get(line.itemId) ?? 0, standingOf(order, line));
    back.set(line.itemId, (back.get(line.itemId) ?? 0) - quantity);
    return { ...line, returned: line.returned + quantity };
  });
}

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
    const { status, lines, idempotencyKeys } = made;
    const changed = { ...body, status, lines: lines.map(asLine), updatedAt, logFrom, idempotencyKeys };
    try {
      await putting(ports.tracing, key, trace => documents.put(key, becauseOf(trace, changed), { etag }));
      return readable(key, storedOrder, changed);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
}

const asLine = ({ cancelled, ...line }: StoredOrder['lines'][number]): JsonObject =>
  cancelled === undefined ? line : { ...line, cancelled };
