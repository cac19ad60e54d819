/** `millrace/client` as a shop's backend uses it, over real sockets, with a key, on a server that learns. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { sell } from '../../examples/shop-backend.ts';
import { createClient, Refused, Unreachable } from '../../src/client.ts';
import { json, started } from '../support/cli.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-client-'));
  return () => rmSync(folder, { recursive: true });
});

async function shop() {
  const [ratings, data, keys] = [join(folder, 'ratings.csv'), join(folder, 'data'), join(folder, 'keys')];
  const rated = Array.from(
    { length: 300 },
    (_, n) => `u${n % 20},i${(n * 11) % 37},${1 + (n % 5)},${1_600_000_000 + n}`,
  );
  writeFileSync(ratings, ['userId,itemId,rating,timestamp', ...rated, ''].join('\n'));
  await json('import', 'csv', ratings, '--data', data);
  const made = await json('keys', 'create', '--keys', keys, '--name', 'shop', '--role', 'service');
  const serving = started('start', '--data', data, '--keys', keys);
  onTestFinished(() => void serving.child.kill('SIGKILL'));
  return { baseUrl: await serving.address(), token: String(made['key']), serving };
}

test('an order is posted, learnt and followed: the list that changed comes by itself, without what was ordered', async () => {
  const { baseUrl, token, serving } = await shop();
  const millrace = createClient({ baseUrl, token });
  const stop = new AbortController();
  const lists = millrace.lists('u1', { n: 5, signal: stop.signal });
  const first = await lists.next();
  const before = first.done === true ? undefined : first.value;
  const itemId = before?.items[0]?.itemId ?? '';
  expect(before).toMatchObject({ reason: 'personal' });

  const titles = await sell(millrace, { userId: 'u1', itemId, orderId: 'o-1' });
  expect(titles).toHaveLength(5);
  expect(titles).not.toContain(itemId);
  const next = await lists.next();
  const after = next.done === true ? undefined : next.value;
  expect(after?.listId).not.toBe(before?.listId);
  expect(after?.items.map(item => item.itemId)).not.toContain(itemId);
  stop.abort();
  expect(await lists.next()).toEqual({ done: true, value: undefined });

  const rating = { userId: 'u2', itemId, value: 5 };
  const written = await millrace.post('/v2/ratings', { body: rating });
  expect(await millrace.waitUntilLearnt({ userId: 'u2', ...written }, { limit_ms: 60_000 })).toMatchObject({
    learnt: true,
  });
  await expect(millrace.get('/v2/models/quality')).rejects.toMatchObject({ status: 403, code: 'FORBIDDEN' });
  const stranger = createClient({ baseUrl, token: `${token}x` });
  await expect(stranger.get('/v2/popular')).rejects.toThrow(Refused);

  await serving.stop();
  const impatient = createClient({ baseUrl, token, retry: { attempts: 2, firstWait_ms: 1 } });
  await expect(impatient.get('/v2/popular')).rejects.toThrow(Unreachable);
});
