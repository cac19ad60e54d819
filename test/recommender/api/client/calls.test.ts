/** What a client sends, and how often. */
import { expect, test } from 'vitest';
import { clientOn } from '../../../../src/recommender/api/client/api-client.ts';
import { InvalidClient, Refused, TimedOut, Unreachable } from '../../../../src/recommender/api/client/errors.ts';
import { sendingOf } from '../../../../src/recommender/api/client/options.ts';
import { send } from '../../../../src/recommender/api/client/patient-fetch.ts';
import { repeatability } from '../../../../src/recommender/api/client/repeatability.ts';
import { machineOf, problem } from './machine.ts';

const baseUrl = 'http://millrace.test';
const found = () => Response.json({ items: [], total: 0 });
const accepted = () => Response.json({ eventId: 'e', topic: 'ratings', partition: 1, offset: 7 }, { status: 202 });
const away = () => problem(503, 'UNAVAILABLE', { 'retry-after': '1' });
const rating = { body: { userId: 'ann', itemId: 'heat', value: 4 } };
const back = { params: { path: { userId: 'ann', orderId: 'o' } }, body: { lines: [{ itemId: 'heat', quantity: 1 }] } };

test('what is asked goes out as the description has it, with the token, and its answer comes back', async () => {
  const { machine, requests } = machineOf(found);
  const millrace = clientOn(machine, { baseUrl: `${baseUrl}/`, token: 'mrk_1', headers: { 'x-gateway': 'g' } });
  const items = await millrace.get('/v2/items', { params: { query: { query: 'a&b', n: 3 } } });
  expect(items).toEqual({ items: [], total: 0 });
  expect(requests.map(({ method, url }) => [method, url])).toEqual([['GET', `${baseUrl}/v2/items?query=a%26b&n=3`]]);
  expect(requests[0]?.headers.get('authorization')).toBe('Bearer mrk_1');
  expect(requests[0]?.headers.get('x-gateway')).toBe('g');
});

test('a refusal is an error with the problem of the server', async () => {
  const { machine, requests } = machineOf(() => problem(403, 'FORBIDDEN'));
  const error = await clientOn(machine, { baseUrl })
    .get('/v2/popular')
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Refused);
  expect(error).toMatchObject({
    status: 403,
    code: 'FORBIDDEN',
    detail: 'FORBIDDEN it is',
    title: 'Title',
    type: 'about:blank',
  });
  expect(requests).toHaveLength(1);
});

test('what somebody else between answers is no answer of the API', async () => {
  const page = () => new Response('<h1>Bad gateway</h1>', { status: 500 });
  const { machine } = machineOf(page);
  await expect(clientOn(machine, { baseUrl }).get('/v2/popular')).rejects.toThrow(Unreachable);
  const { machine: other } = machineOf(() => new Response('<h1>Welcome</h1>'));
  await expect(clientOn(other, { baseUrl }).get('/v2/popular')).rejects.toThrow(Unreachable);
});

test('a read is sent again, after as long as the server asks for, with a token of then', async () => {
  const { machine, requests, waits } = machineOf(
    away,
    () => problem(429, 'RATE_LIMITED', { 'retry-after': '3' }),
    found,
  );
  let asked = 0;
  const millrace = clientOn(machine, { baseUrl, getToken: async () => `t${(asked += 1)}` });
  expect(await millrace.get('/v2/items')).toEqual({ items: [], total: 0 });
  expect(waits).toEqual([1_100, 3_100]);
  expect(requests.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer t1', 'Bearer t2', 'Bearer t3']);
});

test('it is sent so often and no more, and not to who asks for a longer wait than it is worth', async () => {
  const { machine, requests } = machineOf(away);
  await expect(clientOn(machine, { baseUrl }).get('/v2/items')).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    retryAfter_ms: 1_000,
  });
  expect(requests).toHaveLength(3);
  const slow = machineOf(() => problem(429, 'RATE_LIMITED', { 'retry-after': '60' }));
  await expect(clientOn(slow.machine, { baseUrl }).get('/v2/items')).rejects.toMatchObject({ retryAfter_ms: 60_000 });
  expect(slow.requests).toHaveLength(1);
});

test('a connection that breaks, also within an answer, is another attempt; the waits double', async () => {
  const broken = () =>
    new Response(new ReadableStream({ start: controller => controller.error(new TypeError('reset')) }));
  const down = () => {
    throw new TypeError('fetch failed');
  };
  const { machine, waits } = machineOf(down, broken, found);
  expect(await clientOn(machine, { baseUrl }).get('/v2/items')).toEqual({ items: [], total: 0 });
  expect(waits).toEqual([100, 200]);
});

test('a POST that takes a key has one of its own, the same each time', async () => {
  const { machine, requests } = machineOf(away, accepted);
  const millrace = clientOn(machine, { baseUrl });
  expect(await millrace.post('/v2/ratings', rating)).toMatchObject({ partition: 1, offset: 7 });
  await millrace.post('/v2/ratings', rating);
  const keys = requests.map(({ headers }) => headers.get('idempotency-key'));
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect([keys[1] === keys[0], keys[2] === keys[0]]).toEqual([true, false]);
  expect(requests.map(({ body }) => body)).toEqual(Array.from({ length: 3 }, () => JSON.stringify(rating.body)));
});

test('a key that the caller gives is the one that is sent', async () => {
  const { machine, requests } = machineOf(accepted);
  const params = { header: { 'Idempotency-Key': 'mine' } };
  await clientOn(machine, { baseUrl }).post('/v2/ratings', { ...rating, params });
  expect(requests[0]?.headers.get('idempotency-key')).toBe('mine');
});

test('a return has a key, too, so that it is sent again and brings nothing back twice', async () => {
  const { machine, requests } = machineOf(away, away, () => Response.json({}, { status: 202 }));
  await clientOn(machine, { baseUrl }).post('/v2/orders/{userId}/{orderId}/returns', back);
  const keys = requests.map(({ headers }) => headers.get('idempotency-key'));
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(keys).toEqual([keys[0], keys[0], keys[0]]);
});

test('what the description does not let be sent twice is sent once', async () => {
  expect(repeatability('POST', '/v2/of/a/later/server')).toBe('never');
  const { machine, requests } = machineOf(away);
  const sending = sendingOf(machine, { baseUrl });
  const answer = await send(sending, new Request(`${baseUrl}/v2/of/a/later/server`, { method: 'POST' }), false);
  expect(answer.status).toBe(503);
  expect(requests).toHaveLength(1);
});

test('a POST that changes nothing is sent again without a key', async () => {
  const { machine, requests } = machineOf(away);
  const basket = { body: { items: [{ itemId: 'heat' }] } };
  await expect(clientOn(machine, { baseUrl }).post('/v2/recommendations', basket)).rejects.toThrow(Refused);
  expect(requests.map(({ headers }) => headers.has('idempotency-key'))).toEqual([false, false, false]);
});

test('who gives up hears the own reason, and nothing more is sent', async () => {
  const giving = new AbortController();
  const { machine, requests } = machineOf(() => {
    giving.abort(new Error('enough'));
    throw new TypeError('aborted');
  });
  await expect(clientOn(machine, { baseUrl }).get('/v2/items', { signal: giving.signal })).rejects.toThrow('enough');
  expect(requests).toHaveLength(1);
});

test('each attempt has a limit, beyond what the server is asked to wait', async () => {
  const limits: number[] = [];
  const { machine } = machineOf(() => {
    throw new TypeError('aborted');
  });
  const limit = (limit_ms: number) => {
    limits.push(limit_ms);
    return AbortSignal.abort();
  };
  const millrace = clientOn({ ...machine, limit }, { baseUrl, limit_ms: 1_000, retry: { attempts: 1 } });
  await expect(millrace.post('/v2/ratings', { ...rating, params: { query: { wait: 500 } } })).rejects.toThrow(TimedOut);
  expect(limits).toEqual([1_500]);
});

test.for([
  [{ token: 'a', getToken: () => 'b' }],
  [{ retry: { attempts: 0 } }],
  [{ retry: { attempts: 2.5 } }],
  [{ retry: { longestWait_ms: Infinity } }],
  [{ limit_ms: -1 }],
] as const)('options that cannot be meant are refused: %j', ([options]) => {
  expect(() => clientOn(machineOf(found).machine, { baseUrl, ...options })).toThrow(InvalidClient);
});

test('a token that no header may hold is not told in the error', async () => {
  const millrace = clientOn(machineOf(found).machine, { baseUrl, token: 'secret\r\nx: y' });
  const error = await millrace.get('/v2/items').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InvalidClient);
  expect(String(error)).not.toContain('secret');
});
