import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { drawKey } from '../../../../src/recommender/api/auth/api-keys.ts';
import { CredentialsGate } from '../../../../src/recommender/api/auth/gate.ts';
import { addKey, KeyFolder, removeKey } from '../../../../src/recommender/api/auth/key-folder.ts';

const codeOf = (error: unknown): unknown => (error instanceof Error ? Reflect.get(error, 'code') : error);
const created = { createdAt: '2026-11-26T00:00:00.000Z', tenant: '' } as const;

/** Characters of 256 bits; underscores may be among them. */
const secretLength = 43;
const secretOf = (text: string): string => text.slice(-secretLength);

async function keyRing() {
  const folder = join(await mkdtemp(join(tmpdir(), 'millrace-keys-')), 'keys');
  onTestFinished(() => rm(join(folder, '..'), { recursive: true }));
  const clock = { at: Date.parse(created.createdAt), now: () => clock.at };
  const reported: unknown[] = [];
  const report = (error: unknown): void => void reported.push(error);
  const gate = new CredentialsGate({ keys: new KeyFolder(folder, report), clock, report });
  const create = async (about: Partial<Parameters<typeof drawKey>[0]> = {}) => {
    const drawn = drawKey({ name: 'shop', role: 'service', ...created, ...about });
    await addKey(folder, drawn.key);
    return drawn;
  };
  const ask = (authorization: string) =>
    gate.identify({ authorization }).then(identified => identified?.caller, codeOf);
  return { folder, clock, reported, create, ask };
}

test('a key opens what it was made for, from the next second on, and is kept as a hash that nobody else can read', async () => {
  const { folder, create, ask } = await keyRing();
  const service = await create();
  const shopper = await create({ role: 'shopper', userId: 'ann', tenant: 'north' });
  expect(await ask(`Bearer ${service.text}`)).toEqual({ role: 'service', tenant: '' });
  expect(await ask(`bearer  ${shopper.text}`)).toEqual({ role: 'shopper', tenant: 'north', userId: 'ann' });
  for (const name of await readdir(folder)) {
    const text = await readFile(join(folder, name), 'utf8');
    expect(text).not.toContain(secretOf(service.text));
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  }
});

test('keys come and go without a restart', async () => {
  const { folder, clock, create, ask } = await keyRing();
  const first = await create();
  expect(await ask(`Bearer ${first.text}`)).toMatchObject({ role: 'service' });
  const second = await create({ role: 'admin' });
  clock.at += 1_000;
  expect(await ask(`Bearer ${second.text}`)).toMatchObject({ role: 'admin' });
  expect(await removeKey(folder, first.key.id)).toBe(true);
  expect(await removeKey(folder, first.key.id)).toBe(false);
  clock.at += 1_000;
  expect(await ask(`Bearer ${first.text}`)).toBe('CREDENTIALS_INVALID');
  expect(await ask(`Bearer ${second.text}`)).toMatchObject({ role: 'admin' });
});

test('a key ends when its time is over', async () => {
  const { clock, create, ask } = await keyRing();
  const key = await create({ expiresAt: '2026-11-27T00:00:00.000Z' });
  clock.at = Date.parse('2026-11-26T23:59:59.999Z');
  expect(await ask(`Bearer ${key.text}`)).toMatchObject({ role: 'service' });
  clock.at++;
  expect(await ask(`Bearer ${key.text}`)).toBe('CREDENTIALS_INVALID');
});

test('what is almost a key opens nothing', async () => {
  const { create, ask } = await keyRing();
  const { text } = await create();
  const [id, secret] = [text.slice('mrk_'.length, -secretLength - 1), secretOf(text)];
  const last = secret.at(-1) === 'A' ? 'E' : 'A';
  const { text: other } = drawKey({ name: 'nobody', role: 'admin', ...created });
  for (const wrong of [
    `mrk_${id}_${secret.slice(0, -1)}${last}`,
    `mrk_${id}_${secret.slice(0, -1)}`,
    `mrk_${id}_${secret}A`,
    `mrk_${id}_${'A'.repeat(43)}`,
    `mrk_${id.slice(0, -1)}_${secret}`,
    `mrk_../../${id}_${secret}`,
    `MRK_${id}_${secret}`,
    other,
    secret,
    id,
  ])
    expect([wrong, await ask(`Bearer ${wrong}`)]).toEqual([wrong, 'CREDENTIALS_INVALID']);
  for (const header of [text, `Basic ${text}`, `Bearer`, `Bearer ${text} ${text}`, `Bearer\t${text}`, ''])
    expect([header, await ask(header)]).toEqual([header, 'CREDENTIALS_INVALID']);
});

test('a file that holds no key opens nothing, is reported once, and hinders no other', async () => {
  const { folder, clock, reported, create, ask } = await keyRing();
  const { text } = await create();
  await writeFile(join(folder, 'half.json'), '{"version": 1, "id":');
  await writeFile(join(folder, 'huge.json'), ' '.repeat(5_000));
  for (let n = 0; n < 3; n++) {
    expect(await ask(`Bearer ${text}`)).toMatchObject({ role: 'service' });
    clock.at += 1_000;
  }
  expect(reported).toHaveLength(2);
});

test('where the folder cannot be read for a while, the keys of before still open', async () => {
  const { folder, clock, reported, create, ask } = await keyRing();
  const { text } = await create();
  expect(await ask(`Bearer ${text}`)).toMatchObject({ role: 'service' });
  await rm(folder, { recursive: true });
  clock.at += 1_000;
  expect(await ask(`Bearer ${text}`)).toMatchObject({ role: 'service' });
  expect(reported).toMatchObject([{ code: 'KEYS_UNREADABLE' }]);
});
