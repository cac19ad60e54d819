import { expect, test } from 'vitest';
import { type Caller, CredentialsInvalid } from '../../../src/recommender/api/auth/caller.ts';
import { shop } from './shop.ts';

const callers: { readonly [name: string]: Caller } = {
  ann: { role: 'shopper', tenant: '', userId: 'ann' },
  bob: { role: 'shopper', tenant: '', userId: 'bob' },
  service: { role: 'service', tenant: '' },
  monitor: { role: 'monitor', tenant: '' },
  admin: { role: 'admin', tenant: '' },
};

/** A shop whose visitors are who they say they are. */
const trustingShop = () =>
  shop({
    access: {
      gate: {
        identify: async ({ authorization }) => {
          if (authorization === undefined) return undefined;
          const caller = callers[authorization];
          if (caller === undefined) throw new CredentialsInvalid();
          return { caller, credential: authorization };
        },
      },
    },
  });

const rating = { userId: 'ann', itemId: 'heat', value: 4 };
const order = { userId: 'ann', orderId: 'o-9', lines: [{ itemId: 'heat', quantity: 1 }] };
const shown = { listId: 'no such', userId: 'ann', slot: 'home', items: ['heat'] };

/** Asks each caller in the order: nobody, a shopper it is about, another one, a service, who monitors, an admin. */
const asked: readonly (readonly [what: string, statuses: readonly number[], body?: object])[] = [
  ['GET /openapi.json', [200, 200, 200, 200, 200, 200]],
  ['GET /healthz/startup', [200, 200, 200, 200, 200, 200]],
  ['GET /healthz/live', [200, 200, 200, 200, 200, 200]],
  ['GET /healthz/ready', [200, 200, 200, 200, 200, 200]],
  ['GET /metrics', [401, 403, 403, 403, 200, 200]],
  ['GET /v1/users/ann/recommendations', [401, 200, 403, 200, 403, 200]],
  ['GET /v2/users/ann/recommendations', [401, 200, 403, 200, 403, 200]],
  ['GET /v2/users/ann/recommendations/heat/why', [401, 200, 403, 200, 403, 200]],
  ['GET /v2/users/ann/estimates/heat', [401, 200, 403, 200, 403, 200]],
  ['POST /v2/recommendations', [401, 200, 200, 200, 403, 200], { items: [{ itemId: 'heat' }] }],
  ['POST /v2/recommendations', [401, 200, 403, 200, 403, 200], { sessionId: 'ann' }],
  // An endless stream is asked so that who may is told 400, and nothing goes on.
  ['GET /v2/users/ann/recommendations/live?no-such=1', [401, 400, 400, 400, 403, 400]],
  ['GET /v2/live?no-such=1', [401, 403, 403, 403, 403, 400]],
  ['GET /v2/users/ann/profile', [401, 200, 403, 200, 403, 200]],
  ['GET /v2/users', [401, 403, 403, 200, 403, 200]],
  ['GET /v2/items', [401, 200, 200, 200, 403, 200]],
  ['GET /v2/items/heat/similar', [401, 200, 200, 200, 403, 200]],
  ['GET /v2/items/heat/trends', [401, 200, 200, 200, 403, 200]],
  ['GET /v2/trending', [401, 200, 200, 200, 403, 200]],
  ['GET /v2/popular', [401, 200, 200, 200, 403, 200]],
  ['GET /v2/trends', [401, 200, 200, 200, 403, 200]],
  ['GET /v2/models/history', [401, 403, 403, 403, 403, 200]],
  ['GET /v2/models/quality', [401, 403, 403, 403, 403, 200]],
  ['GET /v2/experiment', [401, 403, 403, 403, 403, 200]],
  ['POST /v2/ratings', [401, 202, 403, 202, 403, 202], rating],
  ['DELETE /v2/users/ann', [401, 202, 403, 202, 403, 202]],
  ['DELETE /v2/users/ann/ratings/heat', [401, 202, 403, 202, 403, 202]],
  ['GET /v2/erasures/forged', [401, 403, 403, 404, 403, 404]],
  ['POST /v2/users/ann/aliases', [401, 403, 403, 202, 403, 202], { sessionId: 's' }],
  ['POST /v2/ratings/batch', [401, 202, 403, 202, 403, 202], { events: [rating] }],
  ['POST /v2/ratings/batch', [401, 403, 403, 202, 403, 202], { events: [rating, { ...rating, userId: 'bob' }] }],
  ['POST /v2/exposures/batch', [401, 202, 403, 202, 403, 202], { events: [shown] }],
  ['POST /v2/exposures', [401, 422, 403, 422, 403, 422], shown],
  ['POST /v2/orders', [401, 202, 403, 202, 403, 202], order],
  ['POST /v2/orders/batch', [401, 202, 403, 202, 403, 202], { orders: [order] }],
  ['POST /v2/orders/ann/o-1/returns', [401, 404, 403, 404, 403, 404], { lines: order.lines }],
  ['POST /v2/orders/ann/o-1/cancel', [401, 404, 403, 404, 403, 404], {}],
  ['GET /v2/users/ann/orders', [401, 200, 403, 200, 403, 200]],
  ['GET /v2/orders/ann/o-1', [401, 404, 403, 404, 403, 404]],
  ['GET /v2/orders/ann/o-1/progress', [401, 404, 403, 404, 403, 404]],
  ['GET /v2/me', [401, 200, 200, 200, 403, 200]],
  ['GET /v2/topologies', [401, 403, 403, 403, 403, 200]],
  ['GET /v2/state/intake/seen/ann', [401, 403, 403, 403, 403, 404]],
];

test.for(asked)('who may ask %s', async ([what, statuses, payload]) => {
  const { server, fill } = await trustingShop();
  await fill.item('heat');
  const [method = '', url = ''] = what.split(' ');
  const answers = [];
  for (const authorization of [undefined, 'ann', 'bob', 'service', 'monitor', 'admin']) {
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await server.app.inject({
      method: method === 'POST' || method === 'DELETE' ? method : 'GET',
      url,
      headers,
      ...(payload && { payload }),
    });
    answers.push(answer.statusCode);
  }
  expect(answers).toEqual(statuses);
});

test('every endpoint of the table has its row, and no row is of none', async () => {
  const { server } = await trustingShop();
  const patterns = server.endpoints.map(({ method, path }) => ({
    name: `${method} ${path}`,
    pattern: new RegExp(`^${method} ${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }));
  const rows = asked.map(([what]) => what.split('?', 1)[0] ?? '');
  const named = (row: string) => patterns.filter(({ pattern }) => pattern.test(row)).map(({ name }) => name);
  expect(new Set(rows.flatMap(named))).toEqual(new Set(patterns.map(({ name }) => name)));
  expect(rows.filter(row => named(row).length === 0)).toEqual([]);
});

test('a shopper who asks for another learns nothing of whether there is such a one', async () => {
  const { server, fill } = await trustingShop();
  await fill.profile('ann', ['heat']);
  const headers = { authorization: 'bob', 'x-request-id': 'the-same' };
  const [known, unknown] = [
    await server.app.inject({ url: '/v2/users/ann/profile', headers }),
    await server.app.inject({ url: '/v2/users/nobody/profile', headers }),
  ];
  expect([known.statusCode, known.json<{ code: string }>().code]).toEqual([403, 'FORBIDDEN']);
  expect(known.body).toBe(unknown.body);
});

test('whoever is known is told whom the credentials speak for', async () => {
  const { server } = await trustingShop();
  const told = async (authorization: string): Promise<unknown> =>
    (await server.app.inject({ url: '/v2/me', headers: { authorization } })).json();
  expect(await told('ann')).toEqual({ role: 'shopper', userId: 'ann' });
  expect(await told('service')).toEqual({ role: 'service', userId: null });
});

test('a report of who is not signed in is about the session', async () => {
  const { server } = await trustingShop();
  const payload = { ...shown, userId: undefined, sessionId: 'bob' };
  const post = async (authorization: string) =>
    (await server.app.inject({ method: 'POST', url: '/v2/exposures', headers: { authorization }, payload })).statusCode;
  expect([await post('ann'), await post('bob')]).toEqual([403, 422]);
});

test('credentials that nothing vouches for are refused wherever they are shown', async () => {
  const { server } = await trustingShop();
  for (const url of ['/openapi.json', '/healthz/live', '/v2/popular', '/no/such/route']) {
    const answer = await server.app.inject({ url, headers: { authorization: 'mallory' } });
    expect([url, answer.statusCode, answer.json<{ code: string }>().code]).toEqual([url, 401, 'CREDENTIALS_INVALID']);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="millrace", error="invalid_token"');
  }
});

test('without credentials configured everybody may ask for anything, and a token is refused', async () => {
  const { server, get } = await shop();
  for (const [what] of asked.filter(([, , body]) => body === undefined))
    expect([what, (await get(what.split(' ')[1] ?? '')).statusCode]).not.toEqual([what, 401]);
  const answer = await server.app.inject({ url: '/v2/popular', headers: { authorization: 'Bearer of anything' } });
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([401, 'CREDENTIALS_INVALID']);
});
