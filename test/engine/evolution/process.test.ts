/** A general step under another name: what lies on its disk, lists and maps, and the timers that it has set. */
import { expect, test } from 'vitest';
import { type Evolution, json, listState, mapState, topology, valueState } from '../../../src/index.ts';
import { testTopology } from '../../../src/testing.ts';
import { type Order, order, orders, sales, type Sales } from '../../support/shop.ts';

const release = (name: string, evolution: Evolution = {}, memory?: { entries: number }) =>
  topology(
    'shop',
    task =>
      task
        .read(orders)
        .pipe(
          task.process(name, {
            by: ({ item }: Order) => item,
            state: {
              n: valueState(json<number>()),
              ids: listState(json<number>(), { atMost: 10 }),
              by: mapState(json<number>()),
            },
            ...(memory === undefined ? {} : { memory }),
            on: ({ id, customer }, { time, state, timers }) => {
              state.n.set((state.n.get() ?? 0) + 1);
              state.ids.add(id);
              state.by.set(customer, (state.by.get(customer) ?? 0) + 1);
              timers.at(time + 60_000);
            },
            onTimer: (_, { key, time, state }): Sales[] => [
              {
                item: `${key} ${[...state.ids.values()].join(',')} ${state.by.get('ann') ?? 0}`,
                count: state.n.get() ?? 0,
                amount: 0,
                order: 0,
                at: time,
              },
            ],
          }),
        )
        .subscribe(task.write(sales)),
    evolution,
  );

test.for([
  [1, undefined],
  [2, { entries: 1 }],
  [3, { entries: 0 }],
  [4, { entries: 1 }],
] as const)('goes on exactly, on whatever disk (seed %i, memory %o)', async ([seed, memory]) => {
  await using run = await testTopology(release('old', {}, memory), { seed });
  const items = Array.from({ length: 12 }, (_, n) => `item ${n}`);
  for (const [id, item] of items.entries()) await run.send(orders, order(id, { item, at: 1_000 + id }));
  await run.crash();
  await run.deploy(release('new', { renamed: { old: 'new' } }, memory));
  await run.crash();
  await run.send(orders, ...items.map((item, n) => order(100 + n, { item, customer: 'bob', at: 2_000 + n })));
  await run.crash();
  await run.advanceTo('01:00');
  const told = items.map((item, n) => run.output(sales).values.findLast(sale => sale.item.startsWith(`${item} ${n},`)));
  expect(told.map(sale => [sale?.item, sale?.count])).toEqual(items.map((item, n) => [`${item} ${n},${100 + n} 1`, 2]));
  expect(run.output(sales).values).toHaveLength(items.length); // the second value of a key has set the timer anew;
});
