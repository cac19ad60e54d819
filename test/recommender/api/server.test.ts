import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { registerTaskMetrics } from '../../../src/operations/metrics.ts';
import { PortTaken } from '../../../src/recommender/api/errors.ts';
import { shop } from './shop.ts';

const outcome = (answer: { statusCode: number; json: () => { code?: string } }) => [
  answer.statusCode,
  answer.json().code,
];

test('the description names exactly the routes of the server', async () => {
  const { server, get } = await shop();
  const { openapi, paths } = (await get('/openapi.json')).json<{ openapi: string; paths: Record<string, object> }>();
  expect(openapi).toBe('3.1.0');
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
  );
  expect(described.sort()).toEqual([
    'DELETE /v2/users/{id}',
    'DELETE /v2/users/{id}/ratings/{itemId}',
    'GET /healthz/live',
    'GET /healthz/ready',
    'GET /healthz/startup',
    'GET /metrics',
    'GET /openapi.json',
    'GET /v1/users/{id}/recommendations',
    'GET /v2/erasures/{id}',
    'GET /v2/experiment',
    'GET /v2/items',
    'GET /v2/items/{id}/similar',
    'GET /v2/items/{id}/trends',
    'GET /v2/live',
    'GET /v2/me',
    'GET /v2/models/history',
    'GET /v2/models/quality',
    'GET /v2/orders/{userId}/{orderId}',
    'GET /v2/orders/{userId}/{orderId}/progress',
    'GET /v2/popular',
    'GET /v2/state/{topology}/{step}/{key}',
    'GET /v2/topologies',
    'GET /v2/trending',
    'GET /v2/trends',
    'GET /v2/users',
    'GET /v2/users/{id}/estimates/{itemId}',
    'GET /v2/users/{id}/orders',
    'GET /v2/users/{id}/profile',
    'GET /v2/users/{id}/recommendations',
    'GET /v2/users/{id}/recommendations/live',
    'GET /v2/users/{id}/recommendations/{itemId}/why',
    'POST /v2/exposures',
    'POST /v2/exposures/batch',
    'POST /v2/orders',
    'POST /v2/orders/batch',
    'POST /v2/orders/{userId}/{orderId}/cancel',
    'POST /v2/orders/{userId}/{orderId}/returns',
    'POST /v2/ratings',
    'POST /v2/ratings/batch',
    'POST /v2/recommendations',
    'POST /v2/users/{id}/aliases',
  ]);
  expect(routesOf(server.app.printRoutes({ commonPrefix: false })).sort()).toEqual(described.sort());
});

/** From the tree that the router prints: one line a path, its methods in brackets. */
function routesOf(tree: string): string[] {
  const open: string[] = [];
  return tree.split('\n').flatMap(line => {
    const found = /^(?<indent>[│ ]*)[├└]── (?<part>\S*)(?: \((?<methods>.*)\))?$/.exec(line)?.groups;
    if (found === undefined) return [];
    const depth = (found['indent'] ?? '').length / 4;
    open.splice(depth, open.length, found['part'] ?? '');
    const path = open.join('').replaceAll(/:(\w+)/g, '{$1}');
    const methods = found['methods']?.split(', ').filter(method => method !== 'HEAD') ?? [];
    return methods.map(method => `${method} ${path}`);
  });
}

test('n is a whole number of 1 to 100, in the description too', async () => {
  const { get } = await shop();
  for (const n of ['0', '101', '-1', '1.5', 'many', '', 'NaN', '1e999', '1&n=2'])
    expect([n, ...outcome(await get(`/v2/popular?n=${n}`))]).toEqual([n, 400, 'INVALID_REQUEST']);
  for (const n of ['1', '100']) expect((await get(`/v2/popular?n=${n}`)).statusCode).toBe(200);
  const { paths } = (await get('/openapi.json')).json<{ paths: Record<string, { get: { parameters: unknown } }> }>();
  const schema = { type: 'integer', minimum: 1, maximum: 100, default: 10 };
  expect(paths['/v2/popular']?.get.parameters).toContainEqual({ name: 'n', in: 'query', required: false, schema });
});

test('what cannot be asked is refused with a problem', async () => {
  const { server, get } = await shop();
  expect(outcome(await get('/v2/popular?m=1'))).toEqual([400, 'INVALID_REQUEST']);
  expect(outcome(await get(`/v2/users/${'x'.repeat(10_240)}/recommendations`))).toEqual([400, 'INVALID_REQUEST']);
  expect(outcome(await get('/v2/users/a%00b/recommendations'))).toEqual([400, 'INVALID_REQUEST']);
  expect(outcome(await get('/v2/users/%zz/recommendations'))).toEqual([400, 'INVALID_URL']);
  expect(outcome(await get('/v3/anything'))).toEqual([404, 'UNKNOWN_ROUTE']);
  const deleted = await server.app.inject({ method: 'DELETE', url: '/v2/users/ann/recommendations' });
  expect([...outcome(deleted), deleted.headers['allow']]).toEqual([405, 'METHOD_NOT_ALLOWED', 'GET, HEAD']);
});

test('a name elsewhere that was bent to this machine is refused', async () => {
  const { server } = await shop();
  const ask = (host: string) => server.app.inject({ method: 'GET', url: '/v2/popular', headers: { host } });
  expect(outcome(await ask('evil.example:8080'))).toEqual([421, 'HOST_REFUSED']);
  for (const host of ['localhost:8080', '127.0.0.1:8080']) expect((await ask(host)).statusCode).toBe(200);
});

test('the probes say what they are told, and why not', async () => {
  const fine = () => ({ ok: true }) as const;
  const ready = () => ({ ok: false, why: 'train is being restored' }) as const;
  const { get } = await shop({ health: { startup: fine, live: fine, ready } });
  expect((await get('/healthz/startup')).json()).toEqual({ ok: true });
  expect((await get('/healthz/live')).statusCode).toBe(200);
  const answer = await get('/healthz/ready');
  expect([answer.statusCode, answer.json()]).toEqual([503, { ok: false, why: 'train is being restored' }]);
});

test('the metrics are what the tasks have done when they are read', async () => {
  const metrics = new Registry();
  const counts = { epochs: 2, records: 10, late: 1, deadLetters: 0, waits: 0, waiting: null };
  const task = {
    task: 'train/0',
    topology: 'train',
    ...counts,
    watermark: 5_000,
    lastEpochAt: null,
    calls: [],
    nodes: [],
    positions: [],
  };
  registerTaskMetrics(metrics, () => [task]);
  const { get } = await shop({ metrics });
  const labels = '{task="train/0",topology="train"}';
  await get('/metrics');
  task.records = 30;
  const answer = await get('/metrics');
  expect(answer.headers['content-type']).toMatch(/^text\/plain/);
  expect(answer.body).toContain(`millrace_task_records_total${labels} 30\n`);
  expect(answer.body).toContain(`millrace_task_watermark_seconds${labels} 5\n`);
  expect(answer.body).not.toContain('millrace_task_last_epoch_seconds{');
});

test('it listens on loopback, and a port that is taken is named together with the way out', async () => {
  const first = await shop();
  const address = new URL(await first.server.listen({ port: 0 }));
  expect(address.hostname).toBe('127.0.0.1');
  expect((await fetch(new URL('/v2/popular', address))).status).toBe(200);
  const second = await shop();
  const port = Number(address.port);
  const refused = second.server.listen({ port });
  await expect(refused).rejects.toThrow(PortTaken);
  await expect(refused).rejects.toThrow(new RegExp(`Port ${port} .*PORT=`));
});
