/** A server that goes on with other documents and another log. */
import { expect, test } from 'vitest';
import type { Documents } from '../../../src/documents/port.ts';
import { idle, shop } from './shop.ts';

/** Ids that the list of a user holds, in its order. */
const itemsOf = (answer: { json: () => unknown }): string[] => {
  const body = answer.json();
  if (typeof body !== 'object' || body === null || !('items' in body) || !Array.isArray(body.items)) return [];
  return body.items.map((item: { itemId: string }) => item.itemId);
};

/** A shop in which a user is recommended one item, which has to be among the items to be shown. */
async function shopOf(item: string, change = {}) {
  const opened = await shop(change);
  await opened.fill.list('ann', [item]);
  await opened.fill.model([item]);
  await opened.fill.item(item);
  return opened;
}

const url = '/v2/users/ann/recommendations';

test('answers from the one before the move and from the other after it', async () => {
  const before = await shopOf('old');
  const after = await shopOf('new');
  expect(itemsOf(await before.get(url))).toEqual(['old']);
  await before.server.moveTo({ documents: after.documents, transport: after.transport, live: idle });
  expect(itemsOf(await before.get(url))).toEqual(['new']);
  expect(itemsOf(await before.get('/v2/popular'))).toEqual(['new']);
  const rating = { userId: 'ann', itemId: 'new', value: 4 };
  expect((await before.post(rating)).statusCode).toBe(202);
  const ends = async ({ transport }: Pick<typeof before, 'transport'>) => {
    const bounds = [0, 1, 2, 3].map(partition => transport.bounds({ topic: 'ratings', partition }));
    return (await Promise.all(bounds)).reduce((sum, { end }) => sum + end, 0);
  };
  expect([await ends(before), await ends(after)]).toEqual([0, 1]);
});

test('answers a request that is under way wholly from where it began', async () => {
  const old = await shopOf('old');
  const held = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const documents: Pick<Documents, 'get' | 'isCurrent' | 'changes' | 'feedEnd' | 'list' | 'put'> = {
    get: async key => {
      reached.resolve();
      await held.promise;
      return old.documents.get(key);
    },
    isCurrent: (key, etag) => old.documents.isCurrent(key, etag),
    changes: (collection, continuation, limit) => old.documents.changes(collection, continuation, limit),
    feedEnd: collection => old.documents.feedEnd(collection),
    list: request => old.documents.list(request),
    put: (key, body, condition) => old.documents.put(key, body, condition),
  };
  const { server, get } = await shop({ documents });
  const after = await shopOf('new');
  const asked = get(url);
  await reached.promise;
  await server.moveTo({ documents: after.documents, transport: after.transport, live: idle });
  held.resolve();
  expect(itemsOf(await asked)).toEqual(['old']);
  expect(itemsOf(await get(url))).toEqual(['new']);
});

test('ends the live streams of the one before, so that who watches asks again', async () => {
  const before = await shopOf('old');
  const after = await shopOf('new');
  const { body } = await fetch(`${await before.server.listen({ port: 0 })}/v2/live`);
  const reader = body?.getReader();
  expect((await reader?.read())?.done).toBe(false);
  await before.server.moveTo({ documents: after.documents, transport: after.transport, live: idle });
  while ((await reader?.read())?.done === false);
});
