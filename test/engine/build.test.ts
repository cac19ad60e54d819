import { describe, expect, test } from 'vitest';
import { map, share } from 'rxjs';
import { BuildError } from '../../src/engine/errors.ts';
import { Graph } from '../../src/engine/graph.ts';
import { stream, topology, type Task } from '../../src/index.ts';
import { type Order, intake, orders, ordersByItem, shop } from '../support/shop.ts';

const copies = stream('copies', orders);

const ones = new Map(['orders', 'orders-by-item', 'sales', 'shelves', 'copies', 'dead-letters'].map(name => [name, 1]));

const graphOf = (build: (task: Task) => void, partitions: ReadonlyMap<string, number> = ones): Graph =>
  new Graph([topology('a-topology', build)], partitions);

const count = (task: Task) =>
  task.keyed('count', { by: (value: Order) => value.item, initial: () => 0, next: (n, value) => [n + 1, [value]] });

/** Options that the compiler does not see, which would refuse them too. */
const unknown: object = { tll: 1 };

const refused: readonly (readonly [what: string, says: string, build: (task: Task) => void])[] = [
  [
    'a bare function as a subscriber',
    'an observer of its own',
    task => {
      task.read(orders).subscribe(() => {});
    },
  ],
  [
    'an observer of its own',
    'an observer of its own',
    task => {
      task
        .read(orders)
        .pipe(map(value => value.id))
        .subscribe({ next: () => {}, error: () => {} });
    },
  ],
  [
    'a step that is subscribed twice',
    "the step 'count' is subscribed twice",
    task => {
      const counted = task.read(orders).pipe(count(task));
      counted.subscribe(task.write(ordersByItem));
      counted.subscribe(task.write(ordersByItem));
    },
  ],
  [
    'two steps of one name',
    "the step 'count' is subscribed twice",
    task => {
      task.read(orders).pipe(count(task)).subscribe(task.write(ordersByItem));
      task.read(ordersByItem).pipe(count(task)).subscribe(task.write(ordersByItem));
    },
  ],
  [
    'a stream that is both read and written',
    "writes 'orders', which it reads",
    task => task.read(orders).subscribe(task.write(orders)),
  ],
  [
    'two streams of one name',
    "two streams are called 'orders'",
    task => {
      task.read(orders).subscribe(task.write(ordersByItem));
      task.read(stream('orders', orders)).subscribe(task.write(ordersByItem));
    },
  ],
  [
    'a stream that is read in two ways',
    "'orders' is read twice with different options",
    task => {
      task.read(orders).subscribe(task.write(ordersByItem));
      task.read(orders, { all: true }).subscribe(task.write(ordersByItem));
    },
  ],
  [
    'an option of reading that does not exist',
    "no 'tll' among the options of reading 'orders'",
    task => task.read(orders, { ...unknown }).subscribe(task.write(ordersByItem)),
  ],
  [
    'an option of a step that does not exist',
    "no 'tll' among the options of 'count'",
    task => {
      const options = {
        by: (value: Order) => value.item,
        initial: () => 0,
        next: (n: number, value: Order) => [n, [value]] as const,
      };
      task
        .read(orders)
        .pipe(task.keyed('count', { ...options, ...unknown }))
        .subscribe(task.write(ordersByItem));
    },
  ],
  [
    'an option of documents that does not exist',
    "no 'tll' among the options of documents 'orders'",
    task => {
      const options = { id: (value: Order) => value.item, body: (value: Order) => ({ id: value.id }) };
      task.read(orders).subscribe(task.replace('orders', { ...options, ...unknown }));
    },
  ],
];

test.for(refused)('the build refuses %s', ([, says, build]) => {
  expect(() => graphOf(build)).toThrow(BuildError);
  expect(() => graphOf(build)).toThrow(says);
});

test('share() lets several pipes read one step', () => {
  const build = (task: Task): void => {
    const counted = task.read(orders).pipe(count(task), share());
    counted.subscribe(task.write(copies));
    counted.subscribe(task.write(ordersByItem));
  };
  expect(graphOf(build).topologies[0]?.writes).toEqual(['dead-letters', 'copies', 'orders-by-item']);
});

describe('the number of tasks', () => {
  const join = (task: Task): void => {
    task.read(orders).subscribe(task.write(copies));
    task.read(ordersByItem).subscribe(task.write(copies));
  };

  test('is that of the partitions of the inputs', () => {
    expect(new Graph([intake], new Map([...ones, ['orders', 4]])).tasks('intake')).toBe(4);
  });

  test('is refused where the inputs have different numbers of partitions', () => {
    const partitions = new Map([...ones, ['orders', 4], ['orders-by-item', 2]]);
    expect(() => graphOf(join, partitions)).toThrow(BuildError);
    expect(() => graphOf(join, partitions)).toThrow('orders (4), orders-by-item (2)');
  });

  test('is one where every task reads everything', () => {
    const everything = (task: Task): void => {
      task.read(orders, { all: true }).subscribe(task.write(ordersByItem));
    };
    expect(graphOf(everything, new Map([...ones, ['orders', 4]])).tasks('a-topology')).toBe(1);
  });
});

test('a topology that wires differently the second time is refused', () => {
  let builds = 0;
  const fickle = (task: Task): void => {
    task.read(orders).subscribe(task.write(builds++ % 2 === 0 ? copies : ordersByItem));
  };
  expect(() => graphOf(fickle)).toThrow('builds another graph the second time');
});

test('two topologies of one name are refused, and names that no script could use', () => {
  expect(() => new Graph([intake, intake], ones)).toThrow("Two topologies are called 'intake'");
  expect(() => topology('In Take', () => {})).toThrow(BuildError);
});

test('the graph names who produces a stream, task by task', () => {
  const graph = new Graph(shop, new Map([...ones, ['orders', 2]]));
  expect(graph.producers('orders-by-item')).toEqual(['intake/0', 'intake/1']);
  expect(graph.producers('orders')).toEqual([]);
  expect(graph.producers('dead-letters')).toEqual([]);
});
