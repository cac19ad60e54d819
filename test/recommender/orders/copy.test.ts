/** Orders that move to other documents: a connector there goes on as the one before would have. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Documents } from '../../../src/documents/port.ts';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { systemClock } from '../../../src/engine/clock.ts';
import { Unavailable } from '../../../src/errors.ts';
import { endOfErasure } from '../../../src/recommender/orders/carried-out.ts';
import { OrdersConnector } from '../../../src/recommender/orders/connector.ts';
import { copyOrders, OrderDiffers, OrdersUntold } from '../../../src/recommender/orders/copy.ts';
import { LogBehind } from '../../../src/recommender/orders/log-behind.ts';
import { copyPartition } from '../../../src/stream/copied-partition.ts';
import { memoryRegistry } from '../../../src/stream/registry.ts';
import { openEmbeddedLog } from '../../../src/transport/embedded/open.ts';
import type { Transport } from '../../../src/transport/port.ts';
import { consumed } from '../../support/consumer.ts';
import { putOrder, toldEvents, type WrittenOrder } from '../../support/orders.ts';
import { ratings } from '../../../topologies/streams.ts';

const start = Date.UTC(2026, 0, 1);
const never = new AbortController().signal;
let former: Documents;
let next: Documents;
let transport: Transport;

beforeEach(async () => {
  former = openSqliteDocuments({ path: ':memory:', clock: () => Date.now() });
  next = openSqliteDocuments({ path: ':memory:', clock: () => Date.now() });
  transport = openEmbeddedLog({ path: ':memory:', clock: () => Date.now() });
  for (const topic of ['ratings', 'dead-letters']) await transport.createTopic(topic, { partitions: 2 });
});
afterEach(async () => {
  for (const port of [former, next, transport]) await port.close();
});

const told = (documents: Documents): Promise<void> =>
  new OrdersConnector({
    documents,
    transport,
    clock: systemClock,
    owner: 'one',
    pollEvery: 2,
    leaseFor: 300,
    onWait: () => {},
    warn: () => {},
  }).runUntilCaughtUp(never);

const order = (n: number, line: Partial<WrittenOrder['lines'][number]> = {}, updatedAt = start + n): WrittenOrder => ({
  orderId: `o${n}`,
  userId: `u${n % 17}`,
  lines: [{ itemId: `i${n}`, quantity: 2, ...line }],
  status: 'placed',
  placedAt: start + n,
  updatedAt,
});

const copy = (to: Pick<Documents, 'get' | 'put' | 'list'> = next, signal = never, log = transport) =>
  copyOrders({
    from: { documents: former, transport, clock: systemClock },
    to: { documents: to, transport: log },
    signal,
  });

/** A shop whose orders are told, some of them changed since and told again. */
async function shop(count = 230): Promise<void> {
  for (let n = 0; n < count; n++) await putOrder(former, order(n));
  await told(former);
  for (let n = 0; n < count; n += 3) await putOrder(former, order(n, { returned: 2 }, start + 5_000 + n));
  await told(former);
}

/** False, if it is what the documents throw. */
function isAway(error: unknown): false {
  if (error instanceof Unavailable) return false;
  throw error;
}

test('nothing is told twice, and what changes there is told as the next revision', async () => {
  await shop();
  const before = await consumed(transport, ratings);
  expect(before).toHaveLength(230 + 77);
  expect(await copy()).toEqual({ orders: 230, told: 230, erasures: 0, before: 0 });
  await told(next);
  expect(await consumed(transport, ratings)).toEqual(before);
  await putOrder(next, order(1, { returned: 2 }, start + 9_000));
  await putOrder(next, order(230));
  await told(next);
  const added = (await toldEvents(transport)).filter(({ eventId }) => !before.some(one => one.eventId === eventId));
  expect(added.map(({ userId, kind, time }) => ({ userId, kind, time }))).toEqual(
    expect.arrayContaining([
      { userId: 'u1', kind: 'return', time: start + 9_000 },
      { userId: 'u9', kind: 'order', time: start + 230 },
    ]),
  );
  expect(added).toHaveLength(2);
});

test('it can be done again, and stopped or killed at any document; what was told is there before its order', async () => {
  await shop(60);
  for (let after = 0, isDone = false; !isDone; after += 23) {
    let puts = 0;
    const put: Documents['put'] = (key, body, condition) => {
      if (++puts > after) throw new Unavailable('away', 'Wait');
      return next.put(key, body, condition);
    };
    isDone = await copy({ get: key => next.get(key), list: request => next.list(request), put }).then(
      () => true,
      isAway,
    );
    for (const { partition, id } of await next.list({ collection: 'orders', limit: 1_000 }))
      expect(await next.get({ collection: 'toldOrders', partition, id })).toBeDefined();
  }
  expect(await copy()).toEqual({ orders: 60, told: 60, erasures: 0, before: 120 });
  const stop = new AbortController();
  stop.abort();
  expect(await copy(next, stop.signal)).toEqual({ orders: 0, told: 0, erasures: 0, before: 0 });
});

test('orders of which the log knows nothing yet are told first', async () => {
  await shop(3);
  await putOrder(former, order(3));
  await expect(copy()).rejects.toThrow(OrdersUntold);
  expect(await next.list({ collection: 'toldOrders', limit: 1 })).toEqual([]);
  await told(former);
  expect(await copy()).toMatchObject({ orders: 4 });
});

test('a log that lacks what was told since it was copied is brought up to it first', async () => {
  await shop(30);
  const registry = memoryRegistry([ratings.schema.definition]);
  const log = openEmbeddedLog({ path: ':memory:', clock: () => Date.now() });
  await expect(copy(next, never, log)).rejects.toThrow(/ratings\/0 has 0 records where the orders are copied to/);
  await log.createTopic('ratings', { partitions: 2 });
  const topicCopy = async () => {
    for (const partition of [0, 1])
      await copyPartition(
        { transport, registry },
        { transport: log, registry },
        { topic: 'ratings', partition },
        { signal: never },
      );
  };
  await topicCopy();
  await putOrder(former, order(30));
  await told(former);
  await expect(copy(next, never, log)).rejects.toThrow(LogBehind);
  expect(await next.list({ collection: 'toldOrders', limit: 1 })).toEqual([]);
  await topicCopy();
  expect(await copy(next, never, log)).toMatchObject({ orders: 31, told: 31 });
  expect(await consumed(log, ratings)).toEqual(await consumed(transport, ratings));
  await log.close();
});

test('what was erased or returned after a copy is named, and copied once its place is empty', async () => {
  await shop(6);
  await former.put({ collection: 'leases', partition: 'erasures', id: '1' }, { newest: [] }, 'absent');
  await copy();
  const removal = {
    partition: 'u1',
    id: 'o1',
    task: 'orders',
    version: { lineage: 0, epoch: 99, seq: 0 },
    body: null,
  };
  await former.write(['orders', 'toldOrders'].map(collection => ({ ...removal, collection })));
  await former.put(
    { collection: 'leases', partition: 'erasures', id: '1' },
    { newest: [{ offset: 1, end: 2 }] },
    'always',
  );
  const refused = copy();
  await expect(refused).rejects.toThrow(/2 documents .* orders\/u1\/o1, toldOrders\/u1\/o1\. .* empty its collections/);
  await expect(refused).rejects.toThrow(OrderDiffers);
  await next.close();
  next = openSqliteDocuments({ path: ':memory:', clock: () => Date.now() });
  expect(await copy()).toMatchObject({ orders: 5, told: 5, before: 0 });
  await putOrder(former, order(2, { returned: 2 }, start + 9_000));
  await told(former);
  await expect(copy()).rejects.toThrow(
    /Orders\/u2\/o2 is there already.* empty its collections orders, toldOrders and leases/,
  );
});

test('an order that is there already is left alone and named', async () => {
  await shop(3);
  await putOrder(next, order(1, { quantity: 7 }));
  await expect(copy()).rejects.toThrow(/orders\/u1\/o1 is there already, and is not what would be copied there/);
  await expect(copy()).rejects.toThrow(OrderDiffers);
  expect((await next.get({ collection: 'orders', partition: 'u1', id: 'o1' }))?.body).toMatchObject({
    lines: [{ quantity: 7 }],
  });
});

test('where erasures came to their end is known there', async () => {
  await shop(1);
  const body = { newest: [{ offset: 4, end: 19 }] };
  await former.put({ collection: 'leases', partition: 'erasures', id: '1' }, body, 'absent');
  expect(await copy()).toMatchObject({ erasures: 1 });
  expect(await endOfErasure(next, { partition: 1, offset: 4 })).toBe(19);
});
