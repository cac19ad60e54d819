/** Two tenants watch the list of a user of the same id: neither hears of the other's. */
import { expect, onTestFinished, test } from 'vitest';
import type { Documents } from '../../../src/documents/port.ts';
import { scoped, tenantOf } from '../../../src/recommender/domain/tenant.ts';
import { handClock } from '../../support/hand-clock.ts';
import { modelTime, now, shop } from './shop.ts';
import { tenantGate } from './tenant-gate.ts';

/** Of the clock: how often a stream greets. */
const greetEvery = 2_000;

async function watching(url: URL, authorization: string) {
  const aborted = new AbortController();
  onTestFinished(() => aborted.abort());
  const answer = await fetch(url, { headers: { authorization }, signal: aborted.signal });
  expect(answer.status).toBe(200);
  const reader = (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  /** Everything up to and with the first text that fits. */
  return async (wanted: RegExp): Promise<string> => {
    while (!wanted.test(text)) {
      const { done, value = '' } = await reader.read();
      if (done) throw new Error(`The stream ended without ${wanted.source}: ${text}`);
      text += value;
    }
    const told = text;
    text = '';
    return told;
  };
}

const listOf = (documents: Documents, tenant: string, itemId: string, number: number, userId = 'ann') => {
  const user = scoped(tenant, userId);
  const body = {
    userId: user,
    reason: 'personal',
    generation: 1,
    number,
    time: modelTime,
    margin: 0,
    items: [{ itemId: tenantOf(itemId) === '' ? scoped(tenant, itemId) : itemId, score: 1, reason: 'personal' }],
  };
  return documents.put({ collection: 'recommendations', partition: user, id: user }, body, 'always');
};

const greeting = /(?:^|\n\n):\n\n$/;

test('who watches a list hears of no list of another tenant, also where the user has the same id', async () => {
  const { clock, poll } = handClock(now);
  const { server, documents } = await shop({ clock, access: { gate: tenantGate } });
  const address = await server.listen({ port: 0 });
  for (const tenant of ['', 'north', 'south']) await listOf(documents, tenant, `first-of-${tenant}`, 1);
  const url = new URL('/v2/users/ann/recommendations/live', address);
  const north = await watching(url, 'north|shopper|ann');
  const south = await watching(url, 'south|service');
  const nobody = await watching(url, '|shopper|ann');
  expect(await north(/data: .*\n\n/)).toContain('"itemId":"first-of-north"');
  expect(await south(/data: .*\n\n/)).toContain('"itemId":"first-of-south"');
  expect(await nobody(/data: .*\n\n/)).toContain('"itemId":"first-of-"');

  await listOf(documents, 'north', 'second-of-north', 2);
  await poll(3, greetEvery);
  expect(await north(/second-of-north/)).not.toContain('south');
  for (const other of [south, nobody]) expect(await other(greeting)).not.toContain('data:');

  await listOf(documents, 'south', 'second-of-south', 2);
  await poll(3, greetEvery);
  expect(await south(/second-of-south/)).not.toContain('north');
  // A round greets before it tells: what the round before told has come with this greeting.
  for (const other of [north, nobody]) expect(await other(greeting)).not.toContain('data:');
});

test('a list that holds an item of another tenant ends the streams of its user alone, and tells nobody of the item', async () => {
  const { clock, poll } = handClock(now);
  const reported: unknown[] = [];
  const report = (error: unknown) => void reported.push(error);
  const { server, documents } = await shop({ clock, report, access: { gate: tenantGate } });
  const address = await server.listen({ port: 0 });
  const [ann, bob] = await Promise.all(
    ['ann', 'bob'].map(async user => {
      await listOf(documents, 'north', 'first', 1, user);
      const told = await watching(new URL(`/v2/users/${user}/recommendations/live`, address), 'north|service');
      expect(await told(/data: .*\n\n/)).toContain('"itemId":"first"');
      return told;
    }),
  );
  await listOf(documents, 'north', scoped('south', 'secret'), 2);
  await listOf(documents, 'north', 'second', 2, 'bob');
  await poll(1, greetEvery);
  expect(await bob?.(/second/)).not.toContain('secret');
  await expect(ann?.(/data: /)).rejects.toThrow(/^The stream ended without data: : (?!.*secret)/s);
  expect(reported).toMatchObject([{ code: 'UNREADABLE_DOCUMENT' }]);
});

test('the live figures of the process are nothing for a tenant, and a list that they tell of is that of no tenant', async () => {
  const { clock } = handClock(now);
  const { server, documents } = await shop({ clock, access: { gate: tenantGate } });
  const address = await server.listen({ port: 0 });
  await listOf(documents, '', 'heat', 3);
  await listOf(documents, 'north', 'heat', 9);
  const url = new URL('/v2/live?user=ann', address);
  for (const authorization of ['north|service', 'north|shopper|ann', 'south|service'])
    expect((await fetch(url, { headers: { authorization } })).status).toBe(403);
  const admin = await watching(url, '|admin');
  expect(await admin(/event: list\n.*\n\n/)).toContain('"modelVersion":"1.3"');
});
