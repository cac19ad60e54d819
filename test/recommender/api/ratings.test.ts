import { describe, expect, test } from 'vitest';
import { partitionOf } from '../../../src/transport/partitioner.ts';
import { Unavailable } from '../../../src/errors.ts';
import { ratings } from '../../../topologies/streams.ts';
import { consumed } from '../../support/consumer.ts';
import { now, shop } from './shop.ts';

const sound = { userId: 'ann', itemId: 'heat', value: 4.5 };

describe('a rating that is posted', () => {
  test('is in the log, where the answer says, when 202 is answered', async () => {
    const { post, transport } = await shop();
    const partition = partitionOf('ann', 4);
    const first = await post({ ...sound, eventId: 'e1', at: '2026-03-10T10:00:00+01:00' });
    expect(first.statusCode).toBe(202);
    expect(first.json()).toEqual({ eventId: 'e1', topic: 'ratings', partition, offset: 0 });
    const second = await post({ ...sound, kind: 'order', value: 3 });
    expect(second.json()).toEqual({ eventId: 'drawn-0', topic: 'ratings', partition, offset: 1 });
    const common = { tenant: '', userId: 'ann', sessionId: '', itemId: 'heat' };
    expect(await consumed(transport, ratings)).toEqual([
      { ...common, eventId: 'e1', kind: 'rating', value: 4.5, time: Date.UTC(2026, 2, 10, 9) },
      { ...common, eventId: 'drawn-0', kind: 'order', value: 3, time: now },
    ]);
  });

  const json = (change: object): string => JSON.stringify({ ...sound, ...change });
  test.each([
    ['broken JSON', '{"userId": "ann",', 400, 'INVALID_JSON'],
    ['nothing', '', 400, 'INVALID_JSON'],
    ['no object', '[]', 400, 'INVALID_REQUEST'],
    ['NaN', '{"userId":"ann","itemId":"heat","value":NaN}', 400, 'INVALID_JSON'],
    ['an infinite value', '{"userId":"ann","itemId":"heat","value":1e999}', 400, 'INVALID_REQUEST'],
    ['a value of another type', json({ value: '4' }), 400, 'INVALID_REQUEST'],
    ['an id of another type', json({ itemId: 7 }), 400, 'INVALID_REQUEST'],
    ['no user', json({ userId: undefined }), 400, 'INVALID_REQUEST'],
    ['an empty user', json({ userId: '' }), 400, 'INVALID_REQUEST'],
    ['no item', json({ itemId: undefined }), 400, 'INVALID_REQUEST'],
    ['an id of 10 kB', json({ userId: 'x'.repeat(10_240) }), 400, 'INVALID_REQUEST'],
    ['an id of control characters', json({ userId: 'a\nb' }), 400, 'INVALID_REQUEST'],
    ['an id of half a character', json({ userId: '\ud800' }), 400, 'INVALID_REQUEST'],
    ['a field that there is not', json({ admin: true }), 400, 'INVALID_REQUEST'],
    ['a prototype', '{"__proto__":{"x":1},"userId":"ann","itemId":"heat","value":4}', 400, 'INVALID_JSON'],
    ['an erasure', json({ kind: 'erase', value: 0 }), 400, 'INVALID_REQUEST'],
    ['a time that is none', json({ at: 'yesterday' }), 400, 'INVALID_REQUEST'],
    ['a value off the scale', json({ value: 5.5 }), 422, 'INVALID_RATING'],
    ['no stars, as if to delete a rating', json({ value: 0 }), 422, 'INVALID_RATING'],
    ['a value between the steps', json({ value: 4.2 }), 422, 'INVALID_RATING'],
    ['a time in 1970', json({ at: '1970-01-01T00:00:00Z' }), 422, 'INVALID_RATING'],
    ['a time in 2100', json({ at: '2100-01-01T00:00:00Z' }), 422, 'INVALID_RATING'],
    ['more than 16 KiB', json({ itemId: 'x'.repeat(17_000) }), 413, 'BODY_TOO_LARGE'],
  ])('is refused with a reason where it has %s, and the log stays empty', async (_what, body, status, code) => {
    const { post, transport, reported } = await shop();
    const answer = await post(body);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toMatchObject({ status, code, type: 'about:blank' });
    expect(answer.statusCode).toBe(status);
    expect(answer.body.length).toBeLessThan(1_500);
    expect(answer.body).not.toMatch(/node_modules|\.ts|stack/);
    expect(await consumed(transport, ratings)).toEqual([]);
    expect(reported).toEqual([]);
  });

  test('is not read from text or a form, which a page elsewhere could send', async () => {
    const { post } = await shop();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const answer = await post(JSON.stringify(sound), { 'content-type': type });
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    }
  });

  test('is to be sent again later where the log does not answer', async () => {
    const away = () => Promise.reject(new Unavailable('The log is away', 'Wait'));
    const { post } = await shop({
      transport: {
        partitions: away,
        append: away,
        topics: away,
        bounds: away,
        read: away,
        grown: away,
        committed: away,
      },
    });
    const answer = await post(sound);
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(answer.json()).toMatchObject({ code: 'UNAVAILABLE' });
  });
});
