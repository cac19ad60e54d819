import { expect, test } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { appendFromOutside, recordOfBytes } from '../../src/stream/outside.ts';
import { routedRegistry } from '../../src/stream/routed-registry.ts';
import { headerBytes } from '../../src/stream/schema.ts';
import { schema, stream } from '../../src/index.ts';
import { intake, order, orders, ordersByItem } from '../support/shop.ts';
import { World } from '../support/world.ts';

/** Orders as a later release writes them: one field more. */
const later = stream('orders', {
  ...orders,
  schema: schema<ReturnType<typeof order> & { readonly note: string }>({
    type: 'record',
    name: 'Order',
    fields: [
      { name: 'id', type: 'int' },
      { name: 'customer', type: 'string' },
      { name: 'note', type: 'string' },
      { name: 'item', type: 'string' },
      { name: 'amount', type: 'double' },
      { name: 'at', type: 'double' },
    ],
  }),
});

test('a schema that the process has not met is fetched from the registry, and its records are read', async () => {
  const world = await World.of([intake]);
  await world.registry.register(later.schema.definition);
  await world.send(orders, order(0));
  await world.send(later, { ...order(1), note: 'new' }, { ...order(2), note: 'new' });
  await (await world.open('intake')).step();
  expect(await world.output(ordersByItem)).toEqual([order(0), order(1), order(2)]);
});

test('the registry is asked once for each schema, not once for each record', async () => {
  const world = await World.of([intake]);
  await world.registry.register(later.schema.definition);
  let asked = 0;
  const registry = {
    ...world.registry,
    find: (fingerprint: string) => {
      asked++;
      return world.registry.find(fingerprint);
    },
  };
  await world.send(later, { ...order(1), note: 'new' }, { ...order(2), note: 'new' });
  await (await world.open('intake', 0, { registry })).step();
  expect(asked).toBe(1);
});

test('records whose schema is not registered become dead letters', async () => {
  const world = await World.of([intake]);
  await world.send(later, { ...order(1), note: 'new' }, { ...order(2), note: 'new' });
  await world.send(orders, order(3));
  await (await world.open('intake')).step();
  const reason = `no schema with the fingerprint ${later.schema.fingerprint} is registered`;
  expect(await world.output(deadLetters)).toMatchObject([
    { offset: 0, reason },
    { offset: 1, reason },
  ]);
  expect(await world.output(ordersByItem)).toEqual([order(3)]);
});

test('records that name the id of a registry are read by it, and are dead letters where it knows none', async () => {
  const world = await World.of([intake]);
  await world.send(orders, order(0));
  const body = Buffer.alloc(200);
  const value = body.subarray(headerBytes, orders.schema.encode(order(1), body, 0));
  const named = [7, 8].map(id => recordOfBytes('k', Buffer.concat([Buffer.from([0, 0, 0, 0, id]), value])));
  await appendFromOutside(world.transport, 'orders', named, 0);
  const registry = routedRegistry(world.registry, {
    confluent: { find: async id => (id === 7 ? orders.schema.definition : undefined) },
  });
  await (await world.open('intake', 0, { registry })).step();
  expect(await world.output(ordersByItem)).toEqual([order(0), order(1)]);
  const reason = 'no schema with the id 8 of a Confluent registry is registered';
  expect(await world.output(deadLetters)).toMatchObject([{ offset: 2, reason }]);
});

test('what was skipped for want of a schema stays skipped for a worker that knows it', async () => {
  const world = await World.of([intake]);
  await world.send(later, { ...order(1), note: 'new' });
  await (await world.open('intake')).step();
  await world.registry.register(later.schema.definition);
  await world.open('intake', 0, { store: World.emptyStore() });
  expect(await world.output(deadLetters)).toHaveLength(1);
  expect(await world.output(ordersByItem)).toEqual([]);
});

test('a registry that does not answer is waited for: nothing is skipped', async () => {
  const world = await World.of([intake]);
  await world.registry.register(later.schema.definition);
  let failures = 3;
  const registry = {
    ...world.registry,
    find: async (fingerprint: string) => {
      if (failures-- > 0) throw new Unavailable('The registry is away', 'Wait');
      return world.registry.find(fingerprint);
    },
  };
  await world.send(later, { ...order(1), note: 'new' });
  await (await world.open('intake', 0, { registry })).step();
  expect(await world.output(ordersByItem)).toEqual([order(1)]);
  expect(await world.output(deadLetters)).toEqual([]);
  expect(world.clock.time).toBe(50 + 100 + 200);
});
