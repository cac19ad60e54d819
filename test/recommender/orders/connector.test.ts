import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Documents } from '../../../src/documents/port.ts';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { systemClock } from '../../../src/engine/clock.ts';
import { newestLetters, redrive } from '../../../src/cli/dead-letters.ts';
import { Unavailable } from '../../../src/errors.ts';
import { OrdersConnector, type ConnectorOptions } from '../../../src/recommender/orders/connector.ts';
import { allowedTenants } from '../../../src/recommender/domain/allowed-tenants.ts';
import { orderPartition } from '../../../src/recommender/orders/order.ts';
import { memoryRegistry } from '../../../src/stream/registry.ts';
import { deadLetters } from '../../../src/stream/dead-letter.ts';
import { ordersLag } from '../../../src/recommender/orders/lag.ts';
import { ordersLeases } from '../../../src/recommender/orders/ranges.ts';
import { openEmbeddedLog } from '../../../src/transport/embedded/open.ts';
import type { Append, Transport } from '../../../src/transport/port.ts';
import { putOrder, toldEvents } from '../../support/orders.ts';

const deadline_ms = 60_000;
let documents: Documents;
let transport: Transport;
let waits: string[];

beforeEach(async () => {
  waits = [];
  documents = openSqliteDocuments({ path: ':memory:', clock: () => Date.now() });
  transport = openEmbeddedLog({ path: ':memory:', clock: () => Date.now() });
  for (const topic of ['ratings', 'dead-letters']) await transport.createTopic(topic, { partitions: 2 });
});
afterEach(async () => {
  await documents.close();
  await transport.close();
});

/** The log as the connector needs it. */
const appended = {
  partitions: (topic: string) => transport.partitions(topic),
  append: (appends: readonly Append[]) => transport.append(appends),
};

const connector = (owner: string, more: Partial<ConnectorOptions> = {}): OrdersConnector =>
  new OrdersConnector({
    documents,
    transport,
    clock: systemClock,
    owner,
    pollEvery: 2,
    leaseFor: 300,
    onWait: what => waits.push(what),
    warn: () => {},
    ...more,
  });

/** Runs it until the returned function is called, which resolves once it has ended. */
function running(one: OrdersConnector): () => Promise<void> {
  const stop = new AbortController();
  const ended = one.run(stop.signal);
  return () => {
    stop.abort();
    return ended;
  };
}

async function orders(from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) {
    const at = Date.now();
    const lines = [{ itemId: `i${n}`, quantity: 1 }];
    await putOrder(documents, {
      orderId: `o${n}`,
      userId: `u${n}`,
      lines,
      status: 'placed',
      placedAt: at,
      updatedAt: at,
    });
  }
}

async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = AbortSignal.timeout(deadline_ms);
  while (!(await holds())) {
    if (end.aborted) throw new Error(`${what}: not within ${deadline_ms} ms`);
    await systemClock.sleep(5, end);
  }
}

const owners = async (): Promise<(string | null)[]> =>
  (await ordersLeases({ documents, clock: systemClock, owner: 'test', duration: 0 }).all()).map(({ owner }) => owner);

test('orders that come are told while it runs', async () => {
  const one = connector('one');
  const stop = running(one);
  await orders(0, 20);
  await until('all are told', async () => (await toldEvents(transport)).length === 20);
  expect(one.figures).toMatchObject({ orders: 20, events: 20, letters: 0 });
  await stop();
});

test('an order wakes it where its documents tell of writes, however seldom it looks', async () => {
  const hour_ms = 3_600_000;
  const stop = running(connector('one', { pollEvery: hour_ms, leaseFor: hour_ms }));
  for (const n of [0, 1, 2]) {
    await orders(n, n + 1);
    await until(`order ${n} is told`, async () => (await toldEvents(transport)).length === n + 1);
  }
  expect(waits).toEqual([]);
  await stop();
});

test('documents that cannot tell are looked at, and it is said once for each range', async () => {
  const warned: string[] = [];
  const grown = async () => Promise.reject(new Unavailable('No file can be watched', 'Raise the limit'));
  const stop = running(connector('one', { documents: { ...documents, grown }, warn: text => warned.push(text) }));
  await orders(0, 20);
  await until('all are told', async () => (await toldEvents(transport)).length === 20);
  await until('all ranges say it', () => warned.length === 4);
  await stop();
  expect(new Set(warned)).toEqual(
    new Set(['orders: they are looked for each 2 ms: No file can be watched. Raise the limit']),
  );
});

test('until it has caught up it tells all there is, and ends', async () => {
  await orders(0, 250);
  await connector('one').runUntilCaughtUp(new AbortController().signal);
  expect(await toldEvents(transport)).toHaveLength(250);
  expect(await owners()).toEqual([null, null, null, null]);
});

test('two processes share the ranges, and one takes over what the other gives back', async () => {
  const [one, two] = [connector('one'), connector('two')];
  const stops = [running(one), running(two)];
  await until('each has two', () => one.figures.ranges.length === 2 && two.figures.ranges.length === 2);
  await orders(0, 40);
  await until('all are told', async () => (await toldEvents(transport)).length === 40);
  expect(one.figures.orders + two.figures.orders).toBe(40);
  await stops[0]?.();
  await until('the other has all', () => two.figures.ranges.length === 4);
  await orders(40, 60);
  await until('all are told', async () => (await toldEvents(transport)).length === 60);
  await stops[1]?.();
});

test('what a process held that is gone without a word is taken when its leases expire', async () => {
  const gone = ordersLeases({ documents, clock: systemClock, owner: 'gone', duration: 200 });
  for (const range of await documents.feedRanges('orders')) await gone.take(range, undefined);
  await orders(0, 20);
  const stop = running(connector('one'));
  await until('all are told', async () => (await toldEvents(transport)).length === 20);
  expect(await owners()).not.toContain('gone');
  await stop();
});

test('ports that are away are waited for, before and after what they were asked to do', async () => {
  let calls = 0;
  const shaky =
    <A extends unknown[], R>(work: (...asked: A) => Promise<R>) =>
    async (...asked: A): Promise<R> => {
      calls++;
      if (calls % 5 === 0) throw new Unavailable('It is away', 'Wait');
      const answer = await work(...asked);
      if (calls % 7 === 0) throw new Unavailable('Its answer was lost', 'Wait');
      return answer;
    };
  const away: Documents = {
    ...documents,
    get: shaky(key => documents.get(key)),
    put: shaky((key, body, condition) => documents.put(key, body, condition)),
    changes: shaky((collection, from, limit, range) => documents.changes(collection, from, limit, range)),
  };
  const log = {
    partitions: appended.partitions,
    append: shaky((appends: readonly Append[]) => transport.append(appends)),
  };
  await orders(0, 60);
  const clock = { ...systemClock, sleep: (_: number, signal: AbortSignal) => systemClock.sleep(2, signal) };
  const one = connector('one', { documents: away, transport: log, clock, leaseFor: 60_000 });
  await one.runUntilCaughtUp(new AbortController().signal);
  expect(await toldEvents(transport)).toHaveLength(60);
  expect(waits.length).toBeGreaterThan(0);
});

test('what is wrong with a port for good stops it, and is told', async () => {
  await orders(0, 1);
  const broken = { ...appended, append: async () => Promise.reject(new TypeError('broken')) };
  await expect(connector('one', { transport: broken }).run(new AbortController().signal)).rejects.toThrow('broken');
});

test('the lag is told in orders and in time, range by range, and changes nothing', async () => {
  const clock = { now: () => 10_000_000_000_000 };
  const at = clock.now() - 5_000;
  const order = { userId: 'ann', lines: [], status: 'placed', placedAt: at };
  await putOrder(documents, { ...order, orderId: 'o1', updatedAt: at });
  await putOrder(documents, { ...order, orderId: 'o2', updatedAt: at + 1_000 });
  const lags = await ordersLag({ documents, clock });
  expect(lags).toHaveLength(4);
  expect(lags.filter(({ behind }) => behind > 0)).toMatchObject([
    { owner: null, behind: 2, isMore: false, behindMs: 5_000 },
  ]);
  expect(await owners()).toEqual([]);
  await connector('one').runUntilCaughtUp(new AbortController().signal);
  expect((await ordersLag({ documents, clock })).map(({ behind, behindMs }) => behind + (behindMs ?? NaN))).toEqual([
    0, 0, 0, 0,
  ]);
});

test('where the tenants are named, an order of another becomes a letter, and is told once it is named and redriven', async () => {
  const registry = memoryRegistry();
  await registry.register(deadLetters.schema.definition);
  for (const tenant of ['', 'north', 'west']) {
    const order = {
      orderId: 'o',
      userId: 'ann',
      tenant,
      lines: [{ itemId: `of ${tenant}`, quantity: 1 }],
      placedAt: 0,
    };
    const key = { collection: 'orders', partition: orderPartition(tenant, 'ann'), id: 'o' };
    await documents.put(key, { ...order, placedAt: Date.now() }, 'always');
  }
  const told = async () => (await toldEvents(transport)).map(({ itemId }) => itemId).sort();
  const stop = new AbortController().signal;
  await connector('first', { tenants: allowedTenants(['north']) }).runUntilCaughtUp(stop);
  expect(await told()).toEqual(['of ', 'of north']);
  const ports = { transport, documents, registry, clock: systemClock };
  const { newest } = await newestLetters(ports, 10);
  expect(newest.map(({ reason }) => reason)).toEqual([
    "TENANT_NOT_ALLOWED: tenant 'west' is none of tenants.allowed: name it there, and redrive",
  ]);
  expect(await redrive(ports, 'orders')).toMatchObject({ redriven: 1 });
  await connector('second', { tenants: allowedTenants(['north', 'west']) }).runUntilCaughtUp(stop);
  expect(await told()).toEqual(['of ', 'of north', 'of west']);
});
