import { describe, expect, onTestFinished, test } from 'vitest';
import { openEmbeddedLog } from '../../../src/transport/embedded/open.ts';
import { exposures } from '../../../topologies/streams.ts';
import { consumed } from '../../support/consumer.ts';
import { now, shop } from './shop.ts';

interface Body {
  readonly listId: string;
  readonly items: readonly { readonly itemId: string; readonly propensity: number; readonly explored: boolean }[];
}

const own = Array.from({ length: 12 }, (_, at) => `own-${at}`);

/** Ann's list of ten, whose last place is explored for half of all users. */
async function shown(user = 'ann') {
  const opened = await shop({ exploration: { slots: 1, share: 0.5, newBelow: 5 } });
  const { fill, get, postTo, transport } = opened;
  for (const id of own) await fill.vector(id, [1]);
  await fill.list(user, own);
  for (const id of ['new-1', 'new-2']) await fill.item(id);
  const list = (await get(`/v2/users/${user}/recommendations`)).json<Body>();
  const body = { listId: list.listId, userId: user, slot: 'top', items: list.items.map(({ itemId }) => itemId) };
  return {
    ...opened,
    list,
    body,
    report: (change: object = {}) => postTo('/v2/exposures', { ...body, ...change }),
    log: () => consumed(transport, exposures),
  };
}

describe('a list that is reported as shown', () => {
  test('is in the log with what the server knows of it: policy, model version, and the propensity of each item', async () => {
    const { list, body, report, log } = await shown();
    const answer = await report();
    expect(answer.statusCode).toBe(202);
    const { eventId, topic } = answer.json<{ eventId: string; topic: string }>();
    expect([eventId, topic]).toEqual([expect.stringMatching(/^shown-/), 'exposures']);
    const [last] = list.items.slice(-1);
    expect([0.25, 0.5]).toContain(last?.propensity);
    const propensities = list.items.map(({ propensity }) => propensity);
    const about = { tenant: '', sessionId: '', policy: 'live', generation: 1, number: 7, time: now };
    expect(await log()).toEqual([{ ...body, ...about, eventId, propensity: last?.propensity, propensities }]);
  });

  test('as far as it could be seen', async () => {
    const { body, report, log } = await shown();
    expect((await report({ visible: 3, at: '2026-03-10T12:00:00Z', eventId: 'mine' })).statusCode).toBe(202);
    const about = { eventId: 'mine', propensity: 1, propensities: [1, 1, 1], time: Date.UTC(2026, 2, 10, 12) };
    expect(await log()).toMatchObject([{ ...about, items: body.items.slice(0, 3) }]);
  });

  test('twice has the same event id, so that it counts once; in another slot another', async () => {
    const { report, log } = await shown();
    await report();
    await report();
    await report({ slot: 'side' });
    const [first, second, third] = (await log()).map(({ eventId }) => eventId);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  test('that is everybody’s may be seen by anybody, also in a session', async () => {
    const { fill, get, postTo, log } = await shown();
    await fill.board('hourly', ['hot']);
    const { listId, items } = (await get('/v2/trending')).json<Body>();
    const body = { listId, items: items.map(({ itemId }) => itemId), slot: 'trends' };
    expect((await postTo('/v2/exposures', { ...body, userId: 'bob' })).statusCode).toBe(202);
    expect((await postTo('/v2/exposures', { ...body, sessionId: 'tab' })).statusCode).toBe(202);
    const policy = { policy: 'trending', generation: 0, number: 0, propensities: body.items.map(() => 1) };
    const both = [
      { userId: 'bob', sessionId: '', ...policy },
      { userId: '', sessionId: 'tab', ...policy },
    ];
    expect((await log()).toSorted((a, b) => (a.userId > b.userId ? -1 : 1))).toMatchObject(both);
  });
});

test.each([
  ['another user', { userId: 'bob' }, 422, 'UNKNOWN_LIST'],
  ['a session for a user’s list', { userId: undefined, sessionId: 'tab' }, 422, 'UNKNOWN_LIST'],
  ['an item that was not in it', { items: [...own.slice(0, 9), 'else'] }, 422, 'UNKNOWN_LIST'],
  ['an item too few', { items: own.slice(0, 9) }, 422, 'UNKNOWN_LIST'],
  ['an id of nobody', { listId: 'live~1.7~~AAAAAAAAAAAAAAAAAAAAAA' }, 422, 'UNKNOWN_LIST'],
  ['a time in 1970', { at: '1970-01-01T00:00:00Z' }, 422, 'INVALID_EXPOSURE'],
  ['both user and session', { sessionId: 'tab' }, 400, 'INVALID_REQUEST'],
  ['neither of them', { userId: undefined }, 400, 'INVALID_REQUEST'],
  ['no items', { items: [] }, 400, 'INVALID_REQUEST'],
  ['more visible than there are', { visible: 11 }, 422, 'INVALID_EXPOSURE'],
  ['a slot of spaces', { slot: ' ' }, 400, 'INVALID_REQUEST'],
  ['a propensity of its own', { propensity: 0.1 }, 400, 'INVALID_REQUEST'],
  ['more than 16 KiB', { items: Array.from({ length: 100 }, () => 'x'.repeat(200)) }, 413, 'BODY_TOO_LARGE'],
])('a report of %s is refused, and the log stays empty', async (_what, change, status, code) => {
  const { report, log } = await shown();
  const answer = await report(change);
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
  expect(await log()).toEqual([]);
});

test('without a topic for reports the answer says what to do', async () => {
  const { body } = await shown();
  const transport = openEmbeddedLog({ path: ':memory:', clock: () => now });
  onTestFinished(() => transport.close());
  const { postTo } = await shop({ transport });
  const answer = await postTo('/v2/exposures', body);
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([503, 'EXPOSURES_MISSING']);
});
