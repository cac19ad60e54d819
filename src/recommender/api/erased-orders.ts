/** What an erasure makes of the shop's own records, and how far that has come. */
import type { Documents } from '../../documents/port.ts';
import type { Clock } from '../../engine/clock.ts';
import type { Millis } from '../../stream/time.ts';
import type { Offset } from '../../transport/port.ts';
import { endOfErasure } from '../orders/carried-out.ts';
import { isRemovalPending } from '../orders/erasure-request.ts';
import { orderPartition, ordersCollection } from '../orders/order.ts';
import { toldCollection } from '../orders/told.ts';
import type { Receipt } from './erasure-receipts.ts';

/** Whether orders, with what was told of them, stay or go; they stay where nobody says so. */
export const orderChoices = ['keep', 'remove'] as const;
export type OrderChoice = (typeof orderChoices)[number];

/**
 * `gone`: there are none. `kept`: they stay. `waiting`: those that there were go once the connector has come to the request.
 * `removed`: it has, and what there is now has come since.
 */
export type OrdersState = 'gone' | 'kept' | 'waiting' | 'removed';

/** Of all tenants. */
export type ShopDocuments = Pick<Documents, 'get' | 'put' | 'list'>;

export const orderCollections = [ordersCollection, toldCollection] as const;

const userOf = ({ tenant, userId }: Pick<Receipt, 'tenant' | 'userId'>): string => orderPartition(tenant, userId);

/** How often it is looked whether the connector has come to a request. */
const lookEvery_ms = 50;
const never = new AbortController().signal;

/** Whether the orders are still to be removed, once they are not, or so many milliseconds are over. */
export async function isWaitingForOrders(
  documents: Pick<Documents, 'list'>,
  clock: Pick<Clock, 'now' | 'sleep'>,
  receipt: Receipt,
  wait_ms: Millis,
): Promise<boolean> {
  if (receipt.orders !== 'remove') return false;
  const until = clock.now() + wait_ms;
  while (await isRemovalPending(documents, userOf(receipt), receipt)) {
    const left = until - clock.now();
    if (left <= 0) return true;
    await clock.sleep(Math.min(lookEvery_ms, left), never);
  }
  return false;
}

/** What has to be learnt until nothing of the user is: where orders go too, an erasure behind all that was told of them. */
export async function endOf(documents: Pick<Documents, 'get'>, receipt: Receipt): Promise<Offset> {
  return receipt.orders === 'remove' ? endOfErasure(documents, receipt) : receipt.offset;
}

export function ordersStateOf(receipt: Receipt, isWaiting: boolean, left: readonly string[]): OrdersState {
  if (isWaiting) return 'waiting';
  if (left.length === 0) return 'gone';
  return receipt.orders === 'remove' ? 'removed' : 'kept';
}
