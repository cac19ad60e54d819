/** From an answer to the line of the log that says more: by the id of the request, and without what it brought. */
import { expect, test } from 'vitest';
import { report } from '../../../src/cli/logging.ts';
import type { LogLine } from '../../../src/operations/logging/line.ts';
import { StructuredLogger } from '../../../src/operations/logging/structured-logger.ts';
import { shop } from './shop.ts';

function logging() {
  const lines: LogLine[] = [];
  const settings = {
    level: 'debug',
    levels: {},
    userIds: 'hashed',
    userKey: 'a key of sixteen',
    quotes: false,
    secrets: [],
    limit: { lines: 20, window_s: 10 },
  } as const;
  const sink = { write: (line: LogLine) => lines.push(line) > 0 };
  const logger = new StructuredLogger({ settings, sink, clock: { now: () => 0 } });
  return { lines, logger };
}

/** A shop that logs, and what it says. */
async function told(share = 0) {
  const { lines, logger } = logging();
  return { lines, ...(await shop({ log: { logger, share } })) };
}

test('an id that a request brings is that of its answer, of its problem and of its line', async () => {
  const { lines, server } = await told();
  const headers = { 'x-request-id': 'checkout-17', authorization: 'Bearer of-nobody' };
  const answer = await server.app.inject({ url: '/v2/users/zoe/recommendations', headers });
  expect(answer.statusCode).toBe(401);
  expect(answer.headers['x-request-id']).toBe('checkout-17');
  expect(answer.json()).toMatchObject({ code: 'CREDENTIALS_INVALID', requestId: 'checkout-17' });
  expect(lines).toMatchObject([
    {
      level: 'warn',
      event: 'request.refused',
      requestId: 'checkout-17',
      method: 'GET',
      route: '/v2/users/:id/recommendations',
      status: 401,
      code: 'CREDENTIALS_INVALID',
    },
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/zoe|of-nobody/);
});

test.for(['', 'two words', 'a\u00e9', 'x'.repeat(129), '"}'])('for %j, which is no id, one is drawn', async id => {
  const { server } = await told();
  const answer = await server.app.inject({ url: '/nothing', headers: { 'x-request-id': id } });
  expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.json()).toMatchObject({ code: 'UNKNOWN_ROUTE', requestId: answer.headers['x-request-id'] });
});

test('an answer has an id too, and v1 has it in its header only', async () => {
  const { server } = await told();
  const headers = { 'x-request-id': 'abc' };
  expect((await server.app.inject({ url: '/v2/popular', headers })).headers['x-request-id']).toBe('abc');
  const old = await server.app.inject({ url: '/v1/nothing', headers });
  expect(old.headers['x-request-id']).toBe('abc');
  expect(old.json()).not.toHaveProperty('requestId');
});

test('an error that nobody foresaw is told with its cause, and without what the request brought', async () => {
  const { lines, server, fill } = await told();
  await fill.raw('recommendations', 'zoe-17', 'zoe-17', { secret: 'inside' });
  const answer = await server.app.inject({ url: '/v2/users/zoe-17/recommendations' });
  expect(answer.statusCode).toBe(500);
  const [line] = lines;
  expect(line).toMatchObject({
    level: 'error',
    event: 'request.failed',
    requestId: answer.headers['x-request-id'],
    error: { code: 'UNREADABLE_DOCUMENT', stack: expect.anything() },
  });
  expect(line?.error?.causes?.[0]?.message).toBe('It is ***/***');
  expect(JSON.stringify(lines)).not.toContain('zoe-17');
});

test('a list that a stream cannot tell of is told without whose it is', async () => {
  const { lines, logger } = logging();
  const { server, fill } = await shop({ report: report(logger) });
  await fill.raw('recommendations', 'zoe-17', 'zoe-17', { secret: 'inside' });
  const answer = await server.app.inject({ url: '/v2/users/zoe-17/recommendations/live' });
  expect(answer.statusCode).toBe(200);
  const [line] = lines;
  const error = { code: 'UNREADABLE_DOCUMENT', message: expect.stringMatching(/^A document of recommendations is/) };
  expect(lines).toMatchObject([{ level: 'error', event: 'api.work-failed', error }]);
  expect(line?.error?.causes).toMatchObject([{ message: 'It is ***/***' }]);
  expect(JSON.stringify(lines)).not.toMatch(/zoe-17|inside/);
});

test.for([
  [0, 0],
  [0.1, 10],
  [1, 100],
])('of a hundred answers a share of %f are %i lines', async ([share = 0, count]) => {
  const { lines, server } = await told(share);
  for (let n = 0; n < 100; n++) await server.app.inject({ url: '/v2/popular' });
  const done = lines.filter(({ event }) => event === 'request.done');
  expect(done).toHaveLength(count ?? NaN);
  for (const line of done)
    expect(line).toMatchObject({ route: '/v2/popular', status: 200, duration_ms: expect.any(Number) });
});
