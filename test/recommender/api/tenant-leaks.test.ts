/** Every endpoint of the server's table, asked by one tenant about ids that another has too: nothing of the other is in any answer. */
import { expect, test } from 'vitest';
import type { Endpoint } from '../../../src/recommender/api/endpoint.ts';
import { items, ratings } from '../../../topologies/streams.ts';
import { day, minute, rating } from '../../topologies/events.ts';
import { dataflow } from './dataflow.ts';
import { tenantGate as gate } from './tenant-gate.ts';

const mark = 'of-the-north';

const lines = [{ itemId: 'heat', quantity: 1 }];
const bodies: Readonly<Record<string, object>> = {
  '/v2/recommendations': { items: [{ itemId: 'heat' }] },
  '/v2/ratings': { userId: 'ann', itemId: 'heat', value: 4 },
  '/v2/ratings/batch': { events: [{ userId: 'ann', itemId: 'heat', value: 4 }] },
  '/v2/exposures': { listId: 'forged', userId: 'ann', slot: 'home', items: ['heat'] },
  '/v2/exposures/batch': { events: [{ listId: 'forged', userId: 'ann', slot: 'home', items: ['heat'] }] },
  '/v2/orders': { userId: 'ann', orderId: 'o-2', lines },
  '/v2/orders/batch': { orders: [{ userId: 'ann', orderId: 'o-3', lines }] },
  '/v2/orders/{userId}/{orderId}/returns': { lines },
  '/v2/users/{id}/aliases': { sessionId: 'visit' },
};

/** They do not end: tenant-streams.test.ts has them. */
const isStream = ({ mediaType }: Endpoint): boolean => mediaType === 'text/event-stream';

/** Ids that both tenants have, and one that only the north has. */
function filled(path: string, itemId: string): string {
  const isItems = path.startsWith('/v2/items/');
  const valueOf = (name: string): string => {
    if (name === 'orderId') return 'o-1';
    return name === 'itemId' || isItems ? itemId : 'ann';
  };
  return path.replaceAll(/\{(?<name>\w+)\}/g, (_, name: string) => valueOf(name));
}

test('with the credentials of one tenant no endpoint says anything of another, where ids are the same and where they are not', async () => {
  const { world, server } = await dataflow({ access: { gate } });
  const film = { genres: ['Drama'], tags: [], available: true, time: day };
  const tenants = ['north', 'south'] as const;
  const plain = ['heat', 'alien'];
  for (const tenant of tenants) {
    const own = tenant === 'north' ? [...plain, mark] : plain;
    for (const itemId of own)
      await world.send(items, { ...film, itemId, tenant, title: tenant === 'north' ? `${itemId} ${mark}` : itemId });
    await world.send(
      ratings,
      ...own.flatMap((itemId, n) => [
        rating({ tenant, userId: 'ann', itemId, eventId: `a${n}`, time: day + n * minute }),
        rating({
          tenant,
          userId: tenant === 'north' ? `u-${mark}` : 'bob',
          itemId,
          eventId: `b${n}`,
          time: day + n * minute,
        }),
      ]),
    );
  }
  await world.drain();
  const order = { userId: 'ann', orderId: 'o-1', lines: [{ itemId: mark, quantity: 7 }] };
  const placed = await server.app.inject({
    method: 'POST',
    url: '/v2/orders',
    headers: { authorization: 'north|service', 'idempotency-key': 'k' },
    payload: order,
  });
  expect(placed.statusCode).toBe(202);
  await world.drain();

  const endpoints = server.endpoints.filter(endpoint => !isStream(endpoint));
  const asked = ['south|service', 'south|shopper|ann'].flatMap(who =>
    endpoints.flatMap(({ path, method }) => ['heat', mark].map(itemId => ({ who, path, method, itemId }))),
  );
  let answered = 0;
  for (const { who, path, method, itemId } of asked) {
    const url = filled(path, itemId);
    const answer = await server.app.inject({
      method,
      url,
      headers: { authorization: who, 'idempotency-key': `${who} ${method} ${url}`.replaceAll(/[^a-z0-9]/g, '-') },
      ...(method === 'POST' ? { payload: bodies[path] ?? {} } : {}),
    });
    if (answer.statusCode < 300) answered++;
    // An order says where its own document lies, by the scoped id of its own tenant.
    // An answer may say the id back that it was asked about, and nothing that only the north knows of it.
    const said = `${answer.body} ${JSON.stringify(answer.headers)}`.replaceAll(url, '');
    const other = said.replaceAll(`"itemId":"${mark}"`, '').replaceAll(`"title":"${mark}"`, '');
    const told = itemId === mark ? other : said;
    expect([
      method,
      url,
      answer.statusCode >= 500,
      told.includes(mark) || said.includes('north\\u001f') ? said : '',
    ]).toEqual([method, url, false, '']);
  }
  expect(asked.length).toBeGreaterThan(100);
  expect(answered).toBeGreaterThan(40);
  // Nothing that the south did, erasures among it, has reached the north.
  await world.drain();
  const north = await server.app.inject({ url: '/v2/users/ann/profile', headers: { authorization: 'north|service' } });
  expect(north.json<{ count: number }>().count).toBeGreaterThan(1);
});
