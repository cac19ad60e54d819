/**
 * An erasure with its orders, in processes of their own: API, worker (connector and engine), and Cosmos DB. Whichever is
 * killed when, in the end nothing is left of what was erased, and what came since counts once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requestErasure } from '../../../src/recommender/api/erasures.ts';
import { steps } from '../../../src/recommender/orders/page.ts';
import { ratings } from '../../../topologies/streams.ts';
import { consumed } from '../../support/consumer.ts';
import { type Ending, killed, orderly } from '../../support/kill-child.ts';
import { type KeptPlace, LoopPlaces, type WorkingPlace } from '../../support/loop/copies.ts';
import { type LoopPlace, openLoop } from '../../support/loop/place.ts';
import { outcome, run } from '../../support/loop/run.ts';
import { putOrder, sinceErased, wanted, type WrittenOrder } from '../../support/orders.ts';

const limit_ms = 600_000;
const began = Date.UTC(2026, 0, 1);
const order = (userId: string, n: number, items: readonly string[], more: Partial<WrittenOrder> = {}) => ({
  orderId: `${userId}-${n}`,
  userId,
  lines: items.map(itemId => ({ itemId, quantity: 1 })),
  status: 'placed',
  placedAt: began + n * 60_000,
  updatedAt: began + n * 60_000,
  ...more,
});
const staying = ['bob', 'cid', 'dee', 'eve'];

let folder: string;
let places: LoopPlaces;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-erasure-'));
  places = new LoopPlaces(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Orders that the model has learnt. */
async function fill(place: LoopPlace): Promise<void> {
  await using ports = await openLoop(place);
  for (const [at, userId] of ['ann', ...staying].entries())
    for (const n of [1, 2]) await putOrder(ports.documents, order(userId, n, [`i${at}`, `i${at + n}`]));
}

/** An order that nobody was told of, one that changes, the erasure, and what comes behind it. */
async function askFor(place: LoopPlace): Promise<void> {
  await using ports = await openLoop(place);
  const { documents, transport, registry } = ports;
  const clock = { now: () => began + 3_600_000 };
  const events = { transport, registry, clock, newEventId: () => 'of the erasure', tenant: '' };
  await putOrder(documents, order('ann', 3, ['i7']));
  await putOrder(documents, order('ann', 1, ['i0', 'i8'], { updatedAt: began + 3_000_000 }));
  await requestErasure({ ratings: events, shop: documents }, 'ann', 'remove');
  await putOrder(documents, order('ann', 2, ['i9'], { updatedAt: began + 3_700_000 }));
  await putOrder(documents, order('ann', 90, ['i3', 'i4']));
  await putOrder(documents, order('bob', 91, ['i4']));
}

async function endOf(place: LoopPlace) {
  const { lists, modelHash, recommendationsHash } = await outcome(place);
  await using ports = await openLoop(place);
  const stored: string[] = [];
  for (const collection of ['orders', 'toldOrders'])
    for (const { id } of await ports.documents.list({ collection, partition: 'ann', limit: 100 }))
      stored.push(`${collection} ${id}`);
  const known = wanted(sinceErased(await consumed(ports.transport, ratings)));
  return { lists, modelHash, recommendationsHash, stored, known };
}

describe.each(['sqlite', 'cosmos'] as const)('with the documents in %s', { timeout: limit_ms }, adapter => {
  let empty: KeptPlace;
  let asked: KeptPlace;
  let undisturbed: Awaited<ReturnType<typeof endOf>>;
  const kept: WorkingPlace[] = [];
  const ends: Ending[] = [];

  beforeAll(async () => {
    empty = await places.empty(adapter);
    const full = await places.copyOf(empty);
    kept.push(full);
    await fill(full.place);
    ends.push(await run(full.place));
    await askFor(full.place);
    asked = { data: full.place.data, cosmos: full.cosmos };
    await using calm = await places.copyOf(asked);
    ends.push(await run(calm.place));
    undisturbed = await endOf(calm.place);
  }, limit_ms);
  afterAll(async () => {
    for (const each of kept) await each[Symbol.asyncDispose]();
    await empty.cosmos?.[Symbol.asyncDispose]();
  }, limit_ms);

  test('nothing is left of what was ordered before, and what came since counts', () => {
    expect(ends).toEqual([orderly, orderly]);
    expect(undisturbed.stored).toEqual(['orders ann-90', 'toldOrders ann-90']);
    expect(undisturbed.known.filter(pair => pair.startsWith('ann '))).toEqual(['ann i3', 'ann i4']);
    expect(undisturbed.known.filter(pair => pair.startsWith('bob '))).toEqual(['bob i1', 'bob i2', 'bob i3', 'bob i4']);
  });

  const [, ...others] = steps;
  const points = [
    ...others.flatMap(({ name }) => ['before', 'after'].map(moment => `orders.${name}:${moment}:1`)),
    ...others.map(({ name }) => `orders.${name}:after:2`),
    // Within the steps: between two documents that go, between the events of the page, the erasure and what stays.
    'write:before:1',
    'nextDocument:before:2',
    'write:after:1',
    'append:before:1',
    'append:amid:1',
    'append:after:1',
    'append:amid:2',
    'append:after:2',
    'put:after:3',
  ];
  test.each(points)('the worker killed at %s, and gone on with', async point => {
    await using working = await places.copyOf(asked);
    expect(await run(working.place, point)).toEqual(killed);
    expect(await run(working.place)).toEqual(orderly);
    expect(await endOf(working.place)).toEqual(undisturbed);
  });
});
