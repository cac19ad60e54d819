/** Two tenants that do the same by the same ids: what each is answered, once and again, is its own. */
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/engine/clock.ts';
import { OrdersConnector } from '../../../src/recommender/orders/connector.ts';
import { scoped } from '../../../src/recommender/domain/tenant.ts';
import { exposures, items, ratings } from '../../../topologies/streams.ts';
import { day, minute, rating } from '../../topologies/events.ts';
import { dataflow } from './dataflow.ts';
import { tenantGate } from './tenant-gate.ts';

const twins = ['north', 'south'] as const;
type Twin = (typeof twins)[number];
const otherOf = (tenant: Twin): Twin => (tenant === 'north' ? 'south' : 'north');
const markOf = (tenant: Twin): string => `of the ${tenant}`;
const things = ['heat', 'alien', 'ronin', 'dune'];
/** What only one of them has done. */
const orderedBy = { north: 3, south: 8 } as const;

/** The same catalogue by ids, the same users, sessions and event ids; titles say whose it is. */
async function twinShops() {
  const { world, server } = await dataflow({ access: { gate: tenantGate } });
  await world.transport.createTopic(exposures.name, { partitions: 2 });
  for (const tenant of twins) {
    const described = things.map(itemId => ({
      itemId,
      tenant,
      title: `${itemId} ${markOf(tenant)}`,
      genres: ['Drama'],
      tags: [],
      available: true,
      time: day,
    }));
    await world.send(items, ...described);
    const done = (userId: string, itemId: string, n: number) =>
      rating({ tenant, userId, itemId, eventId: `${userId} ${n}`, time: day + n * minute });
    await world.send(
      ratings,
      done('ann', 'heat', 1),
      ...['bob', 'cat', 'dan'].flatMap(user => things.map((itemId, n) => done(user, itemId, n))),
      rating({ tenant, userId: '', sessionId: 'visit', itemId: 'dune', eventId: 'of the visit', time: day }),
    );
  }
  await world.drain();
  const send = (method: 'GET' | 'POST' | 'DELETE', tenant: Twin, url: string, payload?: object) =>
    server.app.inject({
      method,
      url,
      headers: { authorization: `${tenant}|service`, 'idempotency-key': 'the-same' },
      ...(payload && { payload }),
    });
  const connect = () =>
    new OrdersConnector({
      documents: world.documents,
      transport: world.transport,
      clock: systemClock,
      owner: 'test',
      pollEvery: 2,
      onWait: () => {},
      warn: () => {},
    }).runUntilCaughtUp(new AbortController().signal);
  return { world, server, send, connect };
}

test('of every list, asked for again and again by both, each is answered its own', async () => {
  const { send } = await twinShops();
  const urls = [
    '/v2/users/ann/recommendations',
    // Short enough to be filled from the own list alone: an answer that is remembered.
    '/v2/users/ann/recommendations?n=2',
    '/v2/users/ann/recommendations?n=3&explain=2',
    '/v1/users/ann/recommendations',
    '/v2/users/visit/recommendations',
    '/v2/items/heat/similar',
    '/v2/trending',
    '/v2/popular',
    '/v2/trends?window=daily',
    '/v2/items?query=heat',
    '/v2/items/heat/trends',
    '/v2/users/ann/profile',
    '/v2/users/ann/recommendations/alien/why',
  ];
  for (const url of urls) {
    const answers = new Map<Twin, string>();
    for (let round = 0; round < 4; round++)
      for (const tenant of twins) {
        const { statusCode, body } = await send('GET', tenant, url);
        expect([url, tenant, statusCode, body.includes(markOf(tenant)), body.includes(otherOf(tenant))]).toEqual([
          url,
          tenant,
          200,
          true,
          false,
        ]);
        const before = answers.get(tenant) ?? body;
        expect(body).toBe(before);
        answers.set(tenant, body);
      }
  }
});

test('with one Idempotency-Key and one order id each places its own order, and hears of its own alone', async () => {
  const { world, send, connect } = await twinShops();
  const lines = (tenant: Twin) => [{ itemId: 'alien', quantity: orderedBy[tenant] }];
  for (const tenant of twins) {
    const rated = await send('POST', tenant, '/v2/ratings', { userId: 'ann', itemId: 'dune', value: 4 });
    const placed = await send('POST', tenant, '/v2/orders', { userId: 'ann', orderId: 'o-1', lines: lines(tenant) });
    expect([rated.statusCode, placed.statusCode]).toEqual([202, 202]);
  }
  await connect();
  await world.drain();
  for (const tenant of twins) {
    const [own, other] = [orderedBy[tenant], orderedBy[otherOf(tenant)]];
    const listed = await send('GET', tenant, '/v2/users/ann/orders');
    expect(listed.json()).toMatchObject({ orders: [{ orderId: 'o-1', lines: [{ quantity: own }] }] });
    const progress = await send('GET', tenant, '/v2/orders/ann/o-1/progress');
    expect([progress.statusCode, progress.json()]).toMatchObject([200, { learnt: true }]);
    const profile = await send('GET', tenant, '/v2/users/ann/profile');
    expect(profile.json<{ items: object[] }>().items).toContainEqual(
      expect.objectContaining({ itemId: 'alien', kind: 'order', value: own }),
    );
    for (const { body } of [listed, progress, profile]) expect(body).not.toContain(`"quantity":${other}`);
  }
  const returned = await send(
    'POST',
    'south',
    '/v2/orders/ann/o-1/returns',
    lines('south').length > 0 ? { lines: lines('south') } : {},
  );
  expect(returned.statusCode).toBe(202);
  const north = await send('GET', 'north', '/v2/users/ann/orders');
  expect(north.json()).toMatchObject({ orders: [{ lines: [{ standing: orderedBy.north }] }] });
});

test('a session, an alias, a report and an erasure of one are nothing to the other, and no receipt opens elsewhere', async () => {
  const { world, send } = await twinShops();
  const list = await send('GET', 'north', '/v2/users/ann/recommendations');
  const { listId, items: shown } = list.json<{ listId: string; items: { itemId: string }[] }>();
  const report = { listId, userId: 'ann', slot: 'home', items: shown.map(({ itemId }) => itemId) };
  expect((await send('POST', 'south', '/v2/exposures', report)).statusCode).toBe(422);
  expect((await send('POST', 'north', '/v2/exposures', report)).statusCode).toBe(202);

  await send('POST', 'south', '/v2/users/cat/aliases', { sessionId: 'visit' });
  const erased = await send('DELETE', 'south', '/v2/users/ann');
  const receipt = erased.json<{ id: string }>().id;
  await world.drain();
  expect((await send('GET', 'north', `/v2/erasures/${receipt}`)).statusCode).toBe(404);
  const stands = await send('GET', 'south', `/v2/erasures/${receipt}`);
  expect(stands.json()).toMatchObject({ model: { state: 'gone' }, documents: { state: 'gone' } });
  const counts = async (tenant: Twin) => {
    const profiles = ['ann', 'visit', 'cat'].map(user => send('GET', tenant, `/v2/users/${user}/profile`));
    return (await Promise.all(profiles)).map(answer => answer.json<{ count: number }>().count);
  };
  expect(await counts('north')).toEqual([1, 1, 4]);
  expect(await counts('south')).toEqual([0, 0, 4]);
  const northAnn = scoped('north', 'ann');
  const vector = await world.documents.get({ collection: 'userVectors', partition: northAnn, id: northAnn });
  expect(vector).toBeDefined();
  // Whom the north never erased, it owes nothing: its vectors have not learnt from anybody of the south.
  const own = await send('DELETE', 'north', '/v2/users/nobody');
  await world.drain();
  const { id } = own.json<{ id: string }>();
  expect((await send('GET', 'north', `/v2/erasures/${id}`)).json()).toMatchObject({ generation: { state: 'gone' } });
});
