/** Orders and payments of a day, and what the example has to make of them, whatever carries them. */
import { type Order, orders, type Payment, payments, type Settlement } from '../../examples/order-payments.ts';
import { minutes, seconds, type Millis, type Stream } from '../../src/index.ts';

export const morning: Millis = Date.UTC(2026, 10, 26, 9);

export const order = (orderId: string, at: Millis, cents = 1_000): Order => ({
  orderId,
  customer: 'ann',
  cents,
  placedAt: morning + at,
});

const payment = (paymentId: string, orderId: string, at: Millis, cents = 1_000): Payment => ({
  paymentId,
  orderId,
  cents,
  paidAt: morning + at,
});

/** Nobody's: event time goes on by them, in every partition. */
const others = Array.from({ length: 12 }, (_, n) => n);
const passing = (at: Millis): readonly (readonly [Order, Payment])[] =>
  others.map(n => [order(`x${at}-${n}`, at), payment(`y${n}`, `x${at}-${n}`, at)]);

type Send = <T>(stream: Stream<T>, ...values: readonly T[]) => Promise<void>;

/** Sends them in the order of a day: payments before their order, at the edges of the window, too little, too late. */
export async function sendDay(send: Send): Promise<void> {
  await send(orders, order('paid', 0), order('early', minutes(1)), order('little', 0, 3_000), order('forgotten', 0));
  await send(payments, payment('p1', 'early', 0), payment('p2', 'paid', minutes(10)));
  await send(payments, payment('p3', 'little', minutes(2)), payment('p4', 'little', minutes(3), 3_500));
  await send(orders, order('edge', 0), order('over', 0));
  await send(payments, payment('p5', 'edge', minutes(10)), payment('p6', 'over', minutes(10) + 1));
  const later = passing(minutes(30));
  await send(orders, ...later.map(([one]) => one));
  await send(payments, ...later.map(([, one]) => one));
  // Its window has closed, and so has that of the order that it is for.
  await send(payments, payment('p7', 'forgotten', minutes(2)));
}

const settled = (orderId: string, state: Settlement['state'], owed: number, at = 0): Settlement => ({
  orderId,
  customer: 'ann',
  state,
  owed,
  placedAt: morning + at,
});

/** By order, without those that only pass the time. */
export const expected: readonly Settlement[] = [
  settled('early', 'paid', 0, minutes(1)),
  settled('edge', 'paid', 0),
  settled('forgotten', 'unpaid', 1_000),
  settled('little', 'paid', -500),
  settled('little', 'underpaid', 2_000),
  settled('over', 'unpaid', 1_000),
  settled('paid', 'paid', 0),
];

/** As `expected` has them. */
export const ofTheDay = (told: readonly Settlement[]): Settlement[] =>
  told
    .filter(({ orderId }) => !orderId.startsWith('x'))
    .map(settlement => ({ ...settlement }))
    .sort((a, b) => (a.orderId < b.orderId ? -1 : Number(a.orderId > b.orderId)) || a.owed - b.owed);

/** Long enough for every partition to turn idle, and for the last window to close. */
export const night: Millis = minutes(60) + seconds(10);
