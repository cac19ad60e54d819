import { expect, onTestFinished, test } from 'vitest';
import type { ServerOptions } from '../../../src/recommender/api/server.ts';
import type { Documents } from '../../../src/documents/port.ts';
import { envelope } from '../../../src/recommender/api/wire.ts';
import { mostListWatchers } from '../../../src/recommender/api/live/list-hub.ts';
import { handClock } from '../../support/hand-clock.ts';
import { now, shop } from './shop.ts';

interface Told {
  readonly id: string;
  readonly list: { readonly listId: string; readonly items: readonly { readonly itemId: string }[] };
}

/** A shop whose poller looks again when told to. */
async function watched(change: Partial<ServerOptions> = {}) {
  const { clock, poll } = handClock(now);
  const opened = await shop({ clock, ...change });
  const address = await opened.server.listen({ port: 0 });
  return {
    ...opened,
    clock,
    poll,
    watch: (user: string, lastEventId?: string) => watching(address, user, lastEventId),
  };
}

async function watching(address: string, user: string, lastEventId?: string) {
  const aborted = new AbortController();
  onTestFinished(() => aborted.abort());
  const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const url = new URL(`/v2/users/${user}/recommendations/live`, address);
  const answer = await fetch(url, { headers, signal: aborted.signal });
  const reader = (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (): Promise<Told | undefined> => {
    for (text = text.replace(/^:\n\n/, ''); !text.includes('\n\n'); text = text.replace(/^:\n\n/, '')) {
      const { done, value = '' } = await reader.read();
      if (done) return undefined;
      text += value;
    }
    const [event = '', ...rest] = text.split('\n\n');
    text = rest.join('\n\n');
    const [, id = '', data = ''] = /^event: recommendations\nid: (.*)\ndata: (.*)$/.exec(event) ?? [];
    const list: Told['list'] = envelope.strict().parse(JSON.parse(data));
    return { id, list };
  };
  /** Comes with the next greeting, whatever came before it; false where the stream ends without one. */
  const greeting = async (): Promise<boolean> => {
    for (text = ''; !/(^|\n\n):\n\n$/.test(text);) {
      const { done, value = '' } = await reader.read();
      if (done) return false;
      text += value;
    }
    return true;
  };
  return { answer, next, greeting };
}

const ids = (told: Told | undefined) => told?.list.items.map(({ itemId }) => itemId);

test('who watches a list gets it at once, and again when it is another', async () => {
  const { fill, poll, watch } = await watched();
  await fill.list('ann', ['a', 'b']);
  const { answer, next } = await watch('ann');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  const first = await next();
  expect([ids(first), first?.id]).toEqual([['a', 'b'], first?.list.listId]);
  // Another user's list, and one that is the same as before, are no news.
  await fill.list('bob', ['z']);
  await fill.list('ann', ['a', 'b']);
  await poll();
  await fill.list('ann', ['b', 'c']);
  await poll();
  expect(ids(await next())).toEqual(['b', 'c']);
});

test('who comes back with the id of the last list is told only what is new', async () => {
  const { fill, poll, watch } = await watched();
  await fill.list('ann', ['a', 'b']);
  const before = await (await watch('ann')).next();
  const { next } = await watch('ann', before?.id);
  await fill.list('ann', ['c']);
  await poll();
  expect(ids(await next())).toEqual(['c']);
  expect(ids(await (await watch('ann', before?.id)).next())).toEqual(['c']);
});

test('who hears of no other list hears at least, every two seconds, that the server is there', async () => {
  const { fill, clock, poll, watch } = await watched();
  await fill.list('ann', ['a']);
  const { next, greeting } = await watch('ann');
  await next();
  for (let n = 0; n < 3; n++) {
    clock.time += 2_000;
    await poll();
    expect(await greeting()).toBe(true);
  }
});

test('who watches is told at once, however much was changed before, and so of what is changed then', async () => {
  const { documents, fill } = await shop();
  const { poll, watch } = await watched({ documents: withEndlessPast(documents) });
  await fill.list('ann', ['a']);
  const { next } = await watch('ann');
  expect(ids(await next())).toEqual(['a']);
  await fill.list('ann', ['b']);
  await poll();
  expect(ids(await next())).toEqual(['b']);
});

/** Documents whose feeds of lists and profiles cannot be read to the end by who begins at their beginning. */
function withEndlessPast(documents: Documents): ServerOptions['documents'] {
  const past = 'the past';
  return {
    get: key => documents.get(key),
    isCurrent: (key, etag) => documents.isCurrent(key, etag),
    feedEnd: collection => documents.feedEnd(collection),
    list: request => documents.list(request),
    put: (key, body, condition) => documents.put(key, body, condition),
    changes: async (collection, from, ...rest) => {
      const isPast = from === undefined || from === past;
      if (isPast && ['recommendations', 'profiles'].includes(collection))
        return { documents: [], continuation: past, caughtUp: false };
      return documents.changes(collection, from, ...rest);
    },
  };
}

test('a list that cannot be read ends the streams of its user and no others, and is reported once', async () => {
  const { fill, poll, watch, reported } = await watched();
  for (const user of ['ann', 'bob', 'cat']) await fill.list(user, ['a']);
  const [bob, first, second, cat] = [await watch('bob'), await watch('ann'), await watch('ann'), await watch('cat')];
  for (const { next } of [bob, first, second, cat]) expect(ids(await next())).toEqual(['a']);
  await fill.raw('recommendations', 'ann', 'ann', { userId: 'ann' });
  for (const user of ['bob', 'cat']) await fill.list(user, ['b']);
  await poll();
  for (const { next } of [first, second]) expect(await next()).toBeUndefined();
  for (const { next } of [bob, cat]) expect(ids(await next())).toEqual(['b']);
  expect(reported).toMatchObject([{ code: 'UNREADABLE_DOCUMENT' }]);
  // Who comes again is told as soon as the list can be read.
  await fill.list('ann', ['c']);
  expect(ids(await (await watch('ann')).next())).toEqual(['c']);
});

test('streams end with the server, and no more watch than may', async () => {
  const { server, watch, fill } = await watched();
  await fill.list('ann', ['a']);
  const { next } = await watch('ann');
  await next();
  const closed = server.close();
  expect(await next()).toBeUndefined();
  await closed;
  expect(mostListWatchers).toBeLessThanOrEqual(1_000);
});
