import { expect, test } from 'vitest';
import type { DocumentKey } from '../../../src/documents/port.ts';
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { type Caller, CredentialsInvalid } from '../../../src/recommender/api/auth/caller.ts';
import { type Gate, openGate } from '../../../src/recommender/api/auth/gate.ts';
import { RememberedAnswers } from '../../../src/recommender/api/remembered-answers.ts';
import { idle, modelTime, now, shop } from './shop.ts';

const url = '/v2/users/ann/recommendations';
const service: Gate = {
  identify: async () => ({ caller: { role: 'service', tenant: '' }, credential: 'key' }),
};

/** A shop that counts what is read, whose clock is moved by hand. */
async function counting(change: Parameters<typeof shop>[0] = {}) {
  let time = now;
  const clock = { now: () => time, sleep: () => new Promise<void>(() => {}) };
  const real = openSqliteDocuments({ path: ':memory:', clock: () => time });
  const read: string[] = [];
  const documents = {
    ...real,
    get: async (key: DocumentKey) => {
      read.push(`${key.collection}/${key.id}`);
      return real.get(key);
    },
    text: async (key: DocumentKey) => {
      read.push(`${key.collection}/${key.id}`);
      return real.text?.(key);
    },
  };
  const opened = await shop({ clock, documents, access: { gate: openGate }, ...change });
  const put = (collection: string, id: string, body: Parameters<typeof real.put>[1]) =>
    real.put({ collection, partition: id, id }, body, 'always');
  const list = (user: string, ids: readonly string[], number = 7) =>
    put('recommendations', user, {
      userId: user,
      reason: 'personal',
      generation: 1,
      number,
      time: modelTime,
      items: ids.map((itemId, at) => ({ itemId, score: 1 - at / 100, reason: 'personal' })),
    });
  const item = (id: string, title: string, available = true) =>
    put('items', id, { itemId: id, title, genres: ['Drama'], tags: [], available });
  const ask = async (path = `${url}?n=2`, headers: Record<string, string> = {}) => {
    const answer = await opened.server.app.inject({
      method: 'GET',
      url: path,
      headers: { 'x-request-id': 'the-same', ...headers },
    });
    const titles = answer.statusCode === 200 ? answer.json<{ items: { title: string }[] }>().items : [];
    return { ...answer, status: answer.statusCode, etag: answer.headers['etag'], titles: titles.map(i => i.title) };
  };
  /** Until the catalogue is in memory and the answer is remembered: the next reads nothing. */
  const warm = async (path?: string): Promise<void> => {
    for (let tries = 0; tries < 100; tries++) {
      read.length = 0;
      await ask(path);
      if (read.length === 0) return;
    }
    throw new Error(`The answer was made anew again and again, from ${read.join(', ')}`);
  };
  await item('a', 'A');
  await item('b', 'B');
  await list('ann', ['a', 'b']);
  return { ...opened, real, read, put, list, item, ask, warm, pass: (ms: number) => (time += ms) };
}

test('the same list is answered again, to the byte, and nothing is read for it but that it is still the same', async () => {
  const { ask, warm, read, pass } = await counting();
  const first = await ask();
  expect(first.titles).toEqual(['A', 'B']);
  await warm();
  const again = await ask();
  expect([again.body, again.headers]).toEqual([first.body, first.headers]);
  pass(1_234);
  const older = await ask();
  expect(older.body).toBe(first.body.replace('"ageMs":60000', '"ageMs":61234'));
  expect((await ask(undefined, { 'if-none-match': String(first.etag) })).status).toBe(304);
  expect(read).toEqual([]);
});

test('a list that was written since is answered at once, also one that came back as it was', async () => {
  const { ask, warm, list } = await counting();
  await warm();
  const before = await ask();
  await list('ann', ['b', 'a'], 8);
  expect((await ask()).titles).toEqual(['B', 'A']);
  await list('ann', ['a', 'b']);
  expect((await ask()).body).toBe(before.body);
});

test('a title that changed, and an item that cannot be had any more, show at once', async () => {
  const { ask, warm, item } = await counting();
  await warm(`${url}?n=1`);
  await item('a', 'A, second edition');
  expect((await ask(`${url}?n=1`)).titles).toEqual(['A, second edition']);
  await warm(`${url}?n=1`);
  await item('a', 'A', false);
  expect((await ask(`${url}?n=1`)).titles).toEqual(['B']);
});

test('of somebody erased the remembered list is not answered any more', async () => {
  const { ask, warm, real, put } = await counting();
  await put('models', 'current', { generation: 1, number: 8, time: modelTime, popular: [] });
  await warm();
  const key = { collection: 'recommendations', partition: 'ann', id: 'ann' };
  const version = { lineage: 0, epoch: 1, seq: 0 };
  await real.write([{ ...key, task: 'recommend/0', version, body: null }]);
  expect((await ask()).titles).toEqual([]);
});

test('a broken item fails the lists that hold it, and no others', async () => {
  const { ask, warm, put, list, item, reported } = await counting();
  await list('bob', ['b']);
  await warm('/v2/users/bob/recommendations?n=1');
  await put('items', 'a', { itemId: 'a', title: 7 });
  expect((await ask('/v2/users/bob/recommendations?n=1')).titles).toEqual(['B']);
  expect((await ask('/v2/items?query=b')).titles).toEqual(['B']);
  expect((await ask()).status).toBe(500);
  expect(reported).toMatchObject([{ code: 'UNREADABLE_DOCUMENT', cause: new Error('It is a/a') }]);
  await item('a', 'A again');
  expect((await ask()).titles).toEqual(['A again', 'B']);
});

test('while the catalogue cannot be read lists are answered item by item, as they are', async () => {
  let isAway = true;
  const real = openSqliteDocuments({ path: ':memory:', clock: () => now });
  const documents = {
    ...real,
    changes: async (...asked: Parameters<typeof real.changes>) => {
      if (isAway && asked[0] === 'items') throw new Error('the feed is away');
      return real.changes(...asked);
    },
  };
  const { ask, pass, reported } = await counting({ documents });
  const put = (collection: string, id: string, body: Parameters<typeof real.put>[1]) =>
    real.put({ collection, partition: id, id }, body, 'always');
  await put('items', 'a', { itemId: 'a', title: 'A', genres: [], tags: [], available: true });
  const items = [{ itemId: 'a', score: 1, reason: 'personal' }];
  await put('recommendations', 'ann', { reason: 'personal', generation: 1, number: 1, time: modelTime, items });
  for (const _ of [1, 2, 3]) expect((await ask(`${url}?n=1`)).titles).toEqual(['A']);
  expect(reported.map(String)).toEqual(['Error: the feed is away']);
  isAway = false;
  pass(10_000);
  await put('items', 'a', { itemId: 'a', title: 'A2', genres: [], tags: [], available: true });
  for (const _ of [1, 2, 3]) expect((await ask(`${url}?n=1`)).titles).toEqual(['A2']);
  await real.close();
});

test('what depends on more than the own list is made anew each time', async () => {
  const { ask, warm, read, put } = await counting();
  await put('models', 'current', { generation: 1, number: 8, time: modelTime, popular: [] });
  await warm();
  for (const path of [`${url}?n=3`, `${url}?n=1&exclude=none`, `${url}?n=1&exclude=bought`, `${url}?n=1&explain=1`]) {
    await ask(path);
    await ask(path);
    read.length = 0;
    await ask(path);
    expect([path, read.length > 0]).toEqual([path, true]);
  }
});

test('who asks is part of the question: what a service was answered opens nothing to a shopper, or to another tenant', async () => {
  const gate: Gate = {
    async identify({ authorization = '' }) {
      const [tenant = '', role, userId] = authorization.split('|');
      if (role !== 'shopper' && role !== 'service') throw new CredentialsInvalid();
      const caller: Caller = role === 'shopper' ? { role, tenant, userId } : { role, tenant };
      return { caller, credential: authorization };
    },
  };
  const { ask } = await counting({ access: { gate } });
  const as = (authorization: string) => ask(`${url}?n=2`, { authorization });
  for (const _ of [1, 2, 3, 4]) expect((await as('|service')).titles).toEqual(['A', 'B']);
  expect((await as('|shopper|ann')).titles).toEqual(['A', 'B']);
  expect((await as('|shopper|bob')).status).toBe(403);
  expect((await as('north|service')).titles).toEqual([]);
  expect((await as('nobody')).status).toBe(401);
});

test('a server that was moved to another namespace remembers nothing of the former one', async () => {
  const { ask, warm, server } = await counting({ access: { gate: service } });
  await warm();
  const other = await counting();
  await other.list('ann', ['b', 'a']);
  await server.moveTo({ documents: other.real, transport: other.transport, live: idle });
  expect((await ask()).titles).toEqual(['B', 'A']);
});

test('with no memory for answers each is made anew, and is the same', async () => {
  const { ask, read } = await counting({ remembered_bytes: 0 });
  const first = await ask();
  for (const _ of [1, 2, 3]) await ask();
  read.length = 0;
  expect((await ask()).body).toBe(first.body);
  expect(read).toEqual(['recommendations/ann']);
});

test('beyond its bytes the memory forgets what was asked for least lately', async () => {
  const lasting = { isStill: async () => true, ageMs: () => null };
  const answer = (text: string) => ({ text, etag: text, headers: {}, lasting });
  const remembered = new RememberedAnswers(5_000);
  for (const key of ['one', 'two', 'three']) remembered.set(key, answer('x'.repeat(200)));
  expect(remembered.get('one')?.text).toHaveLength(200);
  remembered.set('four', answer('x'.repeat(200)));
  expect(['one', 'two', 'three', 'four'].filter(key => remembered.get(key) !== undefined)).toEqual([
    'one',
    'three',
    'four',
  ]);
  expect(remembered.bytes).toBeLessThanOrEqual(5_000);
  remembered.set('huge', answer('x'.repeat(3_000)));
  expect(remembered.get('huge')).toBeUndefined();
  for (const key of ['one', 'three', 'four']) remembered.forget(key);
  expect(remembered.bytes).toBe(0);
});
