import { expect, test } from 'vitest';
import { openGate } from '../../../src/recommender/api/auth/gate.ts';
import { now, shop } from './shop.ts';

/** A shop whose clock is moved by hand. */
async function ageing() {
  let time = now;
  const clock = { now: () => time, sleep: () => new Promise<void>(() => {}) };
  const opened = await shop({ clock, access: { gate: openGate } });
  const { server, fill } = opened;
  await fill.list('ann', ['a', 'b']);
  const ask = (url: string, headers: Record<string, string> = {}) => server.app.inject({ method: 'GET', url, headers });
  return { ...opened, ask, pass: (ms: number) => (time += ms) };
}

const url = '/v2/users/ann/recommendations';

test('a list that has not changed is not sent again, however old it has become', async () => {
  const { ask, pass } = await ageing();
  const first = await ask(url);
  const etag = String(first.headers['etag']);
  expect([first.headers['cache-control'], etag]).toEqual([
    'private, no-cache',
    expect.stringMatching(/^W\/"[\w-]{22}"$/),
  ]);
  pass(5_000);
  const again = await ask(url);
  expect(again.headers['etag']).toBe(etag);
  expect(again.json<{ ageMs: number }>().ageMs).toBe(first.json<{ ageMs: number }>().ageMs + 5_000);
  for (const tag of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
    const answer = await ask(url, { 'if-none-match': tag });
    expect([tag, answer.statusCode, answer.body, answer.headers['etag']]).toEqual([tag, 304, '', etag]);
  }
});

test('a list that has changed has another tag, and comes whole', async () => {
  const { ask, fill } = await ageing();
  const etag = String((await ask(url)).headers['etag']);
  await fill.list('ann', ['b', 'a']);
  const answer = await ask(url, { 'if-none-match': etag });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['etag']).not.toBe(etag);
  expect(answer.json<{ items: { itemId: string }[] }>().items.map(({ itemId }) => itemId)).toEqual(['b', 'a']);
  const other = await ask('/v2/users/bob/recommendations', { 'if-none-match': etag });
  expect(other.statusCode).toBe(200);
});

test('what is written, refused or goes on is kept nowhere', async () => {
  const { ask, postTo } = await ageing();
  const answers = [
    await postTo('/v2/ratings', { userId: 'ann', itemId: 'a', value: 4 }),
    await postTo('/v2/ratings', {}),
    await ask('/healthz/live'),
    await ask('/metrics'),
    await ask('/v2/popular?n=0'),
    await ask('/no/such/route'),
  ];
  for (const { headers } of answers)
    expect([headers['cache-control'], headers['etag']]).toEqual(['no-store', undefined]);
  expect((await ask('/openapi.json')).headers['cache-control']).toBe('public, no-cache');
});
