import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Documents, JsonObject } from '../../../src/documents/port.ts';
import { LeaseLost } from '../../../src/recommender/leases/lease.ts';
import { steps } from '../../../src/recommender/orders/page.ts';
import { deadLetters } from '../../../src/stream/dead-letter.ts';
import type { TestClock } from '../../../src/testing/clock.ts';
import type { Transport } from '../../../src/transport/port.ts';
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
import { putOrder, standing, toldEvents, wanted, type WrittenOrder } from '../../support/orders.ts';
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

const order = (more: Partial<WrittenOrder> = {}): WrittenOrder => ({
  orderId: 'o1',
  userId: 'ann',
  lines: [{ itemId: 'heat', quantity: 2 }],
  status: 'placed',
  placedAt: began,
  updatedAt: began,
  ...more,
});

const readerOf = (owner: string, range: string): Promise<FeedReader> =>
  FeedReader.of({ documents, transport, clock }, owner, range);
const readAll = (owner = 'reader'): Promise<void> => readEverything({ documents, transport, clock }, owner);

const told = async () =>
  (await toldEvents(transport)).map(({ userId, itemId, kind, value, time }) => ({
    userId,
    itemId,
    kind,
    value,
    at: time - began,
  }));

test('an order becomes an event for each line, as of when it was placed', async () => {
  const lines = [
    { itemId: 'heat', quantity: 2 },
    { itemId: 'ronin', quantity: 1 },
  ];
  await putOrder(documents, order({ lines }));
  await readAll();
  expect(await told()).toEqual([
    { userId: 'ann', itemId: 'heat', kind: 'order', value: 2, at: 0 },
    { userId: 'ann', itemId: 'ronin', kind: 'order', value: 1, at: 0 },
  ]);
});

test('a change without news for the log tells nothing', async () => {
  await putOrder(documents, order());
  await readAll();
  await putOrder(documents, order({ status: 'shipped', updatedAt: began + 5_000 }));
  await readAll();
  expect(await transport.bounds({ topic: 'ratings', partition: 0 })).toMatchObject({ start: 0 });
  expect(await told()).toHaveLength(1);
  let records = 0;
  for (const partition of [0, 1]) records += (await transport.bounds({ topic: 'ratings', partition })).end;
  expect(records).toBe(1);
});

describe('what is taken back', () => {
  test.each([
    ['a line that is cancelled', { lines: [{ itemId: 'heat', quantity: 2, cancelled: true }] }],
    ['a line that is returned as a whole', { lines: [{ itemId: 'heat', quantity: 2, returned: 2 }] }],
    ['an order that is cancelled', { status: 'cancelled' }],
    ['an order that is written again without the line', { lines: [{ itemId: 'ronin', quantity: 1 }] }],
  ])('%s is a return', async (_, more) => {
    await putOrder(documents, order());
    await readAll();
    await putOrder(documents, order({ ...more, updatedAt: began + 60_000 }));
    await readAll();
    expect(await told()).toContainEqual({ userId: 'ann', itemId: 'heat', kind: 'return', value: 2, at: 60_000 });
    expect(wanted(await toldEvents(transport))).not.toContain('ann heat');
  });

  test('in part leaves the rest ordered', async () => {
    await putOrder(documents, order());
    await readAll();
    await putOrder(documents, order({ lines: [{ itemId: 'heat', quantity: 2, returned: 1 }], updatedAt: began + 9 }));
    await readAll();
    expect(await told()).toEqual([
      { userId: 'ann', itemId: 'heat', kind: 'order', value: 2, at: 0 },
      { userId: 'ann', itemId: 'heat', kind: 'order', value: 1, at: 9 },
    ]);
  });

  test('before anybody looked is told with the order itself', async () => {
    await putOrder(documents, order({ status: 'cancelled', updatedAt: began + 7 }));
    await readAll();
    expect(await told()).toEqual([
      { userId: 'ann', itemId: 'heat', kind: 'order', value: 2, at: 0 },
      { userId: 'ann', itemId: 'heat', kind: 'return', value: 2, at: 7 },
    ]);
  });

  test('and stands in another order of the user is not retracted', async () => {
    await putOrder(documents, order());
    await putOrder(documents, order({ orderId: 'o2', placedAt: began + 10, updatedAt: began + 10 }));
    await readAll();
    await putOrder(documents, order({ status: 'cancelled', updatedAt: began + 20 }));
    await readAll();
    expect(wanted(await toldEvents(transport))).toEqual(['ann heat']);
    await putOrder(
      documents,
      order({ orderId: 'o2', status: 'cancelled', placedAt: began + 10, updatedAt: began + 15 }),
    );
    await readAll();
    expect(wanted(await toldEvents(transport))).toEqual([]);
  });
});

test('a quantity that comes back to what it was is news each time', async () => {
  for (const [at, quantity] of [2, 3, 2].entries()) {
    await putOrder(documents, order({ lines: [{ itemId: 'heat', quantity }], updatedAt: began + at }));
    await readAll();
  }
  const events = await toldEvents(transport);
  expect(events.map(({ value }) => value)).toEqual([2, 3, 2]);
  expect(events.map(({ time }) => time)).toEqual(events.map(({ time }) => time).toSorted((a, b) => a - b));
});

test('a clock of the shop that goes back does not let an older state win', async () => {
  await putOrder(documents, order({ updatedAt: began + 1_000 }));
  await readAll();
  await putOrder(documents, order({ status: 'cancelled', updatedAt: began - 5_000 }));
  await readAll();
  expect(wanted(await toldEvents(transport))).toEqual([]);
});

test.each([
  ['without lines', { lines: undefined }, 'lines'],
  ['of another id', { orderId: 'else' }, "orderId 'else' is not the document's id"],
  ['of another user', { userId: 'bob' }, "userId 'bob' is not whose partition"],
  ['of no item', { lines: [{ itemId: '', quantity: 1 }] }, 'itemId is missing'],
  ['of half a film', { lines: [{ itemId: 'heat', quantity: 0.5 }] }, 'lines.0.quantity'],
  ['of the past century', { placedAt: 0 }, 'lies before'],
  ['of next year', { placedAt: began + 366 * 86_400_000 }, 'a day after its arrival'],
])('an order %s is a dead letter, and holds up nobody', async (_, more, reason) => {
  const body = asStored({ ...order(), ...more });
  await documents.put({ collection: 'orders', partition: 'ann', id: 'o1' }, body, 'always');
  await putOrder(documents, order({ orderId: 'o2' }));
  await readAll();
  expect(await told()).toHaveLength(1);
  const letters = await consumed(transport, deadLetters);
  expect(letters).toMatchObject([{ topic: 'orders', task: 'orders', key: 'ann/o1' }]);
  expect(letters[0]?.reason).toContain(reason);
  expect(JSON.parse(letters[0]?.bytes.toString() ?? '')).toEqual(body);
});

/** What JSON makes of it. */
function asStored(body: object): JsonObject {
  const stored: JsonObject = JSON.parse(JSON.stringify(body));
  return stored;
}

test('items of any name are only names', async () => {
  const lines = ['__proto__', 'constructor', 'toString'].map(itemId => ({ itemId, quantity: 1 }));
  await putOrder(documents, order({ lines }));
  await readAll();
  await putOrder(documents, order({ lines, status: 'cancelled', updatedAt: began + 1 }));
  await readAll();
  expect(await told()).toHaveLength(6);
  expect(wanted(await toldEvents(transport))).toEqual([]);
});

describe('a reader that is killed', () => {
  test.each(steps.map(({ name }, at) => [name, at] as const))(
    'before it can %s: the next one tells what it would have told',
    async (_, killedBefore) => {
      const range = await rangeOf(documents, 'ann');
      await putOrder(documents, order());
      await (await readerOf('first', range)).page(killedBefore);
      await (await readerOf('second', range)).page();
      expect(await told()).toEqual([{ userId: 'ann', itemId: 'heat', kind: 'order', value: 2, at: 0 }]);
    },
  );

  test('and whose order changes elsewhere meanwhile leaves nothing untold', async () => {
    const range = await rangeOf(documents, 'ann');
    const lines = [
      { itemId: 'heat', quantity: 1 },
      { itemId: 'ronin', quantity: 1 },
    ];
    await putOrder(documents, order({ lines }));
    await (await readerOf('first', range)).page(2); // written down what to tell, told nothing
    const shipped = { lines, status: 'shipped', updatedAt: began + 5 };
    await putOrder(documents, order(shipped));
    await (await readerOf('second', range)).page(2);
    await putOrder(documents, order({ ...shipped, lines: lines.slice(0, 1), updatedAt: began + 6 }));
    await (await readerOf('third', range)).page();
    expect(wanted(await toldEvents(transport))).toEqual(['ann heat']);
  });
});

test('what was written down and not told yet is told although the order has become none since', async () => {
  const range = await rangeOf(documents, 'ann');
  await putOrder(documents, order());
  await (await readerOf('first', range)).page(2);
  await documents.put({ collection: 'orders', partition: 'ann', id: 'o1' }, { broken: true }, 'always');
  await (await readerOf('second', range)).page();
  expect(wanted(await toldEvents(transport))).toEqual(['ann heat']);
  expect(await consumed(transport, deadLetters)).toHaveLength(1);
});

test.each([
  ['lost its lease while it slept', 2 * leaseFor],
  ['does not know yet that its range was taken', 0],
])('a reader that %s cannot put an older order in the place of a newer one', async (_, asleep) => {
  const range = await rangeOf(documents, 'ann');
  await putOrder(documents, order());
  const slow = await readerOf('slow', range);
  await slow.page(1);
  clock.moveTo(clock.now() + asleep);
  await putOrder(documents, order({ status: 'cancelled', updatedAt: began + 1 }));
  await (await readerOf('quick', range)).page();
  await expect(slow.goOn(1)).rejects.toThrow(LeaseLost);
  expect(wanted(await toldEvents(transport))).toEqual([]);
});

describe('a reader whose documents were away until another had read on, and found nothing to tell,', () => {
  const ports = () => ({ documents, transport, clock });
  const reads = async (range: string, meanwhile: WrittenOrder): Promise<void> => {
    const slow = await delayedReader(ports(), 'slow', range, async () => {
      clock.moveTo(clock.now() + 2 * leaseFor);
      await putOrder(documents, meanwhile);
      await readAll('quick');
    });
    await expect(slow.page()).rejects.toThrow(LeaseLost);
    clock.moveTo(clock.now() + 2 * leaseFor);
  };

  test('keeps no order out of the log', async () => {
    const range = await rangeOf(documents, 'ann');
    await putOrder(documents, order());
    await reads(range, order({ lines: [{ itemId: 'heat', quantity: -1 }], updatedAt: began + 5 }));
    await putOrder(documents, order({ updatedAt: began + 9 }));
    await readAll('last');
    expect(wanted(await toldEvents(transport))).toEqual(['ann heat']);
  });

  test('takes no cancellation from the log', async () => {
    const range = await rangeOf(documents, 'ann');
    await putOrder(documents, order());
    await readAll();
    await putOrder(documents, order({ status: 'cancelled', updatedAt: began + 1 }));
    await reads(range, order({ updatedAt: began + 2 }));
    await putOrder(documents, order({ status: 'cancelled', updatedAt: began + 9 }));
    await readAll('last');
    expect(wanted(await toldEvents(transport))).toEqual([]);
  });
});

test('what a reader writes down too late, when another has left the page behind, is told by that one, once', async () => {
  const range = await rangeOf(documents, 'ann');
  await putOrder(documents, order());
  const quick: FeedReader[] = [];
  const late: Documents = {
    ...documents,
    put: async (key, body, condition) => {
      if (key.collection === 'toldOrders') {
        await putOrder(documents, order({ lines: [{ itemId: 'heat', quantity: -1 }], updatedAt: began + 5 }));
        quick.push(await readerOf('quick', range));
        await quick[0]?.page();
      }
      return documents.put(key, body, condition);
    },
  };
  const slow = await FeedReader.of({ documents: late, transport, clock }, 'slow', range);
  await slow.page(1);
  await slow.goOn(1, 2);
  expect(await toldEvents(transport)).toEqual([]);
  for (const status of ['placed', 'shipped']) {
    await putOrder(documents, order({ status, updatedAt: began + 9 }));
    await quick[0]?.page();
  }
  expect((await consumed(transport, ratings)).map(({ itemId }) => itemId)).toEqual(['heat']);
});

const seeds =
  process.env['MILLRACE_SEED'] === undefined ? [1, 2, 3, 4, 5, 6, 7, 8] : [Number(process.env['MILLRACE_SEED'])];

test.each(seeds)(
  'whatever happens to orders and readers, what stands is what is wanted (MILLRACE_SEED=%i)',
  async seed => {
    const random = new Random(seed);
    const orders = new Map<string, WrittenOrder>();
    const ranges = await documents.feedRanges('orders');
    const readers = new Map<string, FeedReader>();
    for (let turn = 0; turn < 120; turn++) {
      clock.moveTo(clock.now() + random.between(10, 50));
      if (random.chance(0.5)) await putOrder(documents, changed(orders, random, clock.now()));
      else await readOn(readers, ranges, random);
    }
    await readAll('last');
    expect(wanted(await toldEvents(transport))).toEqual(standing(orders.values()));
  },
);

/** A page of a random range, killed at a random step now and then; sometimes by another process than before. */
async function readOn(readers: Map<string, FeedReader>, ranges: readonly string[], random: Random): Promise<void> {
  const range = ranges[random.between(0, ranges.length - 1)] ?? '';
  const name = `${range} ${random.between(0, 1)}`;
  const reader = readers.get(name) ?? (await readerOf(name, range));
  readers.set(name, reader);
  try {
    const killedBefore = random.chance(0.4) ? random.between(1, steps.length) : steps.length;
    await reader.page(killedBefore);
    if (killedBefore < steps.length) readers.delete(name);
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    readers.delete(name);
  }
}

/** A new order, or one that somebody changed; the clocks of the shop differ by some milliseconds. */
function changed(orders: Map<string, WrittenOrder>, random: Random, now: number): WrittenOrder {
  const userId = `u${random.between(1, 2)}`;
  const orderId = `o${random.between(1, 3)}`;
  const key = `${userId} ${orderId}`;
  const known = orders.get(key);
  const lines = ['heat', 'ronin', 'thief'].flatMap(itemId => {
    const quantity = random.between(0, 3);
    return quantity === 0
      ? []
      : [{ itemId, quantity, returned: random.between(0, quantity), cancelled: random.chance(0.2) }];
  });
  const status = random.chance(0.2) ? 'cancelled' : 'placed';
  const placedAt = known?.placedAt ?? now;
  const next = { orderId, userId, lines, status, placedAt, updatedAt: now - random.between(0, 9) };
  orders.set(key, next);
  return next;
}
