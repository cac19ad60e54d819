import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { LiveFigures, LiveSource } from '../../../src/recommender/api/live/source.ts';
import type { Server } from '../../../src/recommender/api/server.ts';
import { liveList, liveSample } from '../../../src/recommender/api/page-wire.ts';
import { deadLetters } from '../../../src/stream/dead-letter.ts';
import { ratings } from '../../../topologies/streams.ts';
import { rating } from '../../topologies/events.ts';
import { dataflow } from './dataflow.ts';
import { idle, now, shop } from './shop.ts';

/** The poller's pause, and the server's patience with who does not read. */
const [pause, patience] = [50, 1_000];

/** A clock that only the test moves: `advance` waits until somebody sleeps for that long, and wakes it. */
function handClock() {
  const sleepers = new Map<number, () => void>();
  let someoneSleeps = Promise.withResolvers<void>();
  const clock = {
    time: now,
    now: () => clock.time,
    sleep: (duration: number, signal: AbortSignal) =>
      new Promise<void>(resolve => {
        const wake = (): void => {
          sleepers.delete(duration);
          resolve();
        };
        if (signal.aborted) return wake();
        signal.addEventListener('abort', wake, { once: true });
        sleepers.set(duration, wake);
        someoneSleeps.resolve();
      }),
    advance: async (by: number, sleptFor = pause) => {
      for (; !sleepers.has(sleptFor); await someoneSleeps.promise) someoneSleeps = Promise.withResolvers<void>();
      clock.time += by;
      sleepers.get(sleptFor)?.();
    },
  };
  return clock;
}

interface LiveEvent {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** A connection that reads event by event. */
async function watching(address: URL, query = '') {
  const aborted = new AbortController();
  const answer = await fetch(new URL(`/v2/live${query}`, address), { signal: aborted.signal });
  const reader = (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (): Promise<LiveEvent | undefined> => {
    for (let end = text.indexOf('\n\n'); end < 0; end = text.indexOf('\n\n')) {
      const { done, value = '' } = await reader.read();
      if (done) return undefined;
      text += value;
    }
    const end = text.indexOf('\n\n');
    const { event = '', data = '' } = /^event: (?<event>.*)\ndata: (?<data>.*)$/.exec(text.slice(0, end))?.groups ?? {};
    text = text.slice(end + 2);
    return { event, data: JSON.parse(data) };
  };
  return { answer, next, leave: () => aborted.abort() };
}

const listening = async (server: Server): Promise<URL> => new URL(await server.listen({ port: 0 }));

/** Figures that say which sample they are of. */
function counting(change: Partial<LiveFigures> = {}): LiveSource {
  let records = 0;
  return { sample: async () => ({ ...(await idle.sample()), ...change, records: records++ }) };
}

describe('who watches', () => {
  test('gets a sample at once and then one a second, one poller for all', async () => {
    const clock = handClock();
    const { server } = await shop({ clock, live: counting() });
    const address = await listening(server);
    const first = await watching(address);
    expect(first.answer.headers.get('content-type')).toBe('text/event-stream');
    expect(first.answer.headers.get('content-security-policy')).toContain("default-src 'self'");
    const sample = await first.next();
    expect(sample).toMatchObject({ event: 'sample', data: { at: new Date(now).toISOString(), records: 0 } });
    expect(liveSample.strict().parse(sample?.data)).toEqual(sample?.data);
    await clock.advance(1_000);
    expect(await first.next()).toMatchObject({ data: { records: 1, eventsPerSecond: 1 } });
    const second = await watching(address);
    expect(await second.next()).toMatchObject({ data: { records: 1 } });
    await clock.advance(1_000);
    for (const { next } of [first, second]) expect(await next()).toMatchObject({ data: { records: 2 } });
  });

  test('is told of a list that changed, and once of how it stands', async () => {
    const clock = handClock();
    const { world, server } = await dataflow({ clock });
    await world.send(ratings, rating({ userId: 'bob' }));
    await world.drain();
    const address = await listening(server);
    const ann = await watching(address, '?user=ann');
    const bob = await watching(address, '?user=bob');
    expect(await ann.next()).toMatchObject({ event: 'sample', data: { records: 1, lag: 0, epochs: null } });
    expect(await ann.next()).toEqual({ event: 'list', data: { userId: 'ann', modelVersion: null } });
    expect(await bob.next()).toMatchObject({ event: 'sample' });
    expect(await bob.next()).toMatchObject({ event: 'list', data: { userId: 'bob' } });
    const posted = {
      method: 'POST',
      url: '/v2/ratings',
      payload: { userId: 'ann', itemId: 'heat', value: 5 },
    } as const;
    expect((await server.app.inject(posted)).statusCode).toBe(202);
    await world.drain();
    await clock.advance(pause);
    const told = await ann.next();
    expect(told).toMatchObject({ event: 'list', data: { userId: 'ann', modelVersion: /^\d+\.\d+$/ } });
    expect(liveList.strict().parse(told?.data)).toEqual(told?.data);
    await clock.advance(1_000);
    // Bob hears of nothing but the next sample where his list stayed as it was.
    // The first rating came before there was a version that could have predicted it.
    expect(await ann.next()).toMatchObject({ event: 'sample', data: { records: 2, model: { records: 1 } } });
  });

  test('sees what the log tells where no engine runs in the process', async () => {
    const { world, server } = await dataflow({ clock: handClock() });
    await world.send(ratings, rating(), rating({ value: 17 }));
    await world.sendBytes(ratings, 'ann', Buffer.from('no rating'));
    const before = await watching(await listening(server));
    expect(await before.next()).toMatchObject({ data: { records: 0, lag: 9, deadLetters: 0, model: null } });
    before.leave();
    await world.drain();
    const after = await watching(new URL(before.answer.url));
    const letters = (await world.output(deadLetters)).length;
    expect(letters).toBe(2);
    expect(await after.next()).toMatchObject({ data: { records: 3, lag: 0, deadLetters: 2, freshness: null } });
  });
});

describe('the bound', () => {
  test('is 64 connections; the next is refused until one leaves', async () => {
    const { server } = await shop({ clock: handClock() });
    const address = await listening(server);
    const watchers = await Promise.all(Array.from({ length: 64 }, () => watching(address)));
    for (const { answer } of watchers) expect(answer.status).toBe(200);
    const refused = await fetch(new URL('/v2/live', address));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toMatchObject({ code: 'TOO_MANY_WATCHERS', status: 503 });
    watchers[0]?.leave();
    await expect.poll(async () => (await watching(address)).answer.status).toBe(200);
  });

  test('of a reader that never reads is a few samples, and nobody else waits for it', async () => {
    const clock = handClock();
    const megabyte = 'x'.repeat(1 << 20);
    const { server } = await shop({ clock, live: counting({ waiting: megabyte }) });
    const address = await listening(server);
    const slow = connect(Number(address.port), address.hostname);
    onTestFinished(() => void slow.destroy());
    slow.pause();
    slow.write(`GET /v2/live HTTP/1.1\r\nHost: ${address.host}\r\n\r\n`);
    const quick = await watching(address);
    const samples = 60;
    for (let n = 0; n < samples; n++) {
      expect(await quick.next()).toMatchObject({ data: { records: n } });
      await clock.advance(1_000);
    }
    const newest = `"records":${samples}`;
    const found = await readUntil(slow, newest);
    // What the kernel holds for it arrives, then the newest; what it missed is gone.
    expect(found.match(/event: sample/g)?.length).toBeLessThan(samples / 2);
    expect(found).toContain(newest);
  });

  /** All that the socket gives until the text comes, without the filling of the samples. */
  async function readUntil(socket: ReturnType<typeof connect>, text: string): Promise<string> {
    let found = '';
    for await (const chunk of socket.setEncoding('utf8')) {
      found += String(chunk).replaceAll(/x+/g, '');
      if (found.includes(text)) break;
    }
    return found;
  }
});

describe('the end', () => {
  test('of the server ends the streams of those who read', async () => {
    const { server } = await shop({ clock: handClock() });
    const watcher = await watching(await listening(server));
    expect(await watcher.next()).toMatchObject({ event: 'sample' });
    await server.close();
    expect(await watcher.next()).toBeUndefined();
  });

  test('of the server does not wait for one who never reads', async () => {
    const clock = handClock();
    const { server } = await shop({ clock, live: counting({ waiting: 'x'.repeat(1 << 26) }) });
    const address = await listening(server);
    const slow = connect(Number(address.port), address.hostname);
    slow.on('error', () => {}); // it is cut off
    slow.pause();
    slow.write(`GET /v2/live HTTP/1.1\r\nHost: ${address.host}\r\n\r\n`);
    await clock.advance(pause);
    const closing = server.close();
    await clock.advance(patience, patience);
    await expect(closing).resolves.toBeUndefined();
    slow.destroy();
  });

  test('of the server does not wait for a connection on which nothing was asked', async () => {
    const { server } = await shop();
    const address = await listening(server);
    const accepted = once(server.app.server, 'connection');
    const socket = connect(Number(address.port), address.hostname);
    const ended = once(socket, 'close');
    await accepted;
    await server.close();
    await expect(ended).resolves.toEqual([false]);
  });

  test('of those who watch a list that cannot be read leaves the others alone, and is reported once', async () => {
    const clock = handClock();
    const { server, fill, reported } = await shop({ clock, live: counting() });
    await fill.raw('recommendations', 'ann', 'ann', { userId: 'ann' });
    const address = await listening(server);
    const other = await watching(address);
    expect(await other.next()).toMatchObject({ data: { records: 0 } });
    const ann = await watching(address, '?user=ann');
    for (let told = await ann.next(); told !== undefined; told = await ann.next()) expect(told.event).toBe('sample');
    await clock.advance(1_000);
    expect(await other.next()).toMatchObject({ data: { records: 1 } });
    expect(reported).toMatchObject([{ code: 'UNREADABLE_DOCUMENT' }]);
  });

  test('of the source ends the streams and is reported; who asks again is served', async () => {
    const clock = handClock();
    let isAway = false;
    const away = async () => {
      if (isAway) throw new Error('the log is away');
      return idle.sample();
    };
    const { server, reported } = await shop({ clock, live: { sample: away } });
    const address = await listening(server);
    const watcher = await watching(address);
    expect(await watcher.next()).toMatchObject({ event: 'sample' });
    isAway = true;
    await clock.advance(1_000);
    expect(await watcher.next()).toBeUndefined();
    expect(reported).toEqual([new Error('the log is away')]);
    isAway = false;
    expect(await (await watching(address)).next()).toMatchObject({ event: 'sample' });
  });
});
