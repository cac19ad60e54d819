/**
 * The loop under load while Cosmos DB throttles, is silent or is gone: the API answers what it can and says when to come
 * again for the rest, everything waits and nothing piles up, and in the end all is as if nothing had been.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { outcomeOf } from '../../../src/cli/outcome.ts';
import { containers } from '../../../src/documents/cosmos/containers.ts';
import type { Rating } from '../../../schemas/types.ts';
import type { Transport } from '../../../src/transport/port.ts';
import { appendFromOutside, recordOf } from '../../../src/stream/outside.ts';
import { ratings } from '../../../topologies/streams.ts';
import { makeContainers } from '../../support/cosmos/place.ts';
import { startFixtureProcess } from '../../support/cosmos/process.ts';
import { trouble_ms, troubles } from '../../support/cosmos/troubles.ts';
import { orderly } from '../../support/kill-child.ts';
import { LiveProcess } from '../../support/loop/live-process.ts';
import { type LoopPlace, openLoop } from '../../support/loop/place.ts';
import { makeTopics, run } from '../../support/loop/run.ts';
import { type PlacedOrder, Shoppers, withoutDocuments } from '../../support/loop/shoppers.ts';
import { vectorsAndLists } from '../../support/loop/told-by-log.ts';
import { isOfOrder, toldEvents, wanted } from '../../support/orders.ts';
import type { HeldMemory } from '../../support/told-memory.ts';

const limit_ms = 600_000 + 3 * trouble_ms;
/** How often it is looked at what the processes hold. */
const looks = 4;
/** A shop's load is a few kilobytes a second: what is let pile up in a minute of it is seen in the heap first. */
const mostGrowth: HeldMemory = { rss: 96 << 20, heapUsed: 24 << 20 };
const seed = 17;

test.for(Object.entries(troubles))(
  `${trouble_ms / 1_000} s of %s cost the shop patience, and no order, list or memory`,
  { timeout: limit_ms },
  async ([, trouble]) => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-trouble-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    await using fixture = await startFixtureProcess({ ranges: 3 });
    await makeContainers(
      fixture,
      containers.map(collection => collection.name),
    );
    const { endpoint, key } = fixture;
    const place = { data: join(folder, 'live'), cosmos: { endpoint, key, timeoutMs: 2_000 } };
    mkdirSync(place.data);
    await makeTopics(place);
    const [worker, api] = [new LiveProcess('live', place), new LiveProcess('api', place)];
    onTestFinished(async () => void (await Promise.all([worker.kill(), api.kill()])));

    const shoppers = new Shoppers(await api.says('listening '), seed);
    const closing = new AbortController();
    const shopping = shoppers.shop(closing.signal);
    await worker.during(api.during(Promise.race([served(shoppers), shopping])));
    const held = async () => ({ worker: await worker.memory(), api: await api.memory() });
    const before = await held();
    const during: Awaited<ReturnType<typeof held>>[] = [];
    shoppers.takeAnswers();
    await trouble(fixture, async () => {
      for (let look = 0; look < looks; look++) {
        await worker.during(api.during(Promise.race([pause(trouble_ms / looks), shopping])));
        during.push(await held());
      }
    });
    const answers = shoppers.takeAnswers();
    closing.abort();
    await shopping;
    during.push(await held());
    for (const process of ['worker', 'api'] as const)
      for (const kind of ['rss', 'heapUsed'] as const) {
        const growth = Math.max(...during.map(at => at[process][kind])) - before[process][kind];
        expect(growth, `bytes by which the ${kind} of the ${process} grew`).toBeLessThan(mostGrowth[kind]);
      }
    expect(await api.stop()).toEqual(orderly);
    expect(await worker.stop()).toEqual(orderly);
    expect(await run(place)).toEqual(orderly);

    // What asks no document goes on; all else is answered, or told to come again, and nothing else is said.
    for (const kind of withoutDocuments)
      expect([kind, ...(answers.get(kind)?.keys() ?? [])]).toEqual([kind, kind === 'rating' ? '202' : '200']);
    const others = [...answers].filter(([kind]) => !withoutDocuments.some(each => each === kind));
    const ways = new Set(others.flatMap(([, counts]) => [...counts.keys()]));
    expect([...ways].filter(way => !['200', '202', '503, retry after'].includes(way))).toEqual([]);
    expect(ways).toContain('503, retry after');
    expect(worker.notable.length, 'times that the worker waited').toBeGreaterThan(0);
    const unforeseen = [...worker.notable, ...api.notable].filter(line => !/is away: /.test(line));
    expect(unforeseen).toEqual([]);

    await using ports = await openLoop(place);
    const found = await ports.documents.list({ collection: 'orders', limit: 10_000 });
    expect(found.map(({ body }) => asPlaced.parse(body)).sort(byId)).toEqual(shoppers.orders.map(asStored).sort(byId));
    const events = await toldEvents(ports.transport);
    expect(wanted(events.filter(isOfOrder))).toEqual(standingOf(shoppers.orders));
    const rated = events.filter(event => !isOfOrder(event)).map(({ eventId }) => eventId);
    expect(rated.sort()).toEqual(shoppers.ratings.map(({ eventId }) => eventId).sort());
    const { written, served: documents } = await vectorsAndLists(ports);
    expect(documents).toEqual(written);
    expect(written.lists.length).toBeGreaterThan(8);

    // The same log, and the same orders in a quiet place, come to the same model.
    const again = { data: join(folder, 'again') };
    const quiet = { data: join(folder, 'quiet') };
    for (const { data } of [again, quiet]) mkdirSync(data);
    await fill(again, ({ transport }) => append(transport, events));
    await fill(quiet, async ({ transport, documents: into }) => {
      for (const { collection, partition, id, body } of found)
        await into.put({ collection, partition, id }, body, 'always');
      await append(
        transport,
        events.filter(event => !isOfOrder(event)),
      );
    });
    expect(await outcomeAt(again)).toEqual(await outcomeAt(quiet));
  },
);

/** Until users are answered with lists of their own. */
async function served(shoppers: Shoppers): Promise<void> {
  let answered = 0;
  for (let looked = 0; looked < 600; looked++) {
    await pause(200);
    answered += shoppers.takeAnswers().get('similar')?.get('200') ?? 0;
    if (answered > 5) return;
  }
  throw new Error('The loop has not come to any vectors');
}

type Filling = (ports: Awaited<ReturnType<typeof openLoop>>) => Promise<void>;

async function fill(place: LoopPlace, filling: Filling): Promise<void> {
  await makeTopics(place);
  await using ports = await openLoop(place);
  await filling(ports);
}

async function append(transport: Transport, events: readonly Rating[]): Promise<void> {
  const records = events.map(event => recordOf(ratings, event));
  await appendFromOutside(transport, ratings.name, records, Date.now());
}

async function outcomeAt(place: LoopPlace) {
  expect(await run(place)).toEqual(orderly);
  await using ports = await openLoop(place);
  const { modelHash, recommendationsHash } = await outcomeOf(ports);
  return { modelHash, recommendationsHash };
}

const asStored = ({ orderId, userId, lines, isCancelled }: PlacedOrder) => ({
  orderId,
  userId,
  lines,
  status: isCancelled ? 'cancelled' : 'placed',
});

/** Of the document what the shop said; whatever else is in there is left out. */
const asPlaced = z.object({
  orderId: z.string(),
  userId: z.string(),
  lines: z.array(z.object({ itemId: z.string(), quantity: z.int() })),
  status: z.string(),
});

const byId = (a: { readonly orderId: string }, b: { readonly orderId: string }): number =>
  a.orderId < b.orderId ? -1 : 1;

const standingOf = (orders: readonly PlacedOrder[]): string[] => {
  const pairs = orders
    .filter(({ isCancelled }) => !isCancelled)
    .flatMap(({ userId, lines }) => lines.map(({ itemId }) => `${userId} ${itemId}`));
  return [...new Set(pairs)].sort();
};
