import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { askSteadily } from '../../bench/support/steady.ts';

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('The server has no port');
  return `http://127.0.0.1:${address.port}`;
}

const asked = { connections: 4, perSecond: 100, seconds: 1, paths: ['/a', '/b'] };

test('every request is sent, each path in its turn, and has its latency', async () => {
  const paths: string[] = [];
  const url = await serving(({ url: path }, response) => {
    paths.push(path ?? '');
    response.setHeader('content-length', 20_000).write('x'.repeat(10_000));
    setImmediate(() => response.end('x'.repeat(10_000)));
  });
  const { latencies_ms } = await askSteadily({ ...asked, url });
  expect(latencies_ms).toHaveLength(100);
  expect(latencies_ms).toEqual(latencies_ms.toSorted((a, b) => a - b));
  expect([paths.filter(path => path === '/a').length, paths.length]).toEqual([50, 100]);
});

test('what waits behind a stall is charged with it, though it is sent after', async () => {
  let held: (() => void)[] | undefined = [];
  const url = await serving((_, response) => {
    const answer = (): void => void response.setHeader('content-length', 2).end('{}');
    if (held === undefined) return answer();
    held.push(answer);
    if (held.length < asked.connections) return;
    // All connections wait here while 50 more requests become due.
    setTimeout(() => {
      for (const one of held ?? []) one();
      held = undefined;
    }, 500);
  });
  const { latencies_ms } = await askSteadily({ ...asked, url });
  expect(latencies_ms.filter(latency => latency > 100).length).toBeGreaterThan(30);
});

test('an answer that is no answer fails the measurement', async () => {
  const url = await serving((_, response) => void response.writeHead(503, { 'content-length': 0 }).end());
  await expect(askSteadily({ ...asked, url })).rejects.toThrow('HTTP/1.1 503');
});
