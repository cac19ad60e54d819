import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/engine/clock.ts';
import { OrdersConnector } from '../../../src/recommender/orders/connector.ts';
import type { Caller } from '../../../src/recommender/api/auth/caller.ts';
import { recordOf, appendFromOutside } from '../../../src/stream/outside.ts';
import { modelVersions } from '../../../topologies/streams.ts';
import { versionWith } from '../../support/model-version.ts';
import { toldEvents } from '../../support/orders.ts';
import { now, shop } from './shop.ts';

const lines = [
  { itemId: 'heat', quantity: 2 },
  { itemId: 'ronin', quantity: 1 },
];
const order = { userId: 'ann', lines };
const key = (value: string) => ({ 'content-type': 'application/json', 'idempotency-key': value });

async function orderShop(options: Parameters<typeof shop>[0] = {}) {
  const made = await shop(options);
  const clock = { ...systemClock, now: () => options.clock?.now() ?? now };
  const { transport, documents } = made;
  await transport.createTopic('dead-letters', { partitions: 1 });
  const connect = () =>
    new OrdersConnector({
      documents,
      transport,
      clock,
      owner: 'test',
      pollEvery: 2,
      onWait: () => {},
      warn: () => {},
    }).runUntilCaughtUp(new AbortController().signal);
  return { ...made, connect };
}

/** A clock on which no time ever passes. */
async function untilAborted(_: number, signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

describe('an order', () => {
  test('is stored, and told by the ids that the answer names', async () => {
    const { postTo, connect, transport, documents } = await orderShop();
    const answer = await postTo('/v2/orders', order, key('o-1'));
    expect(answer.statusCode).toBe(202);
    const accepted = answer.json<{ events: { eventId: string }[]; document: { id: string } }>();
    expect(accepted).toMatchObject({
      orderId: 'o-1',
      userId: 'ann',
      status: 'placed',
      document: { collection: 'orders', partition: 'ann', id: 'o-1' },
      topic: 'ratings',
      learnt: false,
    });
    expect(await documents.get({ collection: 'orders', partition: 'ann', id: 'o-1' })).toMatchObject({
      body: { orderId: 'o-1', userId: 'ann', tenant: '', status: 'placed', placedAt: new Date(now).toISOString() },
    });
    await connect();
    const told = await toldEvents(transport);
    expect(told.map(({ eventId }) => eventId)).toEqual(accepted.events.map(({ eventId }) => eventId));
    expect(told).toMatchObject([{ itemId: 'heat', value: 2, time: now }, { itemId: 'ronin' }]);
  });

  test('sent again with its key is the same order; another one with it is refused', async () => {
    const { postTo, get } = await orderShop();
    const first = await postTo('/v2/orders', order, key('o-1'));
    const again = await postTo('/v2/orders', order, key('o-1'));
    expect(again.json()).toEqual(first.json());
    const other = await postTo('/v2/orders', { ...order, lines: lines.slice(1) }, key('o-1'));
    expect([other.statusCode, other.json<{ code: string }>().code]).toEqual([409, 'ORDER_CONFLICT']);
    expect((await get('/v2/users/ann/orders')).json<{ orders: unknown[] }>().orders).toHaveLength(1);
  });

  test('without a key has an id of its own', async () => {
    const { postTo } = await orderShop();
    expect((await postTo('/v2/orders', order)).json()).toMatchObject({ orderId: 'drawn-0' });
    const named = { ...order, orderId: 'mine' };
    expect((await postTo('/v2/orders', named)).json()).toMatchObject({ orderId: 'mine' });
    expect((await postTo('/v2/orders', named, key('any'))).json()).toMatchObject({ orderId: 'mine' });
  });

  test.each([
    ['an id with a slash', order, 'a/b', 422],
    ['an id of its own, and a key that is none', { ...order, orderId: 'mine' }, 'a/b', 400],
    ['no lines', { ...order, lines: [] }, 'k', 400],
    ['half of a thing', { ...order, lines: [{ itemId: 'heat', quantity: 0.5 }] }, 'k', 400],
    ['next year', { ...order, at: '2027-12-31T00:00:00Z' }, 'k', 422],
    ['a field that nobody knows', { ...order, price: 1 }, 'k', 400],
    ['a user of control characters', { ...order, userId: 'a\u0000b' }, 'k', 400],
  ])('of %s is refused', async (_, body, id, status) => {
    const { postTo, reported } = await orderShop();
    expect((await postTo('/v2/orders', body, key(id))).statusCode).toBe(status);
    expect(reported).toEqual([]);
  });

  test('waits until a version of the model has learnt it, woken by the log and by no clock', async () => {
    const { postTo, connect, transport } = await orderShop({ clock: { now: () => Date.now(), sleep: untilAborted } });
    await transport.createTopic('model-versions', { partitions: 1 });
    const asked = postTo('/v2/orders?wait=10000', order, key('o-1'));
    await untilStored(async () => (await postTo('/v2/orders', order, key('o-1'))).statusCode === 202);
    await connect();
    const ends = await Promise.all(
      [0, 1, 2, 3].map(async partition => ({
        stream: 'ratings',
        partition,
        end: (await transport.bounds({ topic: 'ratings', partition })).end,
      })),
    );
    const version = versionWith({ generation: 1, number: 5, learnt: ends });
    await appendFromOutside(transport, modelVersions.name, [recordOf(modelVersions, version)], now);
    expect((await asked).json()).toMatchObject({ learnt: true, modelVersion: '1.5', offset: expect.any(Number) });
    // Who asks once more is told the same, wherever the log ends by now.
    const again = await postTo('/v2/orders?wait=10000', order, key('o-1'));
    expect(again.json()).toEqual((await asked).json());
  });

  test('that nobody learns is answered when the wait is over', async () => {
    const { postTo } = await orderShop({ clock: { ...systemClock } });
    const answer = await postTo('/v2/orders?wait=30', order, key('o-1'));
    expect(answer.json()).toMatchObject({ learnt: false, offset: null });
  });
});

describe('what is taken back', () => {
  test('line by line, until nothing is left', async () => {
    const { postTo, get, connect, transport } = await orderShop();
    await postTo('/v2/orders', order, key('o-1'));
    await connect();
    const back = { lines: [{ itemId: 'heat', quantity: 1 }] };
    expect((await postTo('/v2/orders/ann/o-1/returns', back)).statusCode).toBe(202);
    expect((await postTo('/v2/orders/ann/o-1/returns', back)).statusCode).toBe(202);
    const more = await postTo('/v2/orders/ann/o-1/returns', back);
    expect([more.statusCode, more.json<{ code: string }>().code]).toEqual([422, 'INVALID_ORDER']);
    await connect();
    expect((await get('/v2/orders/ann/o-1')).json()).toMatchObject({
      lines: [
        { itemId: 'heat', quantity: 2, returned: 2, standing: 0 },
        { itemId: 'ronin', quantity: 1, returned: 0, standing: 1 },
      ],
    });
    expect((await toldEvents(transport)).at(-1)).toMatchObject({ itemId: 'heat', kind: 'return', value: 2 });
    expect((await get('/v2/orders/ann/o-1/progress')).json()).toMatchObject({ offset: 2, learnt: false });
  });

  test('as a whole, once', async () => {
    const { postTo, connect, transport } = await orderShop();
    await postTo('/v2/orders', order, key('o-1'));
    await connect();
    const first = await postTo('/v2/orders/ann/o-1/cancel', {});
    expect(first.json()).toMatchObject({ status: 'cancelled' });
    expect((await postTo('/v2/orders/ann/o-1/cancel', {})).json()).toEqual(first.json());
    await connect();
    const kinds = (await toldEvents(transport)).map(({ kind }) => kind);
    expect(kinds).toEqual(['order', 'order', 'return', 'return']);
  });

  test('of an order that is not there is refused', async () => {
    const { postTo, get } = await orderShop();
    for (const answer of [
      await postTo('/v2/orders/ann/none/cancel', {}),
      await postTo('/v2/orders/ann/none/returns', { lines }),
      await get('/v2/orders/ann/none'),
      await get('/v2/orders/ann/none/progress'),
    ])
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([404, 'UNKNOWN_ORDER']);
  });
});

test('a batch tells of each order by itself', async () => {
  const { postTo } = await orderShop();
  await postTo('/v2/orders', { ...order, userId: 'bob' }, key('taken'));
  const orders = [
    { ...order, orderId: 'good' },
    { userId: 'bob', orderId: 'taken', lines: lines.slice(1) },
    { ...order, orderId: 'late', at: '2027-12-31T00:00:00Z' },
  ];
  const { statusCode, json } = await postTo('/v2/orders/batch', { orders });
  expect(statusCode).toBe(202);
  expect(json()).toMatchObject({
    orders: [
      { orderId: 'good', status: 'placed' },
      { orderId: 'taken', code: 'ORDER_CONFLICT' },
      { code: 'INVALID_ORDER' },
    ],
  });
});

test('orders are listed page by page', async () => {
  const { postTo, get } = await orderShop();
  for (const id of ['c', 'a', 'b']) await postTo('/v2/orders', order, key(id));
  const first = (await get('/v2/users/ann/orders?n=2')).json<{ orders: { orderId: string }[]; next: string }>();
  expect(first.orders.map(({ orderId }) => orderId)).toEqual(['a', 'b']);
  const rest = await get(`/v2/users/ann/orders?n=2&after=${first.next}`);
  expect(rest.json()).toMatchObject({ orders: [{ orderId: 'c' }], next: null });
});

test('a shopper has to do with their own orders alone, and a tenant with its own', async () => {
  let caller: Caller = { role: 'shopper', tenant: 'north', userId: 'ann' };
  const gate = { identify: async () => ({ caller, credential: 'shown' }) };
  const { postTo, get } = await orderShop({ access: { gate } });
  expect((await postTo('/v2/orders', order, key('o-1'))).json()).toMatchObject({
    document: { partition: 'north\u001fann' },
  });
  const others = [
    () => postTo('/v2/orders', { ...order, userId: 'bob' }, key('o-2')),
    () => postTo('/v2/orders/batch', { orders: [{ ...order, userId: 'bob', orderId: 'o-3' }] }),
    () => get('/v2/users/bob/orders'),
    () => get('/v2/orders/bob/o-1'),
    () => get('/v2/orders/bob/o-1/progress'),
    () => postTo('/v2/orders/bob/o-1/cancel', {}),
    () => postTo('/v2/orders/bob/o-1/returns', { lines }),
  ];
  for (const ask of others) expect((await ask()).statusCode).toBe(403);
  caller = { role: 'service', tenant: 'south' };
  expect((await get('/v2/orders/ann/o-1')).statusCode).toBe(404);
  caller = { role: 'service', tenant: 'north' };
  expect((await get('/v2/orders/ann/o-1')).statusCode).toBe(200);
});

async function untilStored(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.turn();
}
