/** Keys and tokens as an operator handles them: made by a command, read by a server that runs, and shown nowhere. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { json, millrace, millraceWith, started } from '../support/cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-access-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const deadline_ms = 180_000;

async function keyOf(...flags: string[]): Promise<{ id: string; key: string }> {
  const made = await json('keys', 'create', '--keys', join(folder, 'keys'), ...flags);
  return { id: String(made['id']), key: String(made['key']) };
}

const statusOf = async (url: string, key?: string): Promise<number> => {
  const answer = await fetch(url, { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } });
  await answer.arrayBuffer();
  return answer.status;
};

test('keys are made, changed and taken back while the server runs, and none of them is found in what it says', async () => {
  const [data, keys] = [join(folder, 'data'), join(folder, 'keys')];
  await json('generate', '--data', data, '--rate', '0', '--count', '50');
  const service = await keyOf('--name', 'shop', '--role', 'service');
  const shopper = await keyOf('--name', 'ann', '--role', 'shopper', '--user', 'ann');
  const serve = started('serve', '--data', data, '--keys', keys, '--host', '127.0.0.2');
  const url = await serve.address();
  const lists = (user: string) => `${url}/v2/users/${user}/recommendations`;

  expect(await statusOf(lists('ann'))).toBe(401);
  expect(await statusOf(lists('ann'), service.key)).toBe(200);
  expect(await statusOf(lists('ann'), shopper.key)).toBe(200);
  expect(await statusOf(lists('bob'), shopper.key)).toBe(403);
  expect(await statusOf(lists('bob'), `${service.key}x`)).toBe(401);
  expect(await statusOf(`${url}/metrics`, service.key)).toBe(403);

  const monitor = await keyOf('--name', 'prometheus', '--role', 'monitor', '--days', '30');
  await vi.waitUntil(async () => (await statusOf(`${url}/metrics`, monitor.key)) === 200, { timeout: deadline_ms });
  const metrics = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${monitor.key}` } })).text();
  const listed = await json('keys', 'list', '--keys', keys);
  expect(listed).toMatchObject({ keys: [{ name: 'shop' }, { name: 'ann', userId: 'ann' }, { name: 'prometheus' }] });
  expect(await json('keys', 'revoke', service.id, '--keys', keys)).toEqual({ revoked: service.id });
  await vi.waitUntil(async () => (await statusOf(lists('ann'), service.key)) === 401, { timeout: deadline_ms });
  expect(await statusOf(lists('ann'), shopper.key)).toBe(200);

  const { stdout, stderr } = await serve.stop('SIGTERM');
  const doctor = await millraceWith({ MILLRACE_AUTH_KEYS: keys }, 'doctor', '--data', data);
  const files = readdirSync(keys).map(name => readFileSync(join(keys, name), 'utf8'));
  const said = [stdout, stderr, metrics, JSON.stringify(listed), doctor.stdout, doctor.stderr, ...files].join('\n');
  for (const { key } of [service, shopper, monitor]) expect(said).not.toContain(key.slice(-43));
  expect(stderr).not.toContain('no credentials are configured');
});

test('with --demo tokens are asked for as everywhere, and an issuer beside the server gives them to its pages', async () => {
  const data = join(folder, 'data');
  await json('generate', '--data', data, '--rate', '0', '--count', '50');
  const serve = started('serve', '--data', data, '--demo');
  const url = await serve.address();
  const signIn = z.object({ required: z.literal(true), tokenEndpoint: z.url() });
  const { tokenEndpoint } = signIn.parse(await (await fetch(`${url}/sign-in.json`)).json());
  const asking = (body: object, origin: string) =>
    fetch(tokenEndpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify(body),
    });
  const tokenOf = async (body: object) => {
    const answer = await asking(body, url);
    expect(answer.headers.get('access-control-allow-origin')).toBe(url);
    return z.object({ access_token: z.string() }).parse(await answer.json()).access_token;
  };
  const [ann, admin] = [await tokenOf({ userId: 'ann' }), await tokenOf({ role: 'Millrace.Admin' })];
  expect((await asking({ userId: 'ann' }, 'https://evil.example')).status).toBe(403);
  expect((await asking({ userId: '' }, url)).status).toBe(400);
  const own = `${url}/v2/users/ann/recommendations`;
  expect([await statusOf(own), await statusOf(own, ann), await statusOf(own, admin)]).toEqual([401, 200, 200]);
  expect(await statusOf(`${url}/v2/users/bob/recommendations`, ann)).toBe(403);
  expect([await statusOf(`${url}/v2/models/quality`, ann), await statusOf(`${url}/v2/models/quality`, admin)]).toEqual([
    403, 200,
  ]);
  const { stdout, stderr } = await serve.stop('SIGTERM');
  for (const token of [ann, admin]) expect(stdout + stderr).not.toContain(token);
});

test('without credentials nobody elsewhere is listened to, and the error says what to do', async () => {
  const refused = await millrace('serve', '--data', folder, '--host', '0.0.0.0');
  expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/loopback only.*auth\.keys/) });
  const missing = await millrace('serve', '--data', folder, '--keys', join(folder, 'none'));
  expect(missing.code).toBe(1);
});

test.for([
  [['--role', 'shopper', '--name', 'x'], /--user/],
  [['--role', 'service', '--name', 'x', '--user', 'ann'], /--user/],
  [['--role', 'admin', '--name', 'x', '--tenant', 'north'], /--tenant/],
  [['--role', 'service', '--name', 'x', '--tenant', 'North Sea'], /tenant/],
  [['--role', 'king', '--name', 'x'], /king/],
  [['--role', 'service'], /--name/],
] as const)('a key of %j cannot be made', async ([flags, says]) => {
  const { code, stdout, stderr } = await millrace('keys', 'create', '--keys', join(folder, 'keys'), ...flags);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(says);
});
