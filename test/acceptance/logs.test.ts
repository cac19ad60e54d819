/** What processes say on standard error, read as a program reads it: JSON lines that lead from an answer to what happened. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { readings } from '../../examples/sensor-counts.ts';
import { openEmbedded } from '../../src/app/compose.ts';
import { BatchBuilder, Kind, outside } from '../../src/transport/record.ts';
import { json, started, startedWith } from '../support/cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-logs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const deadline_ms = 180_000;
const app = resolve(import.meta.dirname, '../../examples/sensor-counts.ts');
const trace = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${trace}-b7ad6b7169203331-01`;

const Line = z.looseObject({
  time: z.iso.datetime(),
  level: z.enum(['debug', 'info', 'warn', 'error', 'fatal']),
  component: z.string(),
  event: z.string(),
  message: z.string(),
  pid: z.int(),
  host: z.string(),
  version: z.string(),
  error: z.looseObject({ name: z.string(), code: z.string().optional() }).optional(),
});

/** Every line is JSON but those that scripts rely on. */
const linesOf = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .filter(line => !/^(?:listening on http|millrace: )/.test(line))
    .map(line => Line.parse(JSON.parse(line)));

/** A record of the trace that no reader of the stream can decode, with something in it that is nobody's business. */
async function appendBroken(data: string): Promise<void> {
  await using ports = await openEmbedded(data);
  const builder = new BatchBuilder(outside, 0);
  const bytes = Buffer.from('zoe@example.org');
  builder.add(
    { kind: Kind.value, watermark: -Infinity, origin: Date.now(), key: 'zoe', trace: traceparent },
    (buffer, at) => at + bytes.copy(buffer, at),
  );
  await ports.transport.append([{ topic: readings.name, partition: 0, batches: builder.take() }]);
}

test('a broken record and a refused token are found by place, request and trace, and nobody learns the token or the record', async () => {
  const [data, keys] = [join(folder, 'data'), join(folder, 'keys')];
  await json('keys', 'create', '--keys', keys, '--name', 'ops', '--role', 'admin');
  const run = started('run', 'by-site', '--app', app, '--data', data, '--keys', keys, '--port', '0');
  const url = await vi.waitUntil(() => /^listening on (http:\S+)$/m.exec(run.stderrSoFar())?.[1], {
    timeout: deadline_ms,
  });
  await appendBroken(data);
  await expect.poll(run.stderrSoFar, { timeout: deadline_ms }).toContain('record.dead-letter');

  const token = `mrk_0123456789abcdef_${'s'.repeat(43)}`;
  const headers = { authorization: `Bearer ${token}`, traceparent, 'x-request-id': 'checkout-17' };
  const refused = await fetch(`${url}/v2/state/count-sites/counts/zoe`, { headers });
  expect([refused.status, refused.headers.get('x-request-id')]).toEqual([401, 'checkout-17']);
  expect(await refused.json()).toMatchObject({ code: 'CREDENTIALS_INVALID', requestId: 'checkout-17' });
  const unnamed = await fetch(`${url}/v2/state/count-sites/counts/zoe`, { headers: { 'x-request-id': 'no\tid' } });
  const drawn = String(unnamed.headers.get('x-request-id'));
  expect(drawn).toMatch(/^[0-9a-f-]{36}$/);
  expect(await unnamed.json()).toMatchObject({ code: 'CREDENTIALS_MISSING', requestId: drawn });

  const { code, stderr } = await run.stop('SIGTERM');
  expect(code).toBe(0);
  const lines = linesOf(stderr);
  const of = (event: string) => lines.filter(line => line.event === event);
  expect(of('record.dead-letter')).toMatchObject([
    { level: 'warn', task: 'by-site/0', topic: 'readings', partition: 0, offset: 0, traceId: trace },
  ]);
  const route = '/v2/state/:topology/:step/:key';
  const asked = { level: 'warn', component: 'api', method: 'GET', route, status: 401 };
  expect(of('request.refused')).toMatchObject([
    { ...asked, code: 'CREDENTIALS_INVALID', requestId: 'checkout-17', traceId: trace },
    { ...asked, code: 'CREDENTIALS_MISSING', requestId: drawn },
  ]);
  expect(of('process.started')).toMatchObject([{ command: 'run' }]);
  expect(of('process.stopping')).toHaveLength(1);
  expect(of('engine.restored')).toMatchObject([{ component: 'engine' }]);
  expect(new Set(lines.map(({ pid }) => pid))).toEqual(new Set([run.child.pid]));
  expect(stderr).not.toMatch(/ssss|zoe/);
});

test('a broker that is down is told with what to do, and the end of the process with its code', async () => {
  const port = await freePort();
  const password = 'a password of 3 words';
  const { code, stderr } = await startedWith(
    { MILLRACE_KAFKA_SASL_PASSWORD: password, MILLRACE_KAFKA_SASL_USERNAME: 'shop' },
    'run',
    '--app',
    app,
    '--data',
    join(folder, 'data'),
    '--transport',
    'kafka',
    '--brokers',
    `127.0.0.1:${port}`,
  ).ended;
  expect(code).toBe(1);
  const lines = linesOf(stderr);
  expect(lines.find(({ event }) => event === 'dependency.waits')).toMatchObject({
    level: 'warn',
    dependency: 'log',
    error: { code: 'UNAVAILABLE', remedy: expect.any(String) },
  });
  const last = lines.at(-1);
  expect(last).toMatchObject({
    level: 'fatal',
    event: 'process.failed',
    command: 'run',
    error: { code: 'UNAVAILABLE' },
  });
  expect(stderr).toContain(`127.0.0.1:${port}`);
  expect(stderr).not.toContain(password);
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^millrace: UNAVAILABLE: /);
});

test('people are given text where they ask for it', async () => {
  const environment = { MILLRACE_LOGGING_FORMAT: 'text', MILLRACE_LOGGING_LEVELS_ENGINE: 'silent' };
  const run = startedWith(
    environment,
    'run',
    'count-sites',
    '--app',
    app,
    '--data',
    join(folder, 'data'),
    '--port',
    '0',
  );
  await expect.poll(run.stderrSoFar, { timeout: deadline_ms }).toContain('api.listening');
  const { stderr } = await run.stop('SIGTERM');
  expect(stderr).toMatch(/^\d\d:\d\d:\d\d\.\d{3} info process process\.started: The process has begun command=run$/m);
  expect(stderr).toMatch(/^[\d:.]+ info api api\.listening: The API answers url=http:\/\/127\.0\.0\.1:\d+$/m);
  expect(stderr).not.toContain('engine.restored');
});

/** Nobody listens there. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise(done => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
