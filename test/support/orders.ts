/** Orders of a shop that a test writes, and what the log has been told of them. */
import type { Documents } from '../../src/documents/port.ts';
import { factOf, type Facts, fold, replaces } from '../../src/als/fold.ts';
import { defaultWeights } from '../../src/als/weights.ts';
import type { Transport } from '../../src/transport/port.ts';
import type { Rating } from '../../schemas/types.ts';
import { ratings } from '../../topologies/streams.ts';
import { consumed } from './consumer.ts';

export interface WrittenLine {
  itemId: string;
  quantity: number;
  returned?: number;
  cancelled?: boolean;
}

export interface WrittenOrder {
  orderId: string;
  userId: string;
  lines: WrittenLine[];
  status: string;
  placedAt: number;
  updatedAt: number;
}

/** As a shop does that knows nothing of Millrace. */
export async function putOrder(documents: Documents, order: WrittenOrder): Promise<void> {
  const key = { collection: 'orders', partition: order.userId, id: order.orderId };
  const lines = order.lines.map(line => ({ ...line }));
  await documents.put(key, { ...order, lines }, 'always');
}

/** Every event of `ratings`; one that stands there twice has to be the same both times, and is told once. */
export async function toldEvents(transport: Transport): Promise<Rating[]> {
  const byId = new Map<string, Rating>();
  for (const event of await consumed(transport, ratings)) {
    const known = byId.get(event.eventId);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(event))
      throw new Error(`two events have the id ${event.eventId}: ${JSON.stringify([known, event])}`);
    byId.set(event.eventId, event);
  }
  return [...byId.values()];
}

export const isOfOrder = ({ kind }: Rating): boolean => kind === 'order' || kind === 'return';

/** Of events in the order of their partitions those that stand behind the last erasure of their user. */
export function sinceErased(events: readonly Rating[]): readonly Rating[] {
  const last = new Map<string, number>();
  for (const [at, { kind, userId }] of events.entries()) if (kind === 'erase') last.set(userId, at);
  return events.filter((event, at) => event.kind !== 'erase' && at > (last.get(event.userId) ?? -1));
}

/** Pairs of user and item that speak for the item once all events are folded as the model folds them. */
export function wanted(events: readonly Rating[]): string[] {
  const facts = new Map<string, Facts>();
  for (const { userId, itemId, kind, value, time, eventId } of events) {
    if (kind !== 'order' && kind !== 'return') throw new Error(`an order became an event of kind ${kind}`);
    const pair = `${userId} ${itemId}`;
    const known = facts.get(pair) ?? {};
    const fact = factOf({ kind, value, time, eventId });
    if (replaces(fact, known[kind])) known[kind] = fact;
    facts.set(pair, known);
  }
  return [...facts]
    .filter(([, known]) => fold(defaultWeights, known, 0).confidence > 0)
    .map(([pair]) => pair)
    .sort();
}

/** The same from the orders themselves: whatever of an item stands in any of them. */
export function standing(orders: Iterable<WrittenOrder>): string[] {
  const pairs = new Set<string>();
  for (const { userId, lines, status } of orders)
    for (const { itemId, quantity, returned = 0, cancelled = false } of lines)
      if (status !== 'cancelled' && !cancelled && quantity > returned) pairs.add(`${userId} ${itemId}`);
  return [...pairs].sort();
}
