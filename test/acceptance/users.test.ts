/** A user is erased from the command line, and the receipt is read there and by a server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { openEmbedded } from '../../src/app/compose.ts';
import { json, millrace, millraceWith, startedWith } from '../support/cli.ts';

const Place = z.object({ state: z.enum(['gone', 'waiting', 'kept']) });
const Erasure = z.object({
  id: z.string(),
  topic: z.literal('ratings'),
  model: Place.extend({ modelVersion: z.string().nullable() }),
  generation: Place,
  documents: Place.extend({ collections: z.array(z.string()) }),
  orders: z.object({ state: z.enum(['gone', 'kept', 'waiting', 'removed']), collections: z.array(z.string()) }),
  log: Place.extend({ until: z.string().nullable() }),
});
const key = { MILLRACE_SERVING_LIST_KEY: 'the same for each of them' };
let data: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'millrace-users-'));
});
afterEach(() => rmSync(data, { recursive: true }));

function served() {
  const server = startedWith(key, 'serve', '--data', data);
  onTestFinished(() => void server.child.kill('SIGKILL'));
  return server;
}

async function users(...words: string[]) {
  const { code, stdout, stderr } = await millraceWith(key, 'users', ...words, '--data', data, '--json');
  expect(stderr.replace(/^receipt \S+\n/, '')).toBe('');
  expect(code).toBe(0);
  return Erasure.parse(JSON.parse(stdout));
}

test('a user is erased, and the receipt tells what of it is gone, to the command line and to a server', async () => {
  const missing = await millraceWith(key, 'users', 'erase', '1', '--data', data);
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/NO_DATA/) });
  await json('generate', '--data', data, '--rate', '0', '--count', '800');
  await json('run', '--until-caught-up', '--data', data);
  const asked = await users('erase', '1');
  expect(asked).toMatchObject({ model: { state: 'waiting' }, documents: { state: 'waiting' }, log: { until: null } });
  expect(asked.documents.collections).toContain('userVectors');

  // Nothing runs, so nothing comes of waiting; the erasure stands in the log all the same.
  expect((await users('receipt', asked.id, '--wait', '1')).model.state).toBe('waiting');
  await json('run', '--until-caught-up', '--data', data);
  const done = await users('receipt', asked.id, '--wait');
  expect(done).toMatchObject({ id: asked.id, model: { state: 'gone' }, documents: { state: 'gone', collections: [] } });

  const server = served();
  const answer = await fetch(`${await server.address()}/v2/erasures/${asked.id}`);
  expect(Erasure.parse(await answer.json())).toEqual(done);
  expect(await server.stop('SIGTERM')).toMatchObject({ code: 0 });

  const words = await millraceWith(key, 'users', 'receipt', asked.id, '--data', data);
  expect(words.stdout).toMatch(/model +gone +since version \d+\.\d+\n/);
  expect(words.stdout).toMatch(/log +kept +without limit of time\n/);
});

test('orders stay, or go with the rest where that is asked for', async () => {
  await json('generate', '--data', data, '--rate', '0', '--count', '100');
  const order = { orderId: 'o-1', lines: [{ itemId: '1', quantity: 1 }], placedAt: Date.now() };
  const ordered = async (...whose: readonly string[]) => {
    await using ports = await openEmbedded(data);
    for (const userId of whose)
      await ports.documents.put({ collection: 'orders', partition: userId, id: 'o-1' }, { ...order, userId }, 'always');
    return (await ports.documents.list({ collection: 'orders', limit: 10 })).map(({ partition, id }) => [
      partition,
      id,
    ]);
  };
  await ordered('1', '2');
  await json('run', '--until-caught-up', '--data', data);
  const kept = await users('erase', '2');
  expect(kept.orders).toEqual({ state: 'kept', collections: ['orders', 'toldOrders'] });
  const { id, orders } = await users('erase', '1', '--orders', 'remove');
  expect(orders).toEqual({ state: 'waiting', collections: ['orders', 'toldOrders'] });
  await json('run', '--until-caught-up', '--data', data);
  const done = { model: { state: 'gone' }, orders: { state: 'gone', collections: [] } };
  expect(await users('receipt', id, '--wait')).toMatchObject(done);
  expect(await ordered()).toEqual([['2', 'o-1']]);
  const other = await millraceWith(key, 'users', 'erase', '1', '--orders', 'some', '--data', data);
  expect(other).toMatchObject({ code: 2, stderr: expect.stringMatching(/keep, remove/) });
});

test('what cannot be looked up later is not begun, and a receipt of another key is none', async () => {
  await json('generate', '--data', data, '--rate', '0', '--count', '10');
  const keyless = await millrace('users', 'erase', '1', '--data', data);
  expect(keyless).toMatchObject({ code: 2, stderr: expect.stringMatching(/serving\.listKey/) });
  const { id } = await users('erase', '1');
  const other = await millraceWith(
    { MILLRACE_SERVING_LIST_KEY: 'another than theirs' },
    'users',
    'receipt',
    id,
    '--data',
    data,
  );
  expect(other).toMatchObject({ code: 2, stderr: expect.stringMatching(/no receipt of a server/) });
  const nobody = await millraceWith(key, 'users', 'erase', '', '--data', data);
  expect(nobody).toMatchObject({ code: 1, stderr: expect.stringMatching(/userId is missing/) });
  const tenant = await millraceWith(key, 'users', 'erase', '1', '--tenant', 'A B', '--data', data);
  expect(tenant).toMatchObject({ code: 2, stderr: expect.stringMatching(/names no tenant/) });
});

test('the user of one tenant is erased, and none of another', async () => {
  await json('generate', '--data', data, '--rate', '0', '--count', '800');
  await json('run', '--until-caught-up', '--data', data);
  const asked = await users('erase', '1', '--tenant', 'a');
  // Nobody there has that id; who has it without a tenant stays.
  expect(asked.documents).toEqual({ state: 'gone', collections: [] });
  await json('run', '--until-caught-up', '--data', data);
  expect((await users('receipt', asked.id)).documents).toEqual({ state: 'gone', collections: [] });
  const server = served();
  const profile = await fetch(`${await server.address()}/v2/users/1/profile`);
  expect(z.object({ count: z.int() }).parse(await profile.json()).count).toBeGreaterThan(0);
  await server.stop('SIGTERM');
});
