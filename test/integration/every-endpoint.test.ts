/**
 * Our own list of bad input, sent to every endpoint there is: the requests are made of the server's table, so that none
 * can be forgotten. Never a 5xx, never anything from inside, and each refusal a problem.
 */
import { expect, test } from 'vitest';
import type { Endpoint } from '../../src/recommender/api/endpoint.ts';
import { type BadRequest, badRequestsOf, goodPathOf } from '../support/bad-requests.ts';
import { answered, guarded } from '../support/guarded.ts';
import { wrongIn } from '../support/refusals.ts';

const plenty = { perSecond: 1e6, burst: 1e6 };
const shopOf = () => guarded({}, { shopper: plenty, service: plenty, admin: plenty, anonymous: plenty });
type Shop = Awaited<ReturnType<typeof shopOf>>;

const keyOf = ({ method, path }: Endpoint): string => `${method} ${path}`;
/** What is answered for ever is asked only so that it is refused. */
const isEndless = ({ mediaType }: Endpoint): boolean => mediaType === 'text/event-stream';

async function send({ server }: Shop, { method, path, body, type }: Omit<BadRequest, 'what'>, bearer: string) {
  const authorization = { authorization: `Bearer ${bearer}` };
  return server.app.inject({
    method,
    url: path,
    headers: { ...authorization, ...(type !== undefined && { 'content-type': type }) },
    ...(body !== undefined && { payload: body }),
  });
}

test('no bad input to any endpoint is answered by a failure, or with more than a problem', async () => {
  const shop = await shopOf();
  const token = shop.from.token({ roles: ['Admin'] });
  const found: string[] = [];
  let sent = 0;
  for (const endpoint of shop.server.endpoints)
    for (const request of badRequestsOf(endpoint)) {
      const query = request.path.includes('?') ? '&' : '?';
      const path = isEndless(endpoint) ? `${request.path}${query}no-such=1` : request.path;
      const got = await send(shop, { ...request, path }, token);
      sent += 1;
      found.push(...wrongIn(got, [token]).map(wrong => `${keyOf(endpoint)}: ${request.what}: ${wrong}`));
    }
  expect(found).toEqual([]);
  expect([...shop.reported, ...shop.troubles]).toEqual([]);
  expect(sent).toBeGreaterThan(shop.server.endpoints.length * 50);
});

test('no token that nobody vouches for opens any endpoint, and none is repeated', async () => {
  const shop = await shopOf();
  const { from } = shop;
  const forged = {
    'alg none': from.unsigned({ roles: ['Admin'] }),
    'alg NONE': from.unsigned({ roles: ['Admin'] }, 'NONE'),
    'the public key as a secret': from.confused({ roles: ['Admin'] }),
    'another key': from.token({ roles: ['Admin'] }, { pair: from.stranger() }),
    expired: from.token({ roles: ['Admin'], exp: 1 }),
    'not yet': from.token({ roles: ['Admin'], nbf: 9e9 }),
    'another audience': from.token({ roles: ['Admin'], aud: 'https://other.example' }),
    'another issuer': from.token({ roles: ['Admin'], iss: 'https://evil.example' }),
    'a cut signature': from.token({ roles: ['Admin'] }).slice(0, -9),
    'no token': 'mrk_x',
  };
  const found: string[] = [];
  for (const endpoint of shop.server.endpoints)
    for (const [what, token] of Object.entries(forged)) {
      const got = await send(shop, { method: endpoint.method, path: goodPathOf(endpoint) }, token);
      const wrong = wrongIn(got, [token]);
      if (got.statusCode !== 401) wrong.push(`status ${got.statusCode}`);
      found.push(...wrong.map(one => `${keyOf(endpoint)}: ${what}: ${one}`));
    }
  expect(found).toEqual([]);
  expect(shop.reported).toEqual([]);
  const told = shop.troubles.map(String).join('\n');
  for (const token of Object.values(forged)) expect(told).not.toContain(token);
});

test('what is about a user is closed to another, and what is not for shoppers to all of them', async () => {
  const shop = await shopOf();
  const bob = shop.from.token({ sub: 'bob' });
  const found: string[] = [];
  for (const endpoint of shop.server.endpoints.filter(({ access }) => access !== 'public' && access !== 'shopper')) {
    const [good] = badRequestsOf(endpoint).filter(({ what }) => what === 'query no-such=1');
    const got = await send(shop, { ...good, method: endpoint.method, path: goodPathOf(endpoint) }, bob);
    if (got.statusCode !== 403) found.push(`${keyOf(endpoint)}: ${got.statusCode}`);
    found.push(...wrongIn(got, [bob]).map(wrong => `${keyOf(endpoint)}: ${wrong}`));
  }
  expect(found).toEqual([]);
});

test('nobody holds a connection to any endpoint by sending slowly', async () => {
  const { url, service, server, reported } = await shopOf();
  const heads = server.endpoints.map(
    endpoint => `${endpoint.method} ${goodPathOf(endpoint)} HTTP/1.1\r\nhost: localhost\r\n`,
  );
  const halfHeads = heads.map(head => `${head}x: `);
  const body = `authorization: Bearer ${service}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`;
  const takers = server.endpoints.filter(({ body: taken, access }) => taken !== undefined && access !== 'admin');
  const halfBodies = takers.map(endpoint => `POST ${goodPathOf(endpoint)} HTTP/1.1\r\nhost: localhost\r\n${body}`);
  expect(halfBodies.length).toBeGreaterThan(5);
  for (const answer of await Promise.all([...halfHeads, ...halfBodies].map(bytes => answered(url, bytes))))
    expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*"code":"REQUEST_TIMEOUT"/);
  expect(reported).toEqual([]);
});
