/** `millrace start` on data that are there: it learns, serves, takes a rating in, ends on SIGINT and goes on from there. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';

const main = resolve(import.meta.dirname, '../../src/cli/main.ts');
const deadline_ms = 180_000;
const List = z.object({
  items: z.array(z.object({ itemId: z.string() })),
  reason: z.string(),
  modelVersion: z.string(),
});
let data: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'millrace-start-'));
  const lines = Array.from({ length: 400 }, (_, n) => {
    const [user, item] = [n % 20, (n * 7) % 40];
    return `u${user},i${item},${(user + item) % 2 === 0 ? 5 : 1},${1_600_000_000 + n}`;
  });
  const file = join(data, 'ratings.csv');
  writeFileSync(file, ['userId,itemId,rating,timestamp', ...new Set(lines), ''].join('\n'));
  execFileSync(process.execPath, [main, 'import', 'csv', file, '--data', data, '--json']);
});
afterEach(() => rmSync(data, { recursive: true }));

/** A process that is killed when the test leaves it behind. */
function started(port: string) {
  const child = spawn(process.execPath, [main, 'start', '--data', data, '--generate', '0'], {
    env: { ...process.env, PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: deadline_ms,
    killSignal: 'SIGKILL',
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, complaint }));
  return { child, ended };
}

async function addressOf(child: ReturnType<typeof started>['child']): Promise<string> {
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /^listening on (http:\S+)$/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('It ended before it listened');
}

const listOf = async (url: string, user: string) =>
  List.parse(await (await fetch(`${url}/v2/users/${user}/recommendations?n=5`)).json());

test('serves lists, takes a rating in and changes the list, ends on SIGINT and goes on where it was', async () => {
  const first = started('0');
  const url = await addressOf(first.child);
  const before = await listOf(url, 'u1');
  expect(before.reason).toBe('personal');
  const [loved] = before.items;
  const body = JSON.stringify({ userId: 'u1', itemId: loved?.itemId, value: 5 });
  const posted = await fetch(`${url}/v2/ratings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(posted.status).toBe(202);
  await vi.waitUntil(async () => (await listOf(url, 'u1')).modelVersion !== before.modelVersion, {
    timeout: deadline_ms,
  });
  const after = await listOf(url, 'u1');
  expect(after.items).not.toContainEqual(loved);
  first.child.kill('SIGINT');
  expect(await first.ended).toMatchObject({ code: 0 });

  const second = started('0');
  expect(await listOf(await addressOf(second.child), 'u1')).toMatchObject({
    modelVersion: after.modelVersion,
    items: after.items,
  });
  second.child.kill('SIGINT');
  expect(await second.ended).toMatchObject({ code: 0 });
});

test('a port that is taken is an error that names the way out', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  const { ended } = started(port);
  expect(await ended).toMatchObject({ code: 1, complaint: expect.stringMatching(/PORT=/) });
  holder.close();
});
