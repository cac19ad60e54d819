/** A join of two streams: every order with its payment, and the orders that nobody has paid within ten minutes. */
import { minutes, schema, seconds, stream, topology } from '../src/index.ts';

export interface Order {
  readonly orderId: string;
  readonly customer: string;
  readonly cents: number;
  readonly placedAt: number;
}

export interface Payment {
  readonly paymentId: string;
  readonly orderId: string;
  readonly cents: number;
  readonly paidAt: number;
}

/** What became of an order; once for each of its payments, or once where there is none. */
export interface Settlement {
  readonly orderId: string;
  readonly customer: string;
  readonly state: 'paid' | 'underpaid' | 'unpaid';
  readonly owed: number;
  readonly placedAt: number;
}

export const orders = stream<Order>('orders', {
  schema: schema({
    type: 'record',
    name: 'Order',
    fields: [
      { name: 'orderId', type: 'string' },
      { name: 'customer', type: 'string' },
      { name: 'cents', type: 'int' },
      { name: 'placedAt', type: 'long' },
    ],
  }),
  key: order => order.orderId,
  time: order => order.placedAt,
  lateness: seconds(5),
});

export const payments = stream<Payment>('payments', {
  schema: schema({
    type: 'record',
    name: 'Payment',
    fields: [
      { name: 'paymentId', type: 'string' },
      { name: 'orderId', type: 'string' },
      { name: 'cents', type: 'int' },
      { name: 'paidAt', type: 'long' },
    ],
  }),
  key: payment => payment.orderId,
  time: payment => payment.paidAt,
  lateness: seconds(5),
});

export const settlements = stream<Settlement>('settlements', {
  schema: schema({
    type: 'record',
    name: 'Settlement',
    fields: [
      { name: 'orderId', type: 'string' },
      { name: 'customer', type: 'string' },
      { name: 'state', type: { type: 'enum', name: 'State', symbols: ['paid', 'underpaid', 'unpaid'] } },
      { name: 'owed', type: 'int' },
      { name: 'placedAt', type: 'long' },
    ],
  }),
  key: settlement => settlement.orderId,
  time: settlement => settlement.placedAt,
});

function settle({ orderId, customer, cents, placedAt }: Order, payment: Payment | undefined): Settlement {
  const owed = cents - (payment?.cents ?? 0);
  const unsettled = payment === undefined ? 'unpaid' : 'underpaid';
  return { orderId, customer, state: owed <= 0 ? 'paid' : unsettled, owed, placedAt };
}

export const settleOrders = topology('settle-orders', task => {
  task
    .read(orders)
    .pipe(
      task.join('payments of orders', task.read(payments), {
        kind: 'left',
        // A payment may be booked a little before the order that it is for.
        within: { before: minutes(1), after: minutes(10) },
        grace: minutes(2),
        result: settle,
      }),
    )
    .subscribe(task.write(settlements));
});

export const topologies = [settleOrders];
