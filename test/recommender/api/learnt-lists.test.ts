/** How who waits for a list learns that it has learnt an event: by the clock alone nothing moves here. */
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ratings } from '../../../topologies/streams.ts';
import { LearntOffsets } from '../../../src/recommender/api/learnt.ts';
import { LearntLists } from '../../../src/recommender/api/learnt-lists.ts';
import { Stored } from '../../../src/recommender/api/stored.ts';
import { TenantDocuments } from '../../../src/recommender/api/tenant-documents.ts';
import { scoped } from '../../../src/recommender/domain/tenant.ts';
import { partitionOf } from '../../../src/transport/partitioner.ts';
import { wakingClock } from '../../support/waking-clock.ts';
import { day, minute, rating, start } from '../../topologies/events.ts';
import { dataflow } from './dataflow.ts';

const at = day + 1_000 * minute;

/** Lists of 300 events by twelve users of the tenant, and who waits for them; the topology never tells how far it is. */
async function waitingFor(tenant: string) {
  const clock = wakingClock(start);
  const { world } = await dataflow({ clock });
  const { transport, registry } = world;
  const event = (change: object) => rating({ tenant, userId: 'u3', ...change });
  for (let n = 0; n < 300; n++) {
    const pair = { userId: `u${n % 12}`, itemId: `i${(n * 7 + (n % 5)) % 20}`, value: 1 + (n % 5) };
    await world.send(ratings, event({ ...pair, eventId: `e${n}`, time: day + n * minute }));
  }
  await world.drain();
  const documents = new TenantDocuments(world.documents, tenant);
  const stored = new Stored(documents);
  const report = (error: unknown) => expect.unreachable(String(error));
  const learnt = new LearntOffsets({ transport, registry, clock, report });
  const silent = {
    topics: () => transport.topics(),
    bounds: transport.bounds.bind(transport),
    grown: transport.grown.bind(transport),
    committed: async () => [],
  };
  const lists = new LearntLists({ learnt: learnt.of(tenant), stored, transport: silent, clock, report, tenant });
  onTestFinished(async () => {
    await lists.close();
    await learnt.close();
  });
  /** Sends an event of u3 and answers where it stands. */
  const send = async (change: object) => {
    const partition = partitionOf(scoped(tenant, 'u3'), 2);
    const { end } = await transport.bounds({ topic: ratings.name, partition });
    await world.send(ratings, event({ value: 5, ...change }));
    return { partition, offset: end };
  };
  const key = { collection: 'recommendations', partition: scoped(tenant, 'u3'), id: scoped(tenant, 'u3') };
  return { world, clock, lists, stored, send, key };
}

/** Lets everything that is under way come as far as it can without the clock. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await setImmediate();
}

test.each(['', 'acme'])('a list that changes is told by its record, at once (tenant "%s")', async tenant => {
  const { world, lists, stored, send } = await waitingFor(tenant);
  const before = await stored.listOf('u3');
  const first = before?.items[0]?.itemId ?? '';
  const place = await send({ itemId: first, eventId: 'news', time: at });
  const waiting = lists.wait('u3', place, 5_000);
  await settled();
  await world.drain();
  expect(await waiting).toBe(true);
  expect((await stored.listOf('u3'))?.items.map(({ itemId }) => itemId)).not.toContain(first);
});

test.each(['', 'acme'])('a list that came out the same is told by the profile (tenant "%s")', async tenant => {
  const { world, clock, lists, send, key } = await waitingFor(tenant);
  const place = await send({ itemId: 'i-new', eventId: 'news', time: at });
  await world.drain();
  const body = (await world.documents.get(key))?.body ?? {};
  // As it would be if the version before had made the same.
  await world.documents.put(key, { ...body, number: Number(body['number']) - 1 }, 'always');
  const waiting = lists.wait('u3', place, 5_000);
  await settled();
  clock.advance(50);
  expect(await waiting).toBe(true);
});

test('a profile that is there before its list tells nothing', async () => {
  const { world, clock, lists, send, key } = await waitingFor('');
  const before = await world.documents.get(key);
  const place = await send({ itemId: 'i-new', eventId: 'news', time: at });
  await world.drain();
  const list = (await world.documents.get(key))?.body ?? {};
  await world.documents.put(key, before?.body ?? {}, 'always');
  let isAnswered = false;
  const waiting = lists.wait('u3', place, 5_000).finally(() => (isAnswered = true));
  await settled();
  clock.advance(50);
  await settled();
  expect(isAnswered).toBe(false);
  await world.documents.put(key, list, 'always');
  clock.advance(50);
  expect(await waiting).toBe(true);
});
