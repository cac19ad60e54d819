import { once } from 'node:events';
import { createServer } from 'node:http';
import helmet from 'helmet';
import { expect, onTestFinished, test } from 'vitest';
import { defaultHttp } from '../../../src/recommender/api/http.ts';
import { shop } from './shop.ts';

/** What helmet itself says on an answer, asked for as everybody uses it: before each answer, over a socket. */
async function ofHelmet(connectSrc: readonly string[]): Promise<Record<string, string>> {
  const own = ["'self'"];
  const careful = helmet({
    contentSecurityPolicy: {
      directives: { upgradeInsecureRequests: null, styleSrc: own, fontSrc: own, imgSrc: own, connectSrc },
    },
  });
  const server = createServer((request, response) => careful(request, response, () => response.end()));
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { headers } = await fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } });
  const ofHttp = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'];
  return Object.fromEntries([...headers].filter(([name]) => !ofHttp.includes(name)));
}

test.for([
  ['an answer', '/v2/popular', {}, 200],
  ['an answer that the asker has', '/v2/popular', { 'if-none-match': '*' }, 304],
  ['nothing', '/no/such', {}, 404],
  ['another method', '/v2/ratings', {}, 405],
  ['a refused query', '/v2/popular?n=0', {}, 400],
  ['credentials that do not count', '/v2/popular', { authorization: 'Bearer x' }, 401],
  ['another host', '/v2/popular', { host: 'elsewhere.example' }, 421],
  ['a path that cannot be read', '/v2/%zz', {}, 400],
] as const)('%s carries what helmet says', async ([, url, headers, status]) => {
  const { server } = await shop();
  const answer = await server.app.inject({ method: 'GET', url, headers });
  expect(answer.statusCode).toBe(status);
  expect(answer.headers).toMatchObject(await ofHelmet(["'self'"]));
});

test('our pages may ask whom the configuration names besides us', async () => {
  const issuer = 'http://127.0.0.1:4711';
  const { server } = await shop({ http: { ...defaultHttp, pagesMayAsk: [issuer] } });
  const { headers } = await server.app.inject('/v2/popular');
  expect(headers).toMatchObject(await ofHelmet(["'self'", issuer]));
});

test('an answer says nothing of what made it', async () => {
  const { server } = await shop();
  expect((await server.app.inject('/v2/popular')).headers).not.toHaveProperty('x-powered-by');
});
