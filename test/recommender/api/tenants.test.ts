import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { exposures, items, ratings } from '../../../topologies/streams.ts';
import { day, minute, rating } from '../../topologies/events.ts';
import { readableValuesOf } from '../../../src/stream/log-values.ts';
import { dataflow } from './dataflow.ts';
import { tenantGate as gate } from './tenant-gate.ts';

const tenants = ['', 'north', 'south'] as const;
type Tenant = (typeof tenants)[number];

/** What only one tenant says: it may be found in no answer to another. */
const markOf = (tenant: Tenant): string => `of-${tenant === '' ? 'nobody' : tenant}`;

interface Done {
  readonly tenant: Tenant;
  readonly userId: string;
  readonly itemId: string;
  readonly value: number;
}

/** Ten users and twelve items, the same ids in each tenant; what is done with them differs, and how much. */
const done: fc.Arbitrary<Done> = fc.record({
  tenant: fc.constantFrom(...tenants, 'north' as const),
  userId: fc.integer({ min: 0, max: 9 }).map(n => `u${n}`),
  itemId: fc.integer({ min: 0, max: 11 }).map(n => `i${n}`),
  value: fc.constantFrom(1, 3, 4, 5),
});

const listed = z.object({ items: z.array(z.object({ itemId: z.string(), title: z.string(), score: z.number() })) });

test('nothing of one tenant is found in what another is answered, however alike their ids', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(done, { minLength: 120, maxLength: 200 }), async story => {
      const { world, server } = await dataflow({ access: { gate } });
      const ask = async (tenant: Tenant, url: string, who = 'service') => {
        const answer = await server.app.inject({ url, headers: { authorization: `${tenant}|${who}` } });
        expect([url, answer.statusCode]).toEqual([url, 200]);
        return answer.body;
      };
      for (const tenant of tenants)
        await world.send(
          items,
          ...Array.from({ length: 12 }, (_, n) => ({
            itemId: `i${n}`,
            tenant,
            title: `i${n} ${markOf(tenant)}`,
            genres: [n % 2 === 0 ? 'Drama' : 'Comedy', markOf(tenant)],
            tags: [],
            available: true,
            time: day,
          })),
        );
      const events = story.map((one, n) =>
        rating({ ...one, eventId: `e${n % 40}-${one.userId}`, time: day + n * minute }),
      );
      // An id that only one tenant knows, and event ids that two of them use.
      const only = tenants.map(tenant =>
        rating({ tenant, userId: `u-${markOf(tenant)}`, itemId: `i-${markOf(tenant)}`, eventId: 'only', time: day }),
      );
      await world.send(ratings, ...events, ...only);
      await world.drain();
      const counted = countsOf(events);

      for (const tenant of tenants) {
        const urls = [
          '/v2/popular?n=100',
          '/v2/trending?n=100',
          '/v2/trends?window=daily&n=100',
          '/v2/users?n=100',
          '/v2/items?n=100',
          ...Array.from({ length: 10 }, (_, n) => [
            `/v2/users/u${n}/recommendations?n=100`,
            `/v1/users/u${n}/recommendations?n=100`,
            `/v2/users/u${n}/recommendations?n=100&exclude=none`,
            `/v2/users/u${n}/profile`,
            `/v2/users/u${n}/recommendations/i1/why`,
          ]).flat(),
          ...Array.from({ length: 12 }, (_, n) => [`/v2/items/i${n}/similar?n=100`, `/v2/items/i${n}/trends`]).flat(),
        ];
        const others = tenants.filter(other => other !== tenant).map(markOf);
        for (const url of urls) {
          const body = await ask(tenant, url);
          expect([url, ...others.filter(mark => body.includes(mark)), body.includes('\\u001f')]).toEqual([url, false]);
        }
        for (let n = 0; n < 10; n++) {
          const profile: unknown = JSON.parse(await ask(tenant, `/v2/users/u${n}/profile?n=100`, `shopper|u${n}`));
          const own = counted.get(tenant)?.get(`u${n}`) ?? new Map();
          expect(profile).toMatchObject({ userId: `u${n}`, count: own.size });
          const list = listed.parse(JSON.parse(await ask(tenant, `/v2/users/u${n}/recommendations?n=100`)));
          expect(list.items.filter(({ itemId }) => own.has(itemId))).toEqual([]);
          expect(new Set(list.items.map(({ itemId }) => itemId)).size).toBe(list.items.length);
        }
        const users = z.object({ users: z.array(z.object({ userId: z.string(), events: z.int() })) });
        const found = users.parse(JSON.parse(await ask(tenant, '/v2/users?n=100')));
        const expected = [...(counted.get(tenant) ?? [])].map(([userId, own]) => [userId, own.size]);
        const names = [...expected, [`u-${markOf(tenant)}`, 1]];
        expect(new Map(found.users.map(({ userId, events: n }) => [userId, n]))).toEqual(
          new Map(names.map(([id, n]) => [String(id), Number(n)])),
        );
      }
    }),
    { numRuns: 3, endOnFailure: true },
  );
});

/** The things of each user of each tenant: events with an id that the tenant has used before count once. */
function countsOf(events: readonly ReturnType<typeof rating>[]) {
  const counts = new Map<string, Map<string, Map<string, number>>>();
  for (const { tenant, userId, itemId } of events) {
    const users = counts.get(tenant) ?? new Map<string, Map<string, number>>();
    counts.set(tenant, users);
    const own = users.get(userId) ?? new Map<string, number>();
    users.set(userId, own);
    own.set(itemId, (own.get(itemId) ?? 0) + 1);
  }
  return counts;
}

test('what a tenant posts is written as its own, and no report of it is taken by another', async () => {
  const { world, server } = await dataflow({ access: { gate } });
  await world.transport.createTopic(exposures.name, { partitions: 2 });
  const post = (url: string, who: string, payload: object) =>
    server.app.inject({ method: 'POST', url, headers: { authorization: who }, payload });
  const own = { userId: 'ann', itemId: 'heat', value: 5, eventId: 'same' };
  for (const who of ['north|shopper|ann', 'south|service'])
    expect((await post('/v2/ratings', who, own)).statusCode).toBe(202);
  await world.drain();
  const kept = [];
  for await (const { value } of readableValuesOf(world, ratings)) kept.push([value?.tenant, value?.userId]);
  expect(kept.sort(([a = ''], [b = '']) => a.localeCompare(b))).toEqual([
    ['north', 'ann'],
    ['south', 'ann'],
  ]);
  const headers = { authorization: 'north|shopper|ann' };
  const list = (await server.app.inject({ url: '/v2/popular', headers })).json<{
    listId: string;
    items: { itemId: string }[];
  }>();
  const report = { listId: list.listId, userId: 'ann', slot: 'home', items: list.items.map(({ itemId }) => itemId) };
  expect(report.items).toEqual(['heat']);
  expect((await post('/v2/exposures', 'south|shopper|ann', report)).statusCode).toBe(422);
  expect((await post('/v2/exposures', 'north|shopper|ann', report)).statusCode).toBe(202);
  for await (const { value } of readableValuesOf(world, exposures)) expect(value).toMatchObject({ tenant: 'north' });
});

test('an erasure and an alias reach nobody of another tenant', async () => {
  const { world, server } = await dataflow({ access: { gate } });
  const note = { itemId: '', value: 0, time: day + 60 * minute };
  for (const tenant of ['north', 'south'])
    await world.send(
      ratings,
      rating({ tenant, userId: 'ann', itemId: 'heat', time: day }),
      rating({ tenant, userId: '', sessionId: 'visit', itemId: 'alien', time: day }),
      rating({ tenant, userId: 'bob', itemId: 'alien', time: day }),
    );
  await world.send(
    ratings,
    rating({ tenant: 'north', userId: 'ann', kind: 'erase', ...note }),
    rating({ tenant: 'south', userId: 'bob', sessionId: 'visit', kind: 'alias', ...note }),
  );
  await world.drain();
  const counts = async (tenant: string) => {
    const profiles = ['ann', 'bob', 'visit'].map(user =>
      server.app.inject({ url: `/v2/users/${user}/profile`, headers: { authorization: `${tenant}|service` } }),
    );
    return (await Promise.all(profiles)).map(answer => answer.json<{ count: number }>().count);
  };
  expect(await counts('north')).toEqual([0, 1, 1]);
  expect(await counts('south')).toEqual([1, 1, 0]);
});
