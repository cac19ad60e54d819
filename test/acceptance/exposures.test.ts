/** What was shown is reported to a real server, and counted by the command line. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { json, millrace, startedWith } from '../support/cli.ts';

const Listed = z.object({ itemId: z.string(), explored: z.boolean(), propensity: z.number() });
const List = z.object({ listId: z.string(), policy: z.string(), items: z.array(Listed) });
const Policies = z.object({
  withinHours: z.number(),
  policies: z.array(
    z.object({
      policy: z.string(),
      lists: z.object({ shown: z.int(), followed: z.int() }),
      items: z.object({ shown: z.int(), followed: z.int() }),
      users: z.object({ shown: z.int(), followed: z.int() }),
      userShare: z.number(),
      userShareInterval: z.object({ low: z.number(), high: z.number() }),
    }),
  ),
});
let data: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'millrace-exposures-'));
});
afterEach(() => rmSync(data, { recursive: true }));

const send = (url: string, body: object): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** A list as it was answered, and as a report of it names it. */
async function listOf(url: string, userId: string) {
  const answer = await fetch(`${url}/v2/users/${userId}/recommendations`);
  const list = List.parse(await answer.json());
  return { list, report: { listId: list.listId, userId, slot: 'top', items: list.items.map(({ itemId }) => itemId) } };
}

test('lists that a page reports are counted by policy, with what users did next; new items take places', async () => {
  expect(await millrace('exposures', '--data', data)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/NO_DATA/),
  });
  await json('generate', '--data', data, '--rate', '0', '--count', '800');
  await json('run', '--until-caught-up', '--data', data);
  expect(await millrace('exposures', '--data', data)).toMatchObject({ stdout: 'no list was reported as shown\n' });
  const key = { MILLRACE_SERVING_LIST_KEY: 'the same for each of them' };
  const explored = { ...key, MILLRACE_SERVING_EXPLORATION_SLOTS: '2', MILLRACE_SERVING_EXPLORATION_SHARE: '1' };
  const first = startedWith(explored, 'serve', '--data', data);
  const { list, report } = await listOf(await first.address(), '1');
  expect(list.items.map(item => item.explored)).toEqual(list.items.map((_, at) => at >= 8));
  expect(await first.stop('SIGTERM')).toMatchObject({ code: 0 });

  // Another server of the same key knows the list, also of another run with other settings.
  const second = startedWith(key, 'serve', '--data', data);
  const url = await second.address();
  for (const _ of [1, 2]) expect((await send(`${url}/v2/exposures`, report)).status).toBe(202);
  const other = await listOf(url, 'a stranger');
  expect((await send(`${url}/v2/exposures`, { ...other.report, visible: 3 })).status).toBe(202);
  expect((await send(`${url}/v2/exposures`, { ...report, items: other.report.items })).status).toBe(422);
  const rating = { userId: '1', itemId: report.items[9], value: 4 };
  expect((await send(`${url}/v2/ratings`, rating)).status).toBe(202);
  expect(await second.stop('SIGTERM')).toMatchObject({ code: 0 });

  const { withinHours, policies } = Policies.parse(await json('exposures', '--data', data, '--within', '2'));
  expect(withinHours).toBe(2);
  const one = { shown: 1, followed: 1 };
  const none = { shown: 1, followed: 0 };
  expect(policies).toMatchObject([
    { policy: 'live', lists: one, items: { shown: 10, followed: 1 }, users: one, userShare: 1 },
    { policy: 'trending', lists: none, items: { shown: 3, followed: 0 }, users: none, userShare: 0 },
  ]);
  expect((await millrace('exposures', '--data', data)).stdout).toMatch(/^policy +lists .*\nlive +1 +1 +10 +1 +1 +1 +1/);
});
