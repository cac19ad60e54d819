import { describe, expect, test } from 'vitest';
import { Unavailable } from '../../../src/errors.ts';
import { mostKeys, horizon_ms } from '../../../src/recommender/api/idempotency.ts';
import type { ServerOptions } from '../../../src/recommender/api/server.ts';
import { ratings } from '../../../topologies/streams.ts';
import { consumed } from '../../support/consumer.ts';
import { now, shop } from './shop.ts';

const rating = { userId: 'ann', itemId: 'heat', value: 4 };
const json = { 'content-type': 'application/json' };

type Shop = Awaited<ReturnType<typeof shop>>;
const under = ({ server }: Pick<Shop, 'server'>, key: string, payload: object, url = '/v2/ratings') =>
  server.app.inject({ method: 'POST', url, payload, headers: { ...json, 'idempotency-key': key } });
const codeOf = (answer: { statusCode: number; json: () => { code?: string } }) => [
  answer.statusCode,
  answer.json().code,
];

describe('a request that is sent again under its key', () => {
  test('gets the answer of the first, and is in the log once', async () => {
    const opened = await shop();
    const first = await under(opened, 'k1', rating);
    expect(first.statusCode).toBe(202);
    expect((await under(opened, 'k1', rating)).json()).toEqual(first.json());
    const together = await Promise.all(['k2', 'k2', 'k2'].map(key => under(opened, key, rating)));
    expect(new Set(together.map(({ body }) => body)).size).toBe(1);
    expect(await consumed(opened.transport, ratings)).toHaveLength(2);
  });

  test('with another body is refused, and another caller’s key is another', async () => {
    const opened = await shop();
    await under(opened, 'k1', rating);
    expect(codeOf(await under(opened, 'k1', { ...rating, value: 5 }))).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    // The same key on another path is another request.
    expect((await under(opened, 'k1', { events: [rating] }, '/v2/ratings/batch')).statusCode).toBe(202);
  });

  test('at a server that was started since, it has the same event ids, so that it counts once; another body has others', async () => {
    const [before, after] = [await shop(), await shop()];
    const idOf = async (opened: Shop, payload: object) =>
      (await under(opened, 'k1', payload)).json<{ eventId: string }>().eventId;
    const first = await idOf(before, rating);
    expect(first).toMatch(/^key-[\w-]{43}-0$/);
    expect(await idOf(after, rating)).toBe(first);
    expect(await idOf(await shop(), { ...rating, value: 5 })).not.toBe(first);
  });

  test('that failed is tried anew', async () => {
    let fails = true;
    const { transport } = await shop();
    const failing: ServerOptions['transport'] = {
      partitions: topic => transport.partitions(topic),
      topics: () => transport.topics(),
      bounds: at => transport.bounds(at),
      read: (...given) => transport.read(...given),
      grown: (...given) => transport.grown(...given),
      committed: (...given) => transport.committed(...given),
      append: appends =>
        fails ? Promise.reject(new Unavailable('The log is away', 'Wait')) : transport.append(appends),
    };
    const opened = await shop({ transport: failing });
    expect((await under(opened, 'k1', rating)).statusCode).toBe(503);
    fails = false;
    expect((await under(opened, 'k1', rating)).statusCode).toBe(202);
  });

  test('after the horizon, or after as many others as are kept, is taken anew', async () => {
    let time = now;
    const opened = await shop({ clock: { now: () => time, sleep: () => new Promise<void>(() => {}) } });
    const offsetOf = async (key: string) => (await under(opened, key, rating)).json<{ offset: number }>().offset;
    expect([await offsetOf('k'), await offsetOf('k')]).toEqual([0, 0]);
    time += horizon_ms;
    expect(await offsetOf('k')).toBe(1);
    for (let n = 0; n < mostKeys - 1; n++) await under(opened, `other-${n}`, rating);
    expect(await offsetOf('k')).toBe(1);
    await under(opened, 'one-more', rating);
    expect(await offsetOf('k')).toBe(mostKeys + 2);
  });

  test.each(['', ' ', 'a b', 'x'.repeat(129), 'a/b', '{"a":1}'])('under no key: %j', async key => {
    const answer = await under(await shop(), key, rating);
    expect(codeOf(answer)).toEqual([400, 'INVALID_REQUEST']);
  });
});

describe('a batch', () => {
  test('takes each event by itself: where one is refused, the others are in the log where the answer says', async () => {
    const opened = await shop();
    const events = [rating, { ...rating, value: 99 }, { ...rating, itemId: 'ran', eventId: 'mine' }];
    const answer = await under(opened, 'k1', { events }, '/v2/ratings/batch');
    expect(answer.statusCode).toBe(202);
    const told = answer.json<{ events: readonly { eventId?: string }[] }>().events;
    expect(told).toMatchObject([
      { eventId: expect.stringMatching(/^key-[\w-]{43}-0$/), topic: 'ratings', offset: 0 },
      { status: 422, code: 'INVALID_RATING' },
      { eventId: 'mine', topic: 'ratings', offset: 1 },
    ]);
    expect((await consumed(opened.transport, ratings)).map(({ eventId }) => eventId)).toEqual([
      told[0]?.eventId,
      'mine',
    ]);
  });

  test('of exposures refuses lists that nobody was shown, each by itself', async () => {
    const opened = await shop();
    await opened.fill.list('ann', ['a', 'b']);
    const list = (await opened.get('/v2/users/ann/recommendations')).json<{
      listId: string;
      items: readonly { itemId: string }[];
    }>();
    const shown = { listId: list.listId, userId: 'ann', slot: 'top', items: list.items.map(({ itemId }) => itemId) };
    const events = [shown, { ...shown, userId: 'bob' }];
    const answer = await opened.postTo('/v2/exposures/batch', { events });
    expect(answer.json()).toMatchObject({ events: [{ topic: 'exposures' }, { status: 422, code: 'UNKNOWN_LIST' }] });
  });

  test('has 1 to 100 events, and no more bytes than are said', async () => {
    const { postTo } = await shop();
    const of = (count: number, itemId = 'heat') => ({
      events: Array.from({ length: count }, () => ({ ...rating, itemId })),
    });
    const statuses = [];
    for (const body of [of(0), of(101), {}, { events: rating }])
      statuses.push((await postTo('/v2/ratings/batch', body)).statusCode);
    expect(statuses).toEqual([400, 400, 400, 400]);
    expect((await postTo('/v2/ratings/batch', of(100, 'x'.repeat(200)))).statusCode).toBe(202);
    expect((await postTo('/v2/ratings/batch', of(100, 'x'.repeat(3_000)))).statusCode).toBe(413);
  });
});
