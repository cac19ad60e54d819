/** The dataflow of the proofs: orders are validated, re-keyed by item, counted, and ranked; some of them are bad. */
import { map, share } from 'rxjs';
import { type Evolution, schema, seconds, stream, topology, type Topology } from '../../src/index.ts';

export interface Order {
  readonly id: number;
  readonly customer: string;
  readonly item: string;
  readonly amount: number;
  readonly at: number;
}

/** An item's sales up to and including one order. */
export interface Sales {
  readonly item: string;
  readonly count: number;
  readonly amount: number;
  readonly order: number;
  readonly at: number;
}

/** How often an item was taken from its shelf, which it shares with others. */
export interface Shelf {
  readonly shelf: string;
  readonly item: string;
  readonly taken: number;
  readonly at: number;
}

/** `intake` fails on it: it is decodable and valid. */
export const poisonItem = 'poison';
/** `tally` fails on it, which reads what `intake` has written, when it has already counted it. */
export const poisonAmount = 0.5;

const orderSchema = schema<Order>({
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'id', type: 'int' },
    { name: 'customer', type: 'string' },
    { name: 'item', type: 'string' },
    { name: 'amount', type: 'double' },
    { name: 'at', type: 'double' },
  ],
});

export const orders = stream<Order>('orders', {
  schema: orderSchema,
  key: order => order.customer,
  time: order => order.at,
  lateness: seconds(10),
  validate: order => (order.amount < 0 ? 'the amount is negative' : undefined),
});

export const ordersByItem = stream<Order>('orders-by-item', {
  schema: orderSchema,
  key: order => order.item,
  time: order => order.at,
});

export const sales = stream<Sales>('sales', {
  schema: schema({
    type: 'record',
    name: 'Sales',
    fields: [
      { name: 'item', type: 'string' },
      { name: 'count', type: 'int' },
      { name: 'amount', type: 'double' },
      { name: 'order', type: 'int' },
      { name: 'at', type: 'double' },
    ],
  }),
  key: sale => sale.item,
  time: sale => sale.at,
});

export const shelves = stream<Shelf>('shelves', {
  schema: schema({
    type: 'record',
    name: 'Shelf',
    fields: [
      { name: 'shelf', type: 'string' },
      { name: 'item', type: 'string' },
      { name: 'taken', type: 'int' },
      { name: 'at', type: 'double' },
    ],
  }),
  key: shelf => shelf.shelf,
  time: shelf => shelf.at,
});

/** Orders that differ in what a test says about them. */
export const order = (id: number, more: Partial<Order> = {}): Order => ({
  id,
  customer: 'ann',
  item: 'tea',
  amount: 1,
  at: 1_000 + id,
  ...more,
});

export const intake = topology('intake', task => {
  task
    .read(orders)
    .pipe(
      map(value => {
        if (value.item === poisonItem) throw new Error('poison');
        return value;
      }),
    )
    .subscribe(task.write(ordersByItem));
});

const noSales = (item: string): Sales => ({ item, count: 0, amount: 0, order: -1, at: 0 });

/** The step that sums may go by another name in another release. */
export const tallyAs = (step: string, evolution: Evolution = {}): Topology =>
  topology(
    'tally',
    task => {
      const counted = task.read(ordersByItem).pipe(
        task.keyed(step, {
          by: (value: Order) => value.item,
          initial: noSales,
          next: ({ item, count, amount }, value) => {
            const after = { item, count: count + 1, amount: amount + value.amount, order: value.id, at: value.at };
            return [after, [after]];
          },
        }),
        // After the state has changed: only its undo keeps the count right.
        map(after => {
          if (after.amount % 1 !== 0) throw new Error('an amount that is not whole');
          return after;
        }),
        share(),
      );
      counted.subscribe(task.write(sales));
      counted.subscribe(
        task.replace('sales', { id: after => after.item, body: ({ count, amount }) => ({ count, amount }) }),
      );
    },
    evolution,
  );

export const tally = tallyAs('sales');

export const shelfOf = (item: string): string => `shelf-${item.length % 3}`;

export const stock = topology('stock', task => {
  const taken = task.read(sales).pipe(
    // Drops nothing; it waits for event time, so that everybody above has to tell it.
    task.distinct('sales', { by: ({ item, count }) => `${item} ${count}`, horizon: 1_000 }),
    task.keyed('taken', {
      by: (sale: Sales) => sale.item,
      initial: () => 0,
      next: (before, { item, at }) => [before + 1, [{ shelf: shelfOf(item), item, taken: before + 1, at }]],
    }),
  );
  taken.subscribe(task.write(shelves));
});

export const shop = [intake, tally, stock];
