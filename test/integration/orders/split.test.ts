/**
 * Cosmos DB splits the partitions of its containers under load: two workers that share the feed of orders, and the API
 * that follows lists and vectors, go on with the ranges there are now; nothing is missed, and nothing is told twice.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { containers } from '../../../src/documents/cosmos/containers.ts';
import { ordersLag } from '../../../src/recommender/orders/lag.ts';
import { ordersLeases } from '../../../src/recommender/orders/ranges.ts';
import { makeContainers } from '../../support/cosmos/place.ts';
import { startFixtureProcess } from '../../support/cosmos/process.ts';
import { orderly } from '../../support/kill-child.ts';
import { LiveProcess } from '../../support/loop/live-process.ts';
import { openLoop } from '../../support/loop/place.ts';
import { makeTopics, run } from '../../support/loop/run.ts';
import { type PlacedOrder, Shoppers } from '../../support/loop/shoppers.ts';
import { vectorsAndLists } from '../../support/loop/told-by-log.ts';
import { WatchedList } from '../../support/loop/watched-list.ts';
import { isOfOrder, toldEvents } from '../../support/orders.ts';

const ranges = 2;
const seed = 23;
/** Between two splits. */
const load_ms = 2_000;

async function shop() {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-split-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const fixture = await startFixtureProcess({ ranges });
  onTestFinished(() => fixture[Symbol.asyncDispose]());
  await makeContainers(
    fixture,
    containers.map(({ name }) => name),
  );
  const { endpoint, key } = fixture;
  // Nobody is killed here: who has a lease keeps it, however slow the machine is.
  const place = { data: join(folder, 'loop'), cosmos: { endpoint, key }, leaseFor: 60_000 };
  mkdirSync(place.data);
  await makeTopics(place);
  const begin = (part: ConstructorParameters<typeof LiveProcess>[0]): LiveProcess => {
    const process = new LiveProcess(part, place);
    onTestFinished(() => process.kill());
    return process;
  };
  return { fixture, place, begin, ports: await openLoop(place) };
}

test('ranges of the feed of orders are split under load, twice, and two workers tell every line once', async () => {
  const { fixture, place, begin, ports } = await shop();
  onTestFinished(() => ports[Symbol.asyncDispose]());
  const leases = ordersLeases({ ...ports, owner: 'test', duration: 0 });
  const held = async () => {
    const open = (await leases.all()).filter(({ state }) => !state.isSplit);
    return Object.values(Object.groupBy(open, ({ owner }) => String(owner))).map(each => each?.length);
  };
  const workers = [begin('live'), begin('orders')];
  const api = begin('api');
  const shoppers = new Shoppers(await api.says('listening '), seed, 0);
  await expect.poll(held).toEqual([1, 1]);
  const closing = new AbortController();
  const shopping = shoppers.shop(closing.signal);
  for (const each of [2, 4]) {
    await Promise.race([pause(load_ms), shopping]);
    await fixture.split('orders');
    await expect.poll(held).toEqual([each, each]);
  }
  await Promise.race([pause(load_ms), shopping]);
  closing.abort();
  await shopping;
  const behind = async () => (await ordersLag(ports)).map(({ behind: orders, isMore }) => [orders, isMore]);
  await expect.poll(behind).toEqual(Array.from({ length: 4 * ranges }, () => [0, false]));
  for (const process of [...workers, api]) expect(await process.stop()).toEqual(orderly);
  expect((await leases.all()).filter(({ state }) => state.isSplit)).toHaveLength(ranges + 2 * ranges);

  // Split once more while nobody reads: the lag says that there is more than it can count.
  const more = Array.from({ length: 5 }, (_, n) => orderOf(`late${n}`));
  const [first, ...others] = more;
  for (const order of others) await put(order);
  expect(sumOf(await ordersLag(ports))).toEqual({ behind: 4, isMore: false });
  await fixture.split('orders');
  if (first !== undefined) await put(first);
  expect(sumOf(await ordersLag(ports))).toMatchObject({ isMore: true });
  expect(await run(place)).toEqual(orderly);
  expect(await ordersLag(ports)).toHaveLength(8 * ranges);
  expect(sumOf(await ordersLag(ports))).toEqual({ behind: 0, isMore: false });

  const lines = [...shoppers.orders, ...more].flatMap(({ orderId, userId, lines: all }) =>
    all.map(({ itemId, quantity }) => `${userId} ${itemId} ${quantity} ${orderId}`),
  );
  // A lease that another worker takes to have as many as we may cost a page that is told again: under the same ids.
  const told = (await toldEvents(ports.transport)).filter(isOfOrder);
  expect(told.map(({ userId, itemId, value, kind }) => `${userId} ${itemId} ${value} ${kind}`).sort()).toEqual(
    lines.map(line => line.replace(/ \w+$/, ' order')).sort(),
  );

  async function put({ orderId, userId, lines: all }: PlacedOrder): Promise<void> {
    const at = Date.now();
    const body = { orderId, userId, lines: all.map(line => ({ ...line })), placedAt: at, updatedAt: at };
    await ports.documents.put({ collection: 'orders', partition: userId, id: orderId }, body, 'always');
  }
});

test('containers of lists and vectors are split under the API: who watches a list and who asks for likeness goes on', async () => {
  const { fixture, place, begin, ports } = await shop();
  onTestFinished(() => ports[Symbol.asyncDispose]());
  const worker = begin('live');
  const api = begin('api');
  const url = await api.says('listening ');
  const shoppers = new Shoppers(url, seed, 0);
  const watched = new WatchedList(url, 'u1');
  onTestFinished(() => watched.close());
  await shoppers.placeSome(30);
  await worker.during(until(async () => watched.newest?.includes('"reason":"personal"'), true));
  for (let round = 0; round < 3; round++) {
    const item = `new${round}`;
    const before = watched.newest;
    const placing = Promise.all([shoppers.placeSome(20), shoppers.place(orderOf(`split${round}`, item))]);
    for (const container of ['recommendations', 'profiles', 'itemVectors', 'userVectors', 'items'])
      await fixture.split(container);
    await placing;
    await worker.during(until(async () => (await fetch(`${url}/v2/items/${item}/similar`)).status, 200));
    await worker.during(until(async () => watched.newest !== before, true));
  }
  await watched.close();
  expect(watched.endings, 'times that the stream of lists was ended').toBe(0);
  for (const process of [worker, api]) {
    expect(await process.stop()).toEqual(orderly);
    expect(process.notable).toEqual([]);
  }
  expect(await run(place)).toEqual(orderly);
  const { written, served } = await vectorsAndLists(ports);
  expect(served).toEqual(written);
});

/** Slowly: a machine that is busy with the loop has little time for questions. */
async function until<T>(look: () => Promise<T>, wanted: T): Promise<void> {
  await expect.poll(look, { interval: 200 }).toBe(wanted);
}

const orderOf = (orderId: string, itemId = 'i1'): PlacedOrder => ({
  orderId,
  userId: 'u1',
  lines: [{ itemId, quantity: 1 }],
  isCancelled: false,
});

const sumOf = (lags: Awaited<ReturnType<typeof ordersLag>>) => ({
  behind: lags.reduce((sum, { behind }) => sum + behind, 0),
  isMore: lags.some(({ isMore }) => isMore),
});
