import helmet from '@fastify/helmet';
import fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { defaultHttp } from '../../../src/recommender/api/http.ts';
import { shop } from './shop.ts';

/** What helmet itself says on an answer, where it is asked as everybody asks it: before each of them. */
async function ofHelmet(connectSrc: string[]): Promise<Record<string, unknown>> {
  const own = ["'self'"];
  const directives = { upgradeInsecureRequests: null, styleSrc: own, fontSrc: own, imgSrc: own, connectSrc };
  const app = fastify();
  onTestFinished(() => app.close());
  await app.register(helmet, { contentSecurityPolicy: { directives } });
  app.get('/', (_, reply) => reply.code(204).send());
  const { headers } = await app.inject('/');
  const ofHttp = ['connection', 'date', 'keep-alive'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofHttp.includes(name)));
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

test('helmet says a dozen things', async () => {
  expect(Object.keys(await ofHelmet(["'self'"]))).toHaveLength(12);
});

test('an answer says nothing of what made it', async () => {
  const { server } = await shop();
  expect((await server.app.inject('/v2/popular')).headers).not.toHaveProperty('x-powered-by');
});
