/** Orders of somebody who was erased: removed, forgotten, and not brought back, whoever is killed or stands still when. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Documents } from '../../../src/documents/port.ts';
import { Unavailable } from '../../../src/errors.ts';
import { requestErasure } from '../../../src/recommender/api/erasures.ts';
import { LeaseLost } from '../../../src/recommender/leases/lease.ts';
import { endOfErasure, mostKnown, noteCarriedOut } from '../../../src/recommender/orders/carried-out.ts';
import { isRemovalPending, mostOrdersNamed } from '../../../src/recommender/orders/erasure-request.ts';
import { steps } from '../../../src/recommender/orders/page.ts';
import { lookAgain } from '../../../src/recommender/orders/requests.ts';
import type { TestClock } from '../../../src/testing/clock.ts';
import type { Transport } from '../../../src/transport/port.ts';
import { memoryRegistry } from '../../../src/stream/registry.ts';
import { ratings } from '../../../topologies/streams.ts';
import { consumed } from '../../support/consumer.ts';
import {
  delayedReader,
  type Feed,
  FeedReader,
  leaseFor,
  openFeed,
  rangeOf,
  readEverything,
} from '../../support/feed-reader.ts';
import { putOrder, sinceErased, standing, wanted, type WrittenOrder } from '../../support/orders.ts';
import { Random } from '../../support/random.ts';

const began = Date.UTC(2026, 0, 1);
let documents: Documents;
let transport: Transport;
let clock: TestClock;
let close: Feed['close'];

beforeEach(async () => {
  ({ documents, transport, clock, close } = await openFeed(began));
});
afterEach(() => close());

const ports = () => ({ documents, transport, clock });
const readerOf = (owner: string, range: string): Promise<FeedReader> => FeedReader.of(ports(), owner, range);
const readAll = (owner?: string): Promise<void> => readEverything(ports(), owner);
const later = (): number => {
  clock.moveTo(clock.now() + 10);
  return clock.now();
};

const order = (orderId: string, more: Partial<WrittenOrder> = {}): WrittenOrder => {
  const at = later();
  const lines = [{ itemId: `of ${orderId}`, quantity: 2 }];
  return { orderId, userId: 'ann', lines, status: 'placed', placedAt: at, updatedAt: at, ...more };
};

let drawn = 0;
const events = () => ({
  transport,
  registry: memoryRegistry(),
  clock,
  newEventId: () => `erasure-${drawn++}`,
  tenant: '',
});
const erase = (userId: string, orders: 'keep' | 'remove' = 'remove') =>
  requestErasure({ ratings: events(), shop: documents }, userId, orders);

/** What is known of users once the log is read: of somebody erased what stands behind the last erasure. */
const learnt = async (): Promise<string[]> => wanted(sinceErased(await consumed(transport, ratings)));

const stored = async (userId: string) => {
  const found: string[] = [];
  for (const collection of ['orders', 'toldOrders'])
    for (const { id } of await documents.list({ collection, partition: userId, limit: 1_000 }))
      found.push(`${collection} ${id}`);
  return found;
};

test('orders of somebody who was erased are removed, with what was told of them, and nobody else’s are', async () => {
  await putOrder(documents, order('o1'));
  await putOrder(documents, order('o2', { userId: 'bob' }));
  await readAll();
  await putOrder(documents, order('o3'));
  const receipt = await erase('ann');
  expect(await isRemovalPending(documents, 'ann', receipt)).toBe(true);
  await readAll();
  expect(await stored('ann')).toEqual([]);
  expect(await stored('bob')).toEqual(['orders o2', 'toldOrders o2']);
  expect(await isRemovalPending(documents, 'ann', receipt)).toBe(false);
  expect(await learnt()).toEqual(['bob of o2']);
  const end = await endOfErasure(documents, receipt);
  const last = (await transport.bounds({ topic: 'ratings', partition: receipt.partition })).end - 1;
  expect([end > receipt.offset, end]).toEqual([true, last]);
});

test('orders that come after the erasure stay and count, also beside an old one that changes once more', async () => {
  await putOrder(documents, order('o1'));
  await readAll();
  await erase('ann');
  await putOrder(documents, order('new'));
  await putOrder(documents, order('o1', { status: 'shipped' }));
  await readAll();
  expect(await stored('ann')).toEqual(['orders new', 'toldOrders new']);
  expect(await learnt()).toEqual(['ann of new']);
});

test('one that was told before the connector came to the request is told anew behind it', async () => {
  await putOrder(documents, order('o1'));
  const receipt = await erase('ann');
  // As if placed while the request was being written: it is not named, and stands before it in the feed.
  const [request] = await documents.list({
    collection: 'orders',
    partition: 'ann',
    limit: 1,
    after: { partition: 'ann', id: '~erase~' },
  });
  if (request === undefined) throw new Error('nothing was asked for');
  await putOrder(documents, order('between'));
  await readAll();
  await documents.put(request, request.body, 'always');
  await putOrder(documents, order('late'));
  await readAll();
  expect(await learnt()).toEqual(['ann of between', 'ann of late']);
  const all = await consumed(transport, ratings);
  expect(all.filter(({ kind, time }) => kind === 'erase' && time !== receipt.at)).toEqual([]);
  // Sorted by their times, as a replay sorts them, they stand behind it too.
  const behind = all.slice(all.findLastIndex(({ kind }) => kind === 'erase') + 1);
  expect(Math.min(...behind.map(({ time }) => time))).toBeGreaterThan(receipt.at);
});

test('they stay where nobody asks for anything else, and where there are none nothing is asked for', async () => {
  await putOrder(documents, order('o1'));
  await erase('ann', 'keep');
  await erase('bob');
  await readAll();
  expect(await stored('ann')).toEqual(['orders o1', 'toldOrders o1']);
  expect(await stored('bob')).toEqual([]);
  expect((await consumed(transport, ratings)).filter(({ kind }) => kind === 'erase')).toHaveLength(2);
});

test('more orders than a request names are removed by several', async () => {
  for (let n = 0; n < mostOrdersNamed + 5; n++) await putOrder(documents, order(`o${n}`));
  const receipt = await erase('ann');
  await readAll();
  expect(await stored('ann')).toEqual([]);
  expect(await learnt()).toEqual([]);
  expect(await isRemovalPending(documents, 'ann', receipt)).toBe(false);
});

test('a request to look at a removed order again goes with it, and one that comes later tells nothing', async () => {
  await putOrder(documents, order('o1'));
  const key = { partition: 'ann', id: 'o1' };
  await erase('ann');
  await lookAgain(documents, key);
  await readAll();
  expect(await stored('ann')).toEqual([]);
  await lookAgain(documents, key);
  await readAll();
  expect([await stored('ann'), await learnt()]).toEqual([[], []]);
});

describe('a connector that is killed', () => {
  const points = steps.map(({ name }, at) => [name, at] as const);
  test.each(points)('before it can %s, with the erasure in its page', async (_, killedBefore) => {
    await putOrder(documents, order('told'));
    await readAll('before');
    await putOrder(documents, order('o1'));
    await erase('ann');
    await putOrder(documents, order('new'));
    const range = await rangeOf(documents, 'ann');
    clock.moveTo(clock.now() + 2 * leaseFor);
    await (await readerOf('first', range)).page(killedBefore);
    clock.moveTo(clock.now() + 2 * leaseFor);
    await readAll('second');
    expect([await stored('ann'), await learnt()]).toEqual([['orders new', 'toldOrders new'], ['ann of new']]);
  });

  test.each(points)('before it can %s, and the erasure comes then', async (_, killedBefore) => {
    await putOrder(documents, order('o1'));
    const range = await rangeOf(documents, 'ann');
    await (await readerOf('first', range)).page(killedBefore);
    await erase('ann');
    clock.moveTo(clock.now() + 2 * leaseFor);
    await readAll('second');
    expect([await stored('ann'), await learnt()]).toEqual([[], []]);
  });
});

test.each(steps.map(({ name }, at) => [name, at] as const).slice(1))(
  'a connector that stood still before it could %s, until another has removed the orders, tells nothing of them',
  async (_, at) => {
    await putOrder(documents, order('o1'));
    const range = await rangeOf(documents, 'ann');
    const slow = await readerOf('slow', range);
    await slow.page(at);
    await erase('ann');
    clock.moveTo(clock.now() + 2 * leaseFor);
    await readAll('quick');
    await expect(slow.goOn(at)).rejects.toThrow(LeaseLost);
    expect([await stored('ann'), await learnt()]).toEqual([[], []]);
  },
);

test('a connector whose documents were away until another had removed the orders writes nothing of them anew', async () => {
  await putOrder(documents, order('o1'));
  const slow = await delayedReader(ports(), 'slow', await rangeOf(documents, 'ann'), async () => {
    const receipt = await erase('ann');
    clock.moveTo(clock.now() + 2 * leaseFor);
    await readAll('quick');
    expect(await isRemovalPending(documents, 'ann', receipt)).toBe(false);
  });
  await expect(slow.page()).rejects.toThrow(LeaseLost);
  expect([await stored('ann'), await learnt()]).toEqual([[], []]);
});

test('whoever waits for another’s lease to end, and loses its own by that, removes nothing any more', async () => {
  await putOrder(documents, order('o1'));
  const range = await rangeOf(documents, 'ann');
  await (await readerOf('before', range)).page(2);
  await erase('ann');
  let removals = 0;
  const counted: Documents = {
    ...documents,
    write: async writes => {
      removals += writes.length;
      await documents.write(writes);
    },
  };
  const after = await delayedReader({ ...ports(), documents: counted }, 'after', range, async () => {
    clock.moveTo(clock.now() + 2 * leaseFor);
    await readAll('third');
    await putOrder(documents, order('o1'));
  });
  await expect(after.page()).rejects.toThrow(LeaseLost);
  expect([removals, await stored('ann')]).toEqual([0, ['orders o1']]);
});

test('whoever has taken a range from one that lives removes nothing until that one can tell no more', async () => {
  await putOrder(documents, order('o1'));
  const range = await rangeOf(documents, 'ann');
  const before = await readerOf('before', range);
  await before.page(2);
  await erase('ann');
  const after = await readerOf('after', range);
  await expect(after.page()).rejects.toThrow(Unavailable);
  await before.goOn(2, 3);
  expect(await learnt()).toEqual(['ann of o1']);
  clock.moveTo(clock.now() + leaseFor);
  await after.page();
  expect([await stored('ann'), await learnt()]).toEqual([[], []]);
});

describe('of three who had a range within one lease', () => {
  const endings = [
    ['is killed', async () => {}],
    ['stops in good order', (second: FeedReader) => second.release()],
  ] as const;
  test.each(endings)(
    'the last removes nothing until the first can tell no more, where the second %s',
    async (_, end) => {
      await putOrder(documents, order('o1'));
      const range = await rangeOf(documents, 'ann');
      const first = await readerOf('first', range);
      await first.page(2);
      await erase('ann');
      clock.moveTo(clock.now() + 10);
      const second = await readerOf('second', range);
      await expect(second.page()).rejects.toThrow(Unavailable);
      await end(second);
      clock.moveTo(clock.now() + 10);
      const third = await readerOf('third', range);
      await expect(third.page()).rejects.toThrow(Unavailable);
      await first.goOn(2, 3);
      expect(await learnt()).toEqual(['ann of o1']);
      clock.moveTo(clock.now() + leaseFor);
      await third.page();
      expect([await stored('ann'), await learnt()]).toEqual([[], []]);
    },
  );
});

test('of very many erasures the end of an older one is behind, not before', async () => {
  const place = (offset: number) => ({ partition: 1, offset });
  for (let n = 0; n <= mostKnown; n++) await noteCarriedOut(documents, place(10 * n), 10 * n + 5);
  await noteCarriedOut(documents, place(20), 99_999);
  expect(await endOfErasure(documents, place(20))).toBe(99_999);
  expect(await endOfErasure(documents, place(0))).toBeGreaterThanOrEqual(15);
  expect(await endOfErasure(documents, { partition: 2, offset: 7 })).toBe(7);
});

const seeds =
  process.env['MILLRACE_SEED'] === undefined ? [1, 2, 3, 4, 5, 6, 7, 8] : [Number(process.env['MILLRACE_SEED'])];

test.each(seeds)(
  'whatever happens to orders, erasures and connectors, what is known is what stands since (MILLRACE_SEED=%i)',
  async seed => {
    const random = new Random(seed);
    const orders = new Map<string, WrittenOrder>();
    const ranges = await documents.feedRanges('orders');
    const readers = new Map<string, { readonly reader: FeedReader; at: number }>();
    let placed = 0;
    for (let turn = 0; turn < 150; turn++) {
      clock.moveTo(clock.now() + random.between(10, 200));
      const userId = `u${random.between(1, 2)}`;
      if (random.chance(0.06)) {
        const gone = [...orders.values()].filter(known => known.userId === userId);
        for (const { orderId } of gone) orders.delete(orderId);
        await erase(userId);
      } else if (random.chance(0.5)) {
        const old = [...orders.values()].filter(known => known.userId === userId);
        const again = random.chance(0.5) ? old[random.between(0, old.length - 1)] : undefined;
        const orderId = again?.orderId ?? `o${placed++}`;
        const lines = ['heat', 'ronin'].map(itemId => ({ itemId, quantity: 2, returned: random.between(0, 2) }));
        const next = order(orderId, { userId, lines, ...(again && { placedAt: again.placedAt }) });
        orders.set(orderId, next);
        await putOrder(documents, next);
      } else await turnOf(readers, ranges, random);
    }
    clock.moveTo(clock.now() + 2 * leaseFor);
    await readAll('last');
    expect(await learnt()).toEqual(standing(orders.values()));
    const left = (await documents.list({ collection: 'orders', limit: 1_000 })).map(({ id }) => id);
    expect(left.sort()).toEqual([...orders.keys()].sort());
  },
);

/** Some steps of one of two processes on a range; it dies now and then, or goes on where it stood still. */
async function turnOf(
  readers: Map<string, { readonly reader: FeedReader; at: number }>,
  ranges: readonly string[],
  random: Random,
): Promise<void> {
  const range = ranges[random.between(0, ranges.length - 1)] ?? '';
  const name = `${range} ${random.between(0, 1)}`;
  const known = readers.get(name) ?? { reader: await readerOf(name, range), at: 0 };
  readers.set(name, known);
  const until = random.between(1, steps.length);
  try {
    if (known.at === 0) await known.reader.page(until);
    else if (known.at < until) await known.reader.goOn(known.at, until);
    known.at = until >= steps.length ? 0 : Math.max(known.at, until);
    if (random.chance(0.1)) readers.delete(name);
  } catch (error) {
    if (!(error instanceof LeaseLost || error instanceof Unavailable)) throw error;
    readers.delete(name);
  }
}
