/** A user's list as a client follows it, and reads what it has written. */
import { expect, test } from 'vitest';
import { clientOn } from '../../../../src/recommender/api/client/api-client.ts';
import { Refused, UnreadableEvent } from '../../../../src/recommender/api/client/errors.ts';
import { machineOf, problem, type Said } from './machine.ts';

const baseUrl = 'http://millrace.test';
const event = (id: string): string => `event: recommendations\nid: ${id}\ndata: {"listId":"${id}","items":[]}\n\n`;

/** The text in pieces, then the end. */
const streamOf =
  (...pieces: readonly string[]): Said =>
  () => {
    const encoder = new TextEncoder();
    return new Response(ReadableStream.from(pieces.map(piece => encoder.encode(piece))));
  };

async function follow(says: readonly Said[], count: number) {
  const given = machineOf(...says);
  const stop = new AbortController();
  const ids: string[] = [];
  for await (const { listId } of clientOn(given.machine, { baseUrl, token: 't' }).lists('ann', {
    n: 3,
    signal: stop.signal,
  })) {
    ids.push(listId);
    if (ids.length === count) stop.abort();
  }
  return { ...given, ids };
}

test('each list comes once it is whole, however it is cut on its way', async () => {
  const { ids, requests } = await follow(
    [streamOf(':\n\n', event('a').slice(0, 20), `${event('a').slice(20)}${event('b')}`)],
    2,
  );
  expect(ids).toEqual(['a', 'b']);
  expect(requests[0]?.url).toBe(`${baseUrl}/v2/users/ann/recommendations/live?n=3`);
  expect(requests[0]?.headers.get('authorization')).toBe('Bearer t');
});

test('a stream that ends is opened again behind the list that came last, however often it fails', async () => {
  const down: Said = () => {
    throw new TypeError('fetch failed');
  };
  const busy: Said = () => problem(503, 'TOO_MANY_WATCHERS', { 'retry-after': '2' });
  const { ids, requests, waits } = await follow([streamOf(event('a')), down, busy, streamOf(event('b'))], 2);
  expect(ids).toEqual(['a', 'b']);
  expect(requests.map(({ headers }) => headers.get('last-event-id'))).toEqual([null, 'a', 'a', 'a']);
  expect(waits).toEqual([100, 200, 2_100]);
});

test('a refusal that does not pass ends it, and so does an event that is no list', async () => {
  await expect(follow([() => problem(403, 'FORBIDDEN')], 1)).rejects.toThrow(Refused);
  await expect(follow([streamOf('event: recommendations\ndata: {}\n\n')], 1)).rejects.toThrow(UnreadableEvent);
  await expect(follow([streamOf('event: recommendations\ndata: {\n\n')], 1)).rejects.toThrow(UnreadableEvent);
});

const list =
  (learnt?: boolean): Said =>
  () =>
    Response.json({ listId: 'l', items: [], ...(learnt !== undefined && { learnt }) });

test('a rating is waited for until the list has learnt it', async () => {
  const { machine, requests } = machineOf(list(false), list(true));
  const learnt = await clientOn(machine, { baseUrl }).waitUntilLearnt(
    { userId: 'ann', partition: 2, offset: 9 },
    { n: 4 },
  );
  expect(learnt).toMatchObject({ learnt: true, list: { listId: 'l' } });
  expect(requests.map(({ url }) => url)).toEqual([
    `${baseUrl}/v2/users/ann/recommendations?n=4&after=2%3A9&wait=10000`,
    `${baseUrl}/v2/users/ann/recommendations?n=4&after=2%3A9&wait=9750`,
  ]);
});

test('of an order it is first asked where its events stand', async () => {
  const progress =
    (offset: number | null): Said =>
    () =>
      Response.json({ offset, learnt: false });
  const { machine, requests } = machineOf(progress(null), progress(5), list(true));
  const order = { userId: 'ann', orderId: 'o', partition: 1, offset: null };
  expect(await clientOn(machine, { baseUrl }).waitUntilLearnt(order)).toMatchObject({ learnt: true });
  expect(requests.map(({ url }) => new URL(url).pathname)).toEqual([
    '/v2/orders/ann/o/progress',
    '/v2/orders/ann/o/progress',
    '/v2/users/ann/recommendations',
  ]);
});

test('what is not learnt in time is answered as it is', async () => {
  const { machine, requests } = machineOf(list(false));
  const written = { userId: 'ann', partition: 2, offset: 9 };
  const learnt = await clientOn(machine, { baseUrl }).waitUntilLearnt(written, { limit_ms: 600 });
  expect(learnt).toMatchObject({ learnt: false });
  expect(requests).toHaveLength(4);
});
