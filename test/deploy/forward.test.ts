/** The forwarder of docker-compose.yml, before the server that it stands before. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { Gauge, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { forwarder } from '../../deploy/forward.ts';
import { shop } from '../recommender/api/shop.ts';
import { listening } from '../support/listening.ts';

const before = (to: number) => listening(forwarder({ to, names: ['run'] }));
const beforeServer = async (listener: RequestListener) => before(await listening(createServer(listener)));

/** What fetch does not let us say: the name by which it is asked. */
async function asked(port: number, host: string, path: string) {
  const asking = request({ host: '127.0.0.1', port, path, headers: { host } }).end();
  const [answer]: IncomingMessage[] = await once(asking, 'response');
  if (answer === undefined) throw new Error('nothing was answered');
  const parts: Buffer[] = await answer.toArray();
  return { status: answer.statusCode, text: Buffer.concat(parts).toString() };
}

async function raw(port: number, ...text: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(text.join('\r\n'));
  const parts: Buffer[] = await socket.toArray();
  return Buffer.concat(parts).toString();
}

test('the server answers metrics to who asks it by a name of the network, and refuses others still', async () => {
  const metrics = new Registry();
  new Gauge({ name: 'millrace_there', help: 'It is there', registers: [metrics] }).set(1);
  const { server } = await shop({ metrics });
  const port = await before(Number(new URL(await server.listen({ port: 0 })).port));
  expect(await asked(port, 'run:8082', '/metrics')).toEqual({
    status: 200,
    text: expect.stringContaining('millrace_there 1'),
  });
  expect(await asked(port, `localhost:${port}`, '/metrics')).toMatchObject({ status: 200 });
  for (const name of ['elsewhere.example:8080', 'run.elsewhere.example', 'serve'])
    expect(await asked(port, name, '/metrics')).toMatchObject({ status: 421, text: /HOST_REFUSED/ });
});

test('a stream arrives as it comes: its head before the first event, that before the end', async () => {
  const events = new EventTarget();
  const port = await beforeServer((_, answer) => {
    answer.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    events.addEventListener('first', () => answer.write('data: 1\n\n'));
    events.addEventListener('last', () => answer.end('data: 2\n\n'));
  });
  const { body, headers } = await fetch(`http://127.0.0.1:${port}/`);
  expect(headers.get('content-type')).toBe('text/event-stream');
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  events.dispatchEvent(new Event('first'));
  expect(await reader?.read()).toEqual({ done: false, value: 'data: 1\n\n' });
  events.dispatchEvent(new Event('last'));
  expect(await reader?.read()).toEqual({ done: false, value: 'data: 2\n\n' });
  expect(await reader?.read()).toMatchObject({ done: true });
});

test('what is sent arrives as it comes, too, and with the headers that it had', async () => {
  const port = await beforeServer((incoming, answer) => {
    answer.writeHead(201, 'Made', [
      ['set-cookie', 'a'],
      ['set-cookie', 'b'],
    ]);
    answer.flushHeaders();
    incoming.pipe(answer);
  });
  const asking = request({ host: '127.0.0.1', port, method: 'POST', headers: { 'content-length': 6 } });
  asking.write('one');
  const [answer]: IncomingMessage[] = await once(asking, 'response');
  expect(answer).toMatchObject({ statusCode: 201, statusMessage: 'Made', headers: { 'set-cookie': ['a', 'b'] } });
  expect(String((await once(answer ?? asking, 'data'))[0])).toBe('one');
  asking.end('two');
  expect(String((await once(answer ?? asking, 'data'))[0])).toBe('two');
});

test('a request without a body goes on without one', async () => {
  const port = await beforeServer(
    ({ headers }, answer) =>
      void answer.end(JSON.stringify([headers['transfer-encoding'] ?? '', headers['content-length'] ?? ''])),
  );
  for (const [method, length] of [
    ['POST', '0'],
    ['DELETE', '0'],
    ['GET', ''],
  ] as const)
    expect(await (await fetch(`http://127.0.0.1:${port}/`, { method })).json()).toEqual(['', length]);
});

test('where nobody answers it says so, and goes on', async () => {
  const port = await before(1);
  for (let n = 0; n < 2; n++)
    expect(await asked(port, 'run', '/')).toEqual({
      status: 502,
      text: expect.stringContaining('127.0.0.1:1 does not'),
    });
});

test('a refusal before the body has come is handed on, and nobody waits where it cannot be', async () => {
  const body = Buffer.alloc(4 << 20);
  const statusOf = async (port: number) => (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body })).status;
  const reads = await beforeServer((incoming, answer) => void answer.writeHead(413).end(incoming.resume().method));
  expect(await statusOf(reads)).toBe(413);
  // The network may tell of the end before it hands out what came before it.
  const closes = await beforeServer((_, answer) => void answer.writeHead(413, { connection: 'close' }).end());
  expect([413, 502]).toContain(await statusOf(closes));
});

test('what the server breaks off is broken off, and no answer that looks whole', async () => {
  const port = await beforeServer((_, answer) => {
    answer.write('half', () => answer.destroy());
  });
  await expect((await fetch(`http://127.0.0.1:${port}/`)).text()).rejects.toThrow('terminated');
});

test('who goes away takes the request along', async () => {
  const gone = Promise.withResolvers<void>();
  const port = await beforeServer((_, answer) => {
    answer.on('close', () => gone.resolve());
    answer.write('first');
  });
  const leaving = new AbortController();
  await fetch(`http://127.0.0.1:${port}/`, { signal: leaving.signal });
  leaving.abort();
  await expect(gone.promise).resolves.toBeUndefined();
});

test.each([
  ['headers without end', [`GET / HTTP/1.1`, 'host: run', `x: ${'x'.repeat(20_000)}`, '', ''], /^HTTP\/1\.1 431 /],
  ['what is no HTTP', ['hello', '', ''], /^HTTP\/1\.1 400 /],
  ['a path with a tab', ['GET /a\tb HTTP/1.1', 'host: run', 'connection: close', '', ''], /^HTTP\/1\.1 400 /],
  [
    'bytes beyond ASCII',
    ['GET /ä HTTP/1.1', 'host: run', 'x: ä', 'connection: close', '', ''],
    /^HTTP\/1\.1 (400|200) /,
  ],
])('%s does it no harm', async (_, lines, says) => {
  const port = await beforeServer((_request, answer) => void answer.end());
  expect(await raw(port, ...lines)).toMatch(says);
  expect(await asked(port, 'run', '/')).toMatchObject({ status: 200 });
});
