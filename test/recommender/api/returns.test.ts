/** Returns that are sent again: what a key promises, whoever answers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DocumentKey, Documents } from '../../../src/documents/port.ts';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { KeyReused } from '../../../src/recommender/api/idempotency.ts';
import { InvalidOrder } from '../../../src/recommender/api/orders/errors.ts';
import { findOrder, placeOrder } from '../../../src/recommender/api/orders/place.ts';
import { mostRequestsKept } from '../../../src/recommender/api/orders/request-keys.ts';
import { returnLines } from '../../../src/recommender/api/orders/take-back.ts';
import { openEmbeddedLog } from '../../../src/transport/embedded/open.ts';
import { now, shop } from './shop.ts';

const order = { userId: 'ann', orderId: 'o-1', lines: [{ itemId: 'heat', quantity: 100 }] };
const heat = (quantity: number) => ({ lines: [{ itemId: 'heat', quantity }] });
const under = (key: string) => ({ 'content-type': 'application/json', 'idempotency-key': key });
const returns = '/v2/orders/ann/o-1/returns';

async function ordered() {
  const opened = await shop();
  await opened.postTo('/v2/orders', order);
  const giveBack = (key: string, body: object = heat(1), on = opened) => on.postTo(returns, body, under(key));
  const returned = async () =>
    (await opened.get('/v2/orders/ann/o-1')).json<{ lines: { returned: number }[] }>().lines[0]?.returned;
  return { ...opened, giveBack, returned };
}

describe('a return that is sent again under its key', () => {
  test('gets the answer of the first, and gives back once', async () => {
    const { giveBack, returned, postTo } = await ordered();
    const first = await giveBack('k1');
    expect(first.statusCode).toBe(202);
    expect((await giveBack('k1')).json()).toEqual(first.json());
    expect(await returned()).toBe(1);
    await giveBack('k2');
    expect(await returned()).toBe(2);
    // What became of the order since is told by those who ask for it.
    await postTo('/v2/orders/ann/o-1/cancel', {});
    expect((await giveBack('k1')).json()).toEqual(first.json());
  });

  test('at another server, which has never heard of it, gives back nothing more', async () => {
    const { giveBack, returned, documents, transport } = await ordered();
    const first = await giveBack('k1');
    const other = await shop({ documents, transport });
    const again = await other.postTo(returns, heat(1), under('k1'));
    expect([again.statusCode, again.json()]).toEqual([202, first.json()]);
    expect(await returned()).toBe(1);
  });

  test('with another body is refused, on another order it is another return', async () => {
    const { giveBack, returned, postTo } = await ordered();
    await giveBack('k1');
    const other = await giveBack('k1', heat(2));
    expect([other.statusCode, other.json<{ code: string }>().code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect(await returned()).toBe(1);
    await postTo('/v2/orders', { ...order, orderId: 'o-2' });
    expect((await postTo('/v2/orders/ann/o-2/returns', heat(2), under('k1'))).statusCode).toBe(202);
  });

  test('that was refused is looked at anew', async () => {
    const { giveBack, postTo, returned } = await ordered();
    expect((await giveBack('k1', heat(101))).statusCode).toBe(422);
    expect((await giveBack('k1', heat(100))).statusCode).toBe(202);
    expect((await postTo(returns, heat(1), under('k2'))).json()).toMatchObject({ code: 'INVALID_ORDER' });
    expect(await returned()).toBe(100);
  });

  test('is known behind as many others as are kept, and without its key each is one of its own', async () => {
    const { giveBack, postTo, returned, documents } = await ordered();
    for (let n = 0; n < mostRequestsKept; n++) await giveBack(`k${n}`);
    await giveBack('k0');
    expect(await returned()).toBe(mostRequestsKept);
    await giveBack('one-more');
    await giveBack('k0');
    expect(await returned()).toBe(mostRequestsKept + 2);
    await postTo(returns, heat(1));
    await postTo(returns, heat(1));
    expect(await returned()).toBe(mostRequestsKept + 4);
    const stored = await documents.get({ collection: 'orders', partition: 'ann', id: 'o-1' });
    expect(stored?.body['idempotencyKeys']).toHaveLength(mostRequestsKept);
    expect(JSON.stringify(stored?.body)).not.toContain('one-more');
  });

  test('of an order that the shop has written itself counts once, and what else is in it stays', async () => {
    const { giveBack, documents } = await ordered();
    const key = { collection: 'orders', partition: 'ann', id: 'o-1' };
    const own = { orderId: 'o-1', userId: 'ann', placedAt: now, lines: [{ itemId: 'heat', quantity: 3 }], gift: true };
    await documents.put(key, own, 'always');
    await giveBack('k1');
    await giveBack('k1');
    expect((await documents.get(key))?.body).toMatchObject({ gift: true, lines: [{ quantity: 3, returned: 1 }] });
  });

  test.each(['', 'a b', 'x'.repeat(129), 'a/b'])('under no key: %j', async key => {
    const { giveBack, returned } = await ordered();
    expect((await giveBack(key)).statusCode).toBe(400);
    expect(await returned()).toBe(0);
  });
});

test('of any that come at the same time, each key counts once', async () => {
  const sent = fc.record({ key: fc.constantFrom('a', 'b', 'c'), quantity: fc.integer({ min: 1, max: 2 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 6 }), fc.scheduler(), async (all, scheduler) => {
      const stored = openSqliteDocuments({ path: ':memory:', clock: () => now });
      const transport = openEmbeddedLog({ path: ':memory:', clock: () => now });
      await transport.createTopic('ratings', { partitions: 1 });
      const key: DocumentKey = { collection: 'orders', partition: 'ann', id: 'o-1' };
      const ports = { documents: stored, transport, clock: { now: () => now } };
      await placeOrder(ports, { ...order, tenant: '' });
      const documents: Pick<Documents, 'get' | 'put' | 'list'> = {
        get: scheduler.scheduleFunction((...given) => stored.get(...given)),
        put: scheduler.scheduleFunction((...given) => stored.put(...given)),
        list: (...given) => stored.list(...given),
      };
      const outcomes = all.map(async ({ key: name, quantity }) => {
        const request = { key: name, body: `${quantity}` };
        try {
          await returnLines({ ...ports, documents }, key, { ...heat(quantity), request });
          return { name, quantity };
        } catch (error) {
          if (error instanceof KeyReused || error instanceof InvalidOrder) return undefined;
          throw error;
        }
      });
      const taken = (await scheduler.waitFor(Promise.all(outcomes))).filter(outcome => outcome !== undefined);
      const counted = new Map(taken.map(({ name, quantity }) => [name, quantity]));
      for (const { name, quantity } of taken) expect(counted.get(name)).toBe(quantity);
      expect([...counted.keys()].sort()).toEqual([...new Set(all.map(({ key: name }) => name))].sort());
      const { order: after } = await findOrder(stored, key);
      const wanted = [...counted.values()].reduce((sum, quantity) => sum + quantity, 0);
      expect(after.lines).toMatchObject([{ returned: wanted }]);
      await stored.close();
      await transport.close();
    }),
    { numRuns: 60 },
  );
});
