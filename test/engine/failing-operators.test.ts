import { describe, expect, test } from 'vitest';
import { map } from 'rxjs';
import { schema, stream, topology } from '../../src/index.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import {
  type Order,
  intake,
  order,
  orders,
  ordersByItem,
  poisonAmount,
  poisonItem,
  sales,
  tally,
} from '../support/shop.ts';
import { World } from '../support/world.ts';

const bytesOf = (value: Parameters<typeof order>): Buffer => {
  const buffer = Buffer.alloc(1_000);
  return buffer.subarray(0, orders.schema.encode(order(...value), buffer, 0));
};

describe('a record that an operator throws on', () => {
  test('becomes a dead letter with its place, its reason and its original bytes', async () => {
    const world = await World.of([intake]);
    await world.send(orders, order(0), order(1, { item: poisonItem }), order(2));
    const run = await world.open('intake');
    await run.step();
    expect(await world.output(deadLetters)).toEqual([
      {
        topic: 'orders',
        partition: 0,
        offset: 1,
        reason: 'poison',
        bytes: bytesOf([1, { item: poisonItem }]),
        key: 'ann',
        task: 'intake/0',
        time: 0,
      },
    ]);
  });

  test('costs no other record: the rest of its epoch is processed exactly once', async () => {
    const world = await World.of([intake]);
    await world.send(orders, order(0), order(1, { item: poisonItem }), order(2));
    const run = await world.open('intake');
    expect(await run.step()).toBe(true);
    expect(await run.step()).toBe(false);
    expect((await world.output(ordersByItem)).map(({ id }) => id)).toEqual([0, 2]);
  });

  test('leaves no trace in the state, though the state had changed already', async () => {
    const world = await World.of([tally]);
    await world.send(ordersByItem, order(0), order(1), order(2, { amount: poisonAmount }), order(3));
    await (await world.open('tally')).step();
    expect(await world.output(sales)).toMatchObject([
      { count: 1, amount: 1, order: 0 },
      { count: 2, amount: 2, order: 1 },
      { count: 3, amount: 3, order: 3 },
    ]);
    expect(await world.output(deadLetters)).toMatchObject([{ offset: 2, reason: 'an amount that is not whole' }]);
  });

  test('does not undo what earlier epochs have counted', async () => {
    const world = await World.of([tally]);
    await world.send(ordersByItem, order(0), order(1));
    const run = await world.open('tally');
    await run.step();
    await world.send(ordersByItem, order(2, { amount: poisonAmount }), order(3), order(4, { item: 'cake' }));
    await run.step();
    expect(await world.output(sales)).toMatchObject([
      { item: 'tea', count: 1 },
      { item: 'tea', count: 2 },
      { item: 'tea', count: 3 },
      { item: 'cake', count: 1 },
    ]);
  });

  test('is skipped again when the epoch is executed by another worker, without asking the operator', async () => {
    const world = await World.of([tally]);
    await world.send(ordersByItem, order(0), order(1, { amount: poisonAmount }), order(2));
    await (await world.open('tally')).step();
    await world.open('tally', 0, { store: World.emptyStore() });
    expect((await world.output(sales)).map(({ count }) => count)).toEqual([1, 2]);
    expect(await world.output(deadLetters)).toHaveLength(1);
  });

  test('may be one of very many in one epoch', async () => {
    const world = await World.of([tally]);
    const bad = (id: number): boolean => id % 3 === 0;
    const ids = Array.from({ length: 300 }, (_, id) => id);
    await world.send(ordersByItem, ...ids.map(id => order(id, bad(id) ? { amount: poisonAmount } : {})));
    const run = await world.open('tally');
    expect(await run.step()).toBe(true);
    expect(await run.step()).toBe(false);
    expect((await world.output(sales)).map(sale => sale.order)).toEqual(ids.filter(id => !bad(id)));
    expect((await world.output(deadLetters)).map(({ offset }) => offset)).toEqual(ids.filter(bad));
  });

  test('may fail with something that is no error, and with words that are no text', async () => {
    const rude = topology('rude', task => {
      task
        .read(orders)
        .pipe(
          map((value: Order) => {
            // eslint-disable-next-line typescript/only-throw-error -- what a library may do
            if (value.id === 0) throw 'a word';
            if (value.id === 1) throw new Error('half a \ud83d');
            if (value.id === 2) throw new Error(`${'x'.repeat(999)}🙂`);
            return value;
          }),
        )
        .subscribe(task.write(ordersByItem));
    });
    const world = await World.of([rude]);
    await world.send(orders, order(0), order(1), order(2), order(3));
    await (await world.open('rude')).step();
    const letters = await world.output(deadLetters);
    expect(letters.map(({ offset }) => offset)).toEqual([0, 1, 2]);
    expect(letters.map(({ reason }) => reason.slice(0, 6))).toEqual(['a word', 'half a', 'xxxxxx']);
    expect(await world.output(ordersByItem)).toHaveLength(1);
  });
});

describe('a value that a sink cannot take', () => {
  const fussy = stream('fussy', {
    schema: schema<{ id: number }>({ type: 'record', name: 'Fussy', fields: [{ name: 'id', type: 'int' }] }),
    key: ({ id }) => {
      if (id === 1) throw new Error('no key for one');
      return String(id);
    },
    time: ({ id }) => id,
  });

  const fuss = topology('fuss', task => {
    task
      .read(orders)
      .pipe(map(({ id }) => ({ id: id === 2 ? 0.25 : id })))
      .subscribe(task.write(fussy));
  });

  test('makes a dead letter of its record, whether its key or its encoding fails', async () => {
    const world = await World.of([fuss]);
    await world.send(orders, order(0), order(1), order(2), order(3));
    await (await world.open('fuss')).step();
    expect(await world.output(fussy)).toEqual([{ id: 0 }, { id: 3 }]);
    const letters = await world.output(deadLetters);
    expect(letters.map(({ offset }) => offset)).toEqual([1, 2]);
    expect(letters.map(({ reason }) => reason)).toEqual(['no key for one', expect.stringContaining('Fussy.id')]);
  });

  const nameless = topology('nameless', task => {
    task.read(orders).subscribe(
      task.replace('names', {
        id: ({ id, customer }) => (id === 1 ? '\ud83d' : customer),
        body: ({ id }) => {
          if (id === 2) throw new Error('no body for two');
          return { id };
        },
      }),
    );
  });

  test('is found out before anything is emitted where it is a document', async () => {
    const world = await World.of([nameless]);
    await world.send(orders, order(0), order(1), order(2));
    await (await world.open('nameless')).step();
    expect((await world.output(deadLetters)).map(({ offset }) => offset)).toEqual([1, 2]);
    const stored = await world.documents.list({ collection: 'names', limit: 10 });
    expect(stored.map(({ body }) => body)).toEqual([{ id: 0 }]);
  });

  const halfKeys = topology('half-keys', task => {
    const counts = task.keyed('counts', {
      by: ({ id, customer }: { id: number; customer: string }) => (id === 1 ? '\ud83d' : customer),
      initial: () => 0,
      next: (count: number) => [count + 1, []],
    });
    task.read(orders).pipe(counts).subscribe(task.write(ordersByItem));
  });

  test('is found out before anything is emitted where it is a key of state', async () => {
    const world = await World.of([halfKeys]);
    await world.send(orders, order(0), order(1), order(2));
    const run = await world.open('half-keys');
    await run.step();
    expect((await world.output(deadLetters)).map(({ offset }) => offset)).toEqual([1]);
    expect(world.store.get('half-keys/0', 'counts', 'ann')).toBe('2');
  });
});
