/**
 * Counters against fraud: how much each card has paid within the last ten minutes, as of each of its payments, held
 * against the card's limits as they are known by then.
 */
import { filter, map, share } from 'rxjs';
import { days, minutes, schema, seconds, sliding, stream, topology, type Windowed } from '../src/index.ts';

export interface Payment {
  readonly paymentId: string;
  readonly card: string;
  readonly cents: number;
  /** Of the shop, as ISO 3166 has it. */
  readonly country: string;
  readonly at: number;
}

/** What a card may do within ten minutes; the newest version counts. */
export interface Limit {
  readonly card: string;
  readonly payments: number;
  readonly cents: number;
  readonly since: number;
}

/** What a card has done within the ten minutes up to `at`. */
export interface Counter {
  readonly card: string;
  readonly payments: number;
  readonly cents: number;
  readonly countries: readonly string[];
  readonly at: number;
}

export interface Alert {
  readonly card: string;
  readonly reasons: readonly string[];
  readonly payments: number;
  readonly cents: number;
  readonly at: number;
}

const text = { type: 'string' };
const texts = { type: 'array', items: 'string' };

export const payments = stream<Payment>('payments', {
  schema: schema({
    type: 'record',
    name: 'Payment',
    fields: [
      { name: 'paymentId', type: text },
      { name: 'card', type: text },
      { name: 'cents', type: 'int' },
      { name: 'country', type: text },
      { name: 'at', type: 'long' },
    ],
  }),
  key: payment => payment.card,
  time: payment => payment.at,
  lateness: seconds(2),
  validate: ({ cents }) => (cents > 0 ? undefined : `${cents} cents are no payment`),
});

export const limits = stream<Limit>('limits', {
  schema: schema({
    type: 'record',
    name: 'Limit',
    fields: [
      { name: 'card', type: text },
      { name: 'payments', type: 'int' },
      { name: 'cents', type: 'int' },
      { name: 'since', type: 'long' },
    ],
  }),
  key: limit => limit.card,
  time: limit => limit.since,
});

export const counters = stream<Counter>('counters', {
  schema: schema({
    type: 'record',
    name: 'Counter',
    fields: [
      { name: 'card', type: text },
      { name: 'payments', type: 'int' },
      { name: 'cents', type: 'int' },
      { name: 'countries', type: texts },
      { name: 'at', type: 'long' },
    ],
  }),
  key: counter => counter.card,
  time: counter => counter.at,
});

export const alerts = stream<Alert>('alerts', {
  schema: schema({
    type: 'record',
    name: 'Alert',
    fields: [
      { name: 'card', type: text },
      { name: 'reasons', type: texts },
      { name: 'payments', type: 'int' },
      { name: 'cents', type: 'int' },
      { name: 'at', type: 'long' },
    ],
  }),
  key: alert => alert.card,
  time: alert => alert.at,
});

type Sum = Pick<Counter, 'payments' | 'cents' | 'countries'>;

const plus = (a: Sum, b: Sum): Sum => ({
  payments: a.payments + b.payments,
  cents: a.cents + b.cents,
  countries: [...new Set([...a.countries, ...b.countries])].toSorted(),
});

const asCounter = ({ key, end, value }: Windowed<Sum>): Counter => ({ card: key, ...value, at: end - 1 });

/** What a card may do that nobody has set a limit for. */
export const usual = { payments: 5, cents: 100_000 };

function judge({ card, payments: count, cents, countries, at }: Counter, limit: Limit | undefined): Alert {
  const most = limit ?? usual;
  const reasons = [
    ...(count > most.payments ? [`${count} payments`] : []),
    ...(cents > most.cents ? [`${cents} cents`] : []),
    ...(countries.length > 1 ? [`in ${countries.join(' and ')}`] : []),
  ];
  return { card, reasons, payments: count, cents, at };
}

/**
 * A payment that is sent twice counts once. The limits are a table that is looked up as it has been read: a join as of
 * event time (`task.joinTable`) would say what they were when the payment was made, and wait until that is certain.
 */
export const countPayments = topology('count-payments', task => {
  const known = task.table(limits);
  const counted = task.read(payments).pipe(
    task.distinct('ids', { by: payment => payment.paymentId, horizon: days(1) }),
    task.windowed('recent', sliding({ size: minutes(10) }), {
      by: payment => payment.card,
      fold: {
        initial: (): Sum => ({ payments: 0, cents: 0, countries: [] }),
        add: (sum, { cents, country }) => plus(sum, { payments: 1, cents, countries: [country] }),
        merge: plus,
      },
      emit: 'close',
    }),
    map(asCounter),
    share(),
  );
  counted.subscribe(task.write(counters));
  counted
    .pipe(
      map(counter => judge(counter, known.get(counter.card))),
      filter(({ reasons }) => reasons.length > 0),
    )
    .subscribe(task.write(alerts));
});

export const topologies = [countPayments];
