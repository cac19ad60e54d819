/** Payments of two hours, and what the example has to make of them, whatever carries them: recomputed from all of them. */
import { type Alert, type Limit, limits, type Payment, payments, usual } from '../../examples/fraud-counters.ts';
import { minutes, seconds, type Millis } from '../../src/index.ts';
import { Random } from './random.ts';
import type { Send } from './example.ts';

export const noon: Millis = Date.UTC(2026, 10, 26, 12);
const cards = ['ann', 'ben', 'cleo', 'dora'];

/** Known before anything is paid: Ann may do little, Ben much, the others what is usual. */
const given: readonly Limit[] = [
  { card: 'ann', payments: 2, cents: 20_000, since: noon - minutes(10) },
  { card: 'ben', payments: 50, cents: 900_000, since: noon - minutes(9) },
];

/** In the order in which they are sent: up to two seconds out of order, some twice. */
export function paymentsOf(seed: number): Payment[] {
  const random = new Random(seed);
  const sound = Array.from({ length: 120 }, (_, n): Payment => ({
    paymentId: `p${n}`,
    card: random.pick(random.chance(0.5) ? ['ann'] : cards),
    cents: 100 * random.between(1, 300),
    country: random.chance(0.04) ? 'FR' : 'DE',
    at: noon + n * seconds(45) + random.below(seconds(40)),
  }));
  return sound
    .flatMap(payment => (random.chance(0.1) ? [payment, payment] : [payment]))
    .map(payment => ({ payment, sent: payment.at + random.below(seconds(2)) }))
    .toSorted((one, other) => one.sent - other.sent)
    .map(({ payment }) => payment);
}

/** Sends the limits, then each payment when it happens: what comes at once has waited, and idle time has passed. */
export async function sendPayments(send: Send, sent: readonly Payment[]): Promise<void> {
  await send(limits, ...given);
  for (const payment of sent) await send(payments, payment);
}

/** By definition: each payment once, with those of its card in the ten minutes up to it, against the limit of the card. */
export function alertsOf(sent: readonly Payment[]): Alert[] {
  const once = [...new Map(sent.map(payment => [payment.paymentId, payment])).values()];
  return sorted(
    once.flatMap(({ card, at }): Alert[] => {
      const recent = once.filter(other => other.card === card && other.at <= at && other.at > at - minutes(10));
      const cents = recent.reduce((sum, other) => sum + other.cents, 0);
      const countries = [...new Set(recent.map(({ country }) => country))].toSorted();
      const most = given.find(({ card: of }) => of === card) ?? usual;
      const reasons: string[] = [];
      if (recent.length > most.payments) reasons.push(`${recent.length} payments`);
      if (cents > most.cents) reasons.push(`${cents} cents`);
      if (countries.length > 1) reasons.push(`in ${countries.join(' and ')}`);
      return reasons.length === 0 ? [] : [{ card, reasons, payments: recent.length, cents, at }];
    }),
  );
}

/** By time and card; plain, without what a decoder adds. */
export const sorted = (alerts: readonly Alert[]): Alert[] =>
  alerts.map(alert => ({ ...alert })).sort((a, b) => a.at - b.at || (a.card < b.card ? -1 : 1));
