/** What the shop has to show for the orders that were sent, reckoned without any of the engine's code. */
import assert from 'node:assert/strict';
import type { Documents, StoredDocument } from '../../src/documents/port.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import type { Transport } from '../../src/transport/port.ts';
import { type ConsumedRecord, consumed, records, repeats } from './consumer.ts';
import {
  type Order,
  orders,
  ordersByItem,
  poisonItem,
  type Sales,
  sales,
  type Shelf,
  shelfOf,
  shelves,
} from './shop.ts';

export class Ledger {
  /** Every order that was sent, in the order of sending. */
  readonly sent: Order[] = [];
  /** Bytes that were sent and are no orders. */
  readonly broken: Buffer[] = [];

  /** Throws unless the outputs are exactly those of a run without any failure. Answers the duplicates in the log. */
  async check(transport: Transport, documents: Documents): Promise<{ duplicates: number }> {
    const rekeyed = await records(transport, ordersByItem);
    const counted = await records(transport, sales);
    const taken = await records(transport, shelves);
    this.#checkRekeyed(valuesOf(rekeyed));
    const expected = tallyOf(rekeyed);
    assert.deepEqual(byItem(valuesOf(counted)), expected.sales, 'sales, item by item');
    assert.deepEqual(byItem(valuesOf(taken)), shelvesOf(expected.sales), 'shelves, item by item');
    await checkDocuments(documents, expected.sales);
    await this.#checkDeadLetters(transport, expected.failed);
    for (const stream of [rekeyed, counted, taken]) checkWatermarks(stream);
    return { duplicates: await duplicates(transport) };
  }

  #checkRekeyed(found: readonly Order[]): void {
    const accepted = this.sent.filter(isAccepted);
    const ids = found.map(({ id }) => id).sort((a, b) => a - b);
    assert.deepEqual(
      ids,
      accepted.map(({ id }) => id).sort((a, b) => a - b),
      'each accepted order once',
    );
    const route = ({ customer, item }: Order): string => `${customer} ${item}`;
    assert.deepEqual(groups(found, route), groups(accepted, route), 'the orders of a customer for an item, in order');
  }

  async #checkDeadLetters(transport: Transport, failed: readonly Order[]): Promise<void> {
    const letters = await consumed(transport, deadLetters);
    const found = letters.map(({ topic, bytes }) => `${topic} ${bytes.toString('hex')}`).sort();
    const refused = this.sent.filter(order => !isAccepted(order));
    const bad = [...this.broken, ...refused.map(bytesOf)].map(bytes => `${orders.name} ${bytes.toString('hex')}`);
    const uncounted = failed.map(order => `${ordersByItem.name} ${bytesOf(order).toString('hex')}`);
    assert.deepEqual(found, [...bad, ...uncounted].sort(), 'a dead letter for each bad record');
    const places = letters.map(({ topic, partition, offset }) => `${topic}/${partition}@${offset}`);
    assert.equal(new Set(places).size, places.length, 'each place once');
  }
}

const isAccepted = ({ amount, item, at }: Order): boolean => amount >= 0 && item !== poisonItem && Number.isFinite(at);

/** The sales of each item by the order in which its partition holds them; and the orders that cannot be counted. */
function tallyOf(found: readonly ConsumedRecord<Order>[]): { sales: Map<string, Sales[]>; failed: Order[] } {
  const all: Sales[] = [];
  const failed: Order[] = [];
  const last = new Map<string, Sales>();
  for (const order of valuesOf(found)) {
    const { id, item, at } = order;
    const before = last.get(item) ?? { count: 0, amount: 0 };
    const after = { item, count: before.count + 1, amount: before.amount + order.amount, order: id, at };
    if (Number.isInteger(after.amount)) {
      last.set(item, after);
      all.push(after);
    } else failed.push(order);
  }
  return { sales: byItem(all), failed };
}

function shelvesOf(expected: ReadonlyMap<string, readonly Sales[]>): Map<string, Shelf[]> {
  const shelf = ({ item, at }: Sales, index: number): Shelf => ({ shelf: shelfOf(item), item, taken: index + 1, at });
  return new Map([...expected].map(([item, list]) => [item, list.map(shelf)]));
}

async function checkDocuments(documents: Documents, expected: ReadonlyMap<string, readonly Sales[]>): Promise<void> {
  const stored: StoredDocument[] = [];
  for (;;) {
    const page = await documents.list({ collection: 'sales', after: stored.at(-1), limit: 500 });
    stored.push(...page);
    if (page.length < 500) break;
  }
  const found = Object.fromEntries(stored.map(({ id, body }) => [id, body]));
  const last = [...expected].flatMap(([item, list]) =>
    list.slice(-1).map(({ count, amount }) => [item, { count, amount }]),
  );
  assert.deepEqual(found, Object.fromEntries(last), 'documents');
}

/** A producer's watermark in a partition never goes back. A record may lie behind it: one that came late, handed on. */
export function checkWatermarks(found: readonly ConsumedRecord<unknown>[]): void {
  const marks = new Map<string, number>();
  for (const { partition, producer, sequence, watermark } of found) {
    const place = `${producer} in partition ${partition}, sequence ${sequence}`;
    const before = marks.get(`${producer} ${partition}`) ?? -Infinity;
    if (watermark === Infinity) {
      assert.equal(before, -Infinity, `${place} says that there is no event time, after there was`);
      continue;
    }
    assert.ok(watermark >= before, `the watermark of ${place} goes back from ${before} to ${watermark}`);
    marks.set(`${producer} ${partition}`, watermark);
  }
}

async function duplicates(transport: Transport): Promise<number> {
  let count = 0;
  for (const { name } of [ordersByItem, sales, shelves, deadLetters]) count += await repeats(transport, name);
  return count;
}

/** As plain objects: avsc makes its own class for each type. */
const valuesOf = <T extends object>(found: readonly ConsumedRecord<T>[]): T[] =>
  found.flatMap(({ value }) => (value === undefined ? [] : [{ ...value }]));

const byItem = <T extends { readonly item: string }>(values: readonly T[]): Map<string, T[]> =>
  groups(values, ({ item }) => item);

/** Like Map.groupBy, with the keys in order, so that two groupings can be compared. */
function groups<T>(values: readonly T[], by: (value: T) => string): Map<string, T[]> {
  return new Map([...Map.groupBy(values, by)].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function bytesOf(order: Order): Buffer {
  const buffer = Buffer.alloc(1_000);
  return buffer.subarray(0, orders.schema.encode(order, buffer, 0));
}
