/** One process learns, another serves, a third generates: all on one folder. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { json, millrace, started } from '../support/cli.ts';

const deadline_ms = 180_000;
const List = z.object({ items: z.array(z.object({ itemId: z.string() })), modelVersion: z.string() });
let data: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'millrace-serve-'));
});
afterEach(() => rmSync(data, { recursive: true }));

const listOf = async (url: string, user: string) =>
  List.parse(await (await fetch(`${url}/v2/users/${user}/recommendations?n=5`)).json());

const rate = (url: string, body: object) =>
  fetch(`${url}/v2/ratings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('serve answers from what run learns beside it, and run learns what serve takes in', async () => {
  await json('generate', '--data', data, '--rate', '0', '--count', '800');
  await json('run', '--until-caught-up', '--data', data);
  const run = started('run', '--data', data);
  const serve = started('serve', '--data', data);
  const url = await serve.address();
  expect((await fetch(`${url}/healthz/ready`)).status).toBe(200);
  const before = await listOf(url, '1');
  const [loved] = before.items;
  expect((await rate(url, { userId: '1', itemId: loved?.itemId, value: 5 })).status).toBe(202);
  await vi.waitUntil(async () => (await listOf(url, '1')).modelVersion !== before.modelVersion, {
    timeout: deadline_ms,
  });
  expect((await listOf(url, '1')).items).not.toContainEqual(loved);
  expect(await serve.stop('SIGTERM')).toMatchObject({ code: 0 });
  expect(await run.stop()).toMatchObject({ code: 0 });
  expect(await json('run', '--until-caught-up', '--data', data)).toMatchObject({ records: 0, accepted: 801 });
});

test('serve holds so many items and users as it is set to, one less is refused, and counts how it searched them', async () => {
  await json('generate', '--data', data, '--rate', '0', '--count', '800');
  await json('run', '--until-caught-up', '--data', data);
  const exported = join(data, 'exported');
  await json('export', 'model', '--data', data, '--out', exported);
  const lines = (file: string) => readFileSync(join(exported, file), 'utf8').trim().split('\n').length - 1;
  const [items, users] = [lines('items.csv'), lines('users.csv')];
  for (const [more, status] of [
    [0, 200],
    [-1, 503],
  ] as const) {
    const settings = join(data, `settings${more}.yaml`);
    writeFileSync(settings, `serving:\n  mostItems: ${items + more}\n  mostUsers: ${users + more}\n`);
    const serve = started('serve', '--data', data, '--config', settings);
    const url = await serve.address();
    const [item] = z.array(z.object({ itemId: z.string() })).parse((await listOf(url, '1')).items);
    expect((await fetch(`${url}/v2/items/${item?.itemId}/similar`)).status).toBe(status);
    expect((await fetch(`${url}/v2/users`)).status).toBe(status);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain(`millrace_item_searches_total{way="few"} ${status === 200 ? 1 : 0}`);
    expect(await serve.stop('SIGTERM')).toMatchObject({ code: 0 });
  }
});

test('serve names the way out where there is nothing to serve', async () => {
  const nothing = await millrace('serve', '--data', join(data, 'none'));
  expect(nothing).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/NO_DATA.*millrace run/) });
});

test('generate invents whom it needs from its seed, and ends at its count', async () => {
  const flags = ['generate', '--rate', '0', '--count', '50'];
  const [first, again, other] = ['first', 'again', 'other'].map(name => join(data, name));
  const result = await json(...flags, '--data', first ?? '', '--seed', '5');
  expect(result).toEqual({ ratings: 50, seconds: expect.any(Number) });
  await json(...flags, '--data', again ?? '', '--seed', '5');
  await json(...flags, '--data', other ?? '', '--seed', '6');
  const hashes = await Promise.all(
    [first, again, other].map(
      async folder => (await json('run', '--until-caught-up', '--data', folder ?? ''))['modelHash'],
    ),
  );
  expect(hashes[1]).toBe(hashes[0]);
  expect(hashes[2]).not.toBe(hashes[0]);
});

test('generate invents nothing beside ratings that are there: it rates their items, once they have been read', async () => {
  const file = join(data, 'ratings.csv');
  const lines = Array.from({ length: 30 }, (_, n) => `u${n % 5},own-${n % 7},4,${1_600_000_000 + n}`);
  writeFileSync(file, ['userId,itemId,rating,timestamp', ...lines, ''].join('\n'));
  await json('import', 'csv', file, '--data', data);
  const flags = ['generate', '--rate', '0', '--count', '20', '--data', data];
  expect(await millrace(...flags)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/NOBODY_KNOWN.*millrace run/),
  });
  await json('run', '--until-caught-up', '--data', data);
  expect(await millrace(...flags)).toMatchObject({ code: 0, stderr: '' });
  await json('run', '--until-caught-up', '--data', data);
  expect(await json('export', 'model', '--data', data, '--out', join(data, 'model'))).toMatchObject({
    users: 5,
    items: 7,
  });
});

test('generate goes on at its rate until it is told to end, and refuses to fill the disk', async () => {
  const generate = started('generate', '--data', data, '--rate', '50', '--json');
  await vi.waitUntil(async () => generate.stderrSoFar().includes('invented'), { timeout: deadline_ms });
  const { code, stdout } = await generate.stop();
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ ratings: expect.any(Number), seconds: expect.any(Number) });
  expect(await millrace('generate', '--data', data, '--rate', '0')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--count/),
  });
});
