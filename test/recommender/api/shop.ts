/** A server over real ports in memory, with documents as the topologies write them. */
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import type { Documents, JsonObject } from '../../../src/documents/port.ts';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { createServer, type ServerOptions } from '../../../src/recommender/api/server.ts';
import type { LiveSource } from '../../../src/recommender/api/live/source.ts';
import { historyPageId } from '../../../src/recommender/domain/documents.ts';
import { toBytes } from '../../../src/recommender/domain/vectors.ts';
import { memoryRegistry } from '../../../src/stream/registry.ts';
import { openEmbeddedLog } from '../../../src/transport/embedded/open.ts';

export const now = Date.UTC(2026, 2, 11);
/** What is said of an item that no chance put into a list. */
export const certain = { explored: false, propensity: 1 } as const;
export const modelTime = now - 60_000;

/** Stands still; who sleeps does so until woken. */
const clock = {
  now: () => now,
  sleep: (_: number, signal: AbortSignal) =>
    new Promise<void>(resolve => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    }),
};

/** A process in which nothing goes on. */
export const idle: LiveSource = {
  sample: async () => ({
    records: 0,
    lag: 0,
    lagMs: 0,
    tasks: [],
    epochs: null,
    deadLetters: 0,
    waiting: null,
    freshness: null,
  }),
};

export async function shop(change: Partial<ServerOptions> = {}) {
  const transport = openEmbeddedLog({ path: ':memory:', clock: clock.now });
  for (const topic of ['ratings', 'exposures']) await transport.createTopic(topic, { partitions: 4 });
  const documents = openSqliteDocuments({ path: ':memory:', clock: clock.now });
  const reported: unknown[] = [];
  let drawn = 0;
  const healthy = () => ({ ok: true }) as const;
  const server = await createServer({
    documents,
    transport,
    registry: memoryRegistry(),
    clock,
    live: idle,
    newEventId: () => `drawn-${drawn++}`,
    listKey: 'of the shop',
    health: { startup: healthy, live: healthy, ready: healthy },
    metrics: new Registry(),
    report: error => reported.push(error),
    log: { logger: { log: (_event, _fields, error) => error !== undefined && reported.push(error) }, share: 0 },
    ...change,
  });
  onTestFinished(async () => {
    await server.close();
    await documents.close();
    await transport.close();
  });
  const get = (url: string) => server.app.inject({ method: 'GET', url });
  const postTo = (url: string, payload: object | string, headers = { 'content-type': 'application/json' }) =>
    server.app.inject({ method: 'POST', url, payload, headers });
  const post = (payload: object | string, headers?: { 'content-type': string }) =>
    postTo('/v2/ratings', payload, headers);
  return { server, transport, documents, reported, get, post, postTo, fill: filling(documents) };
}

/** On a grid of steps of one. */
export const factorsOf = (factors: readonly number[]) => ({
  factors: toBytes(Int16Array.from(factors)).toString('base64'),
  exponent: 0,
});

/** Writes documents in the form of the topologies. */
function filling(documents: Documents) {
  const put = async (collection: string, partition: string, id: string, body: JsonObject): Promise<void> => {
    await documents.put({ collection, partition, id }, body, 'always');
  };
  return {
    list: (userId: string, ids: readonly string[]) =>
      put('recommendations', userId, userId, {
        userId,
        reason: 'personal',
        generation: 1,
        number: 7,
        time: modelTime,
        margin: 0,
        items: ids.map((itemId, at) => ({ itemId, score: 1 - at / 100, reason: 'personal' })),
      }),
    profile: (userId: string, ids: readonly string[]) =>
      put('profiles', userId, userId, {
        userId,
        count: ids.length,
        items: ids.map(itemId => ({ itemId, kind: 'rating', value: 4, time: modelTime })),
      }),
    /** Items by the kind of what was done with them; all on one page. */
    history: (userId: string, done: { readonly [itemId: string]: string }, page = 0) =>
      put('histories', userId, historyPageId({ page }), {
        userId,
        page,
        items: Object.entries(done).map(([itemId, kind]) => ({
          itemId,
          done: [{ kind, value: 1, time: modelTime }],
        })),
      }),
    board: (window: string, ids: readonly string[]) =>
      put('aggregates', 'leaders', window, {
        window,
        start: now - 3_600_000,
        end: now + 60_000,
        items: ids.map((itemId, at) => ({ itemId, count: 9 - at, mean: 4 })),
      }),
    model: (ids: readonly string[]) =>
      put('models', 'live', 'current', {
        generation: 1,
        number: 8,
        time: modelTime,
        popular: ids.map((itemId, at) => ({ itemId, score: 50 - at })),
      }),
    item: (itemId: string, change: JsonObject = {}) =>
      put('items', itemId, itemId, { itemId, title: itemId, genres: ['Drama'], tags: [], available: true, ...change }),
    vector: (id: string, factors: readonly number[], generation = 1, change: JsonObject = {}) =>
      put('itemVectors', id, id, { id, generation, ...factorsOf(factors), candidate: null, events: 100, ...change }),
    user: (id: string, factors: readonly number[], generation = 1) =>
      put('userVectors', id, id, { id, generation, number: 7, ...factorsOf(factors) }),
    raw: put,
  };
}
