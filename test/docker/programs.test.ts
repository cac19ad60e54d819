/** The two programs of the image, as processes. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { root } from '../../scripts/results.ts';
import { listening } from '../support/listening.ts';

const deadline_ms = 180_000;
const program = (name: string): string => join(root, 'deploy', name);

/** A server of this test, on loopback. */
async function serving(status: number): Promise<{ readonly port: number; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, answer) => {
    asked.push(request.url ?? '');
    answer.writeHead(status).end(request.url);
  });
  return { port: await listening(server), asked };
}

function health(port: number): Promise<number> {
  const env = { ...process.env, PORT: String(port) };
  return new Promise(resolve => {
    execFile(process.execPath, [program('health.ts')], { env, timeout: deadline_ms }, error =>
      resolve(error === null ? 0 : Number(error.code)),
    );
  });
}

async function forwarding(to: number): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = spawn(process.execPath, [program('forward.ts'), '0', String(to)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: deadline_ms,
    killSignal: 'SIGKILL',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const line of createInterface(child.stdout)) {
    const [, port] = /^forwarding (\d+) to/.exec(line) ?? [];
    if (port !== undefined) return { child, port: Number(port) };
  }
  throw new Error('It ended before it listened');
}

test('health asks whether the server is ready, and fails where it is not or nobody answers', async () => {
  const ready = await serving(200);
  expect(await health(ready.port)).toBe(0);
  expect(ready.asked).toEqual(['/healthz/ready']);
  expect(await health((await serving(503)).port)).toBe(1);
  expect(await health(1)).toBe(1);
});

test('the forwarder carries both ways, many at once, and ends in order while somebody is connected', async () => {
  const { port: to } = await serving(200);
  const { child, port } = await forwarding(to);
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, n) => (await fetch(`http://127.0.0.1:${port}/${n}`)).text()),
  );
  expect(answers).toEqual(Array.from({ length: 20 }, (_, n) => `/${n}`));
  const idle = connect(port, '127.0.0.1').on('error', () => {});
  await once(idle, 'connect');
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});

test('the forwarder goes on while the server is away', async () => {
  const { port } = await forwarding(1);
  for (let n = 0; n < 2; n++) expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(502);
});

test.for([[], ['80'], ['80', 'x'], ['80', '0'], ['-1', '80']])('the forwarder refuses %j', async given => {
  const child = spawn(process.execPath, [program('forward.ts'), ...given], { stdio: 'ignore', timeout: deadline_ms });
  expect(await once(child, 'exit')).toEqual([2, null]);
});
