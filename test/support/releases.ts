/** Releases of one topology, to evolve from one to the other: what it counts, how its steps are called, what it reads. */
import { merge, type Observable } from 'rxjs';
import { type Evolution, json, type StateCodec, type Task, topology, type Topology } from '../../src/index.ts';
import { type Order, orders, ordersByItem, sales, type Sales } from './shop.ts';

export interface Counting {
  readonly name: string;
  readonly by?: (order: Order) => string;
  /** Told before the item, so that outputs say who counted. */
  readonly as?: string;
  readonly version?: string;
  readonly codec?: StateCodec<number>;
}

/** Sums what each key has sold, order by order. */
export const counted = (
  task: Task,
  source: Observable<Order>,
  { name, by = ({ item }) => item, as = '', version = 'json-1', codec = json<number>(version) }: Counting,
) =>
  source.pipe(
    task.keyed(name, {
      by,
      initial: () => 0,
      next: (n: number, value: Order): [number, Sales[]] => [
        n + 1,
        [{ item: `${as}${by(value)}`, count: n + 1, amount: 0, order: value.id, at: value.at }],
      ],
      codec,
    }),
  );

/** A release of `shop`: counts of orders, each of its own name, into `sales`. */
export const release = (counts: readonly Counting[], evolution: Evolution = {}): Topology =>
  topology(
    'shop',
    task => {
      for (const count of counts) counted(task, task.read(orders), count).subscribe(task.write(sales));
    },
    evolution,
  );

/** The same with a second stream of orders, read as if it were the first. */
export const releaseOfTwo = (count: Counting, evolution: Evolution = {}): Topology =>
  topology(
    'shop',
    task => counted(task, merge(task.read(orders), task.read(ordersByItem)), count).subscribe(task.write(sales)),
    evolution,
  );
