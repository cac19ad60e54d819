import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteStateStore } from '../../../src/engine/state/sqlite.ts';
import type { StateStore } from '../../../src/engine/state/store.ts';
import { stateContract } from '../../contract/state.ts';

// All waits in memory; little does, so that most commits bring some of it into the table; and none.
for (const [name, pending_bytes] of Object.entries({ ample: undefined, scarce: 6_000, none: 0 })) {
  stateContract(`sqlite, ${name} memory for changes`, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'millrace-state-'));
    const path = join(directory, 'state.sqlite');
    return {
      connect: async () => openSqliteStateStore({ path, ...(pending_bytes !== undefined && { pending_bytes }) }),
      remove: () => rm(directory, { recursive: true }),
    };
  });
}

test('entries of more than one page come whole and in order', () => {
  const store = openSqliteStateStore({ path: ':memory:' });
  const keys = Array.from({ length: 3_001 }, (_, n) => `${n}`.padStart(5, '0'));
  const changes = ['s', 't'].flatMap(step => keys.map(key => ({ step, key, value: key })));
  store.commit('trends/0', { fence: 1, epoch: 1, body: '' }, changes);
  expect([...store.entries('trends/0')]).toEqual(changes);
  store.close();
});

/** A file in a folder of its own. */
async function file(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-state-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return join(directory, 'state.sqlite');
}

const head = (epoch: number) => ({ fence: 1, epoch, body: '' });

/** Commits of ten keys each, of a hundred that come again; the values of the last. */
function commitMany(store: StateStore, epochs: number): Map<string, string> {
  const plain = new Map<string, string>();
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const changes = Array.from({ length: 10 }, (_, n) => ({
      step: 's',
      key: `${(epoch * 37 + n * 11) % 100}`,
      value: `${epoch}`,
    }));
    store.commit('trends/0', head(epoch), changes);
    for (const { key, value } of changes) plain.set(key, value);
  }
  return plain;
}

const valuesOf = (store: StateStore) =>
  new Map(Array.from(store.entries('trends/0'), ({ key, value }) => [key, value]));

test('a process that was killed finds every commit, those in the table and those that were on their way', async () => {
  const path = await file();
  const killed = openSqliteStateStore({ path, pending_bytes: 6_000 });
  for (const epochs of [1, 4, 9, 10, 23]) {
    killed.discard('trends/0');
    const plain = commitMany(killed, epochs);
    // Nobody closed the first one.
    const next = openSqliteStateStore({ path });
    expect(valuesOf(next)).toEqual(plain);
    expect(next.head('trends/0')).toEqual(head(epochs));
  }
  killed.close();
});

test('what came into the table with a commit that failed comes into it again', async () => {
  const path = await file();
  const store = openSqliteStateStore({ path, pending_bytes: 6_000 });
  const plain = commitMany(store, 5);
  // As much is taken each time as at a commit that does not fail.
  const broken = [{ step: 's', key: '\ud800', value: 'x' }];
  for (let n = 0; n < 3; n++) expect(() => store.commit('trends/0', head(6), broken)).toThrow('well-formed');
  for (let epoch = 6; epoch <= 30; epoch++)
    store.commit('trends/0', head(epoch), [{ step: 's', key: 'a', value: 'x' }]);
  const again = openSqliteStateStore({ path });
  expect(valuesOf(again)).toEqual(plain.set('a', 'x'));
  for (const each of [again, store]) each.close();
});

test('a file says whether its entries lack what is logged, and a closed one lacks nothing', async () => {
  const path = await file();
  const version = () => {
    const db = new DatabaseSync(path, { readOnly: true });
    const found = db.prepare('SELECT user_version AS version FROM pragma_user_version').get()?.['version'];
    const entries = db.prepare('SELECT count(*) AS n FROM entries').get()?.['n'];
    db.close();
    return [found, entries];
  };
  const store = openSqliteStateStore({ path });
  expect(version()).toEqual([2, 0]);
  const { size } = commitMany(store, 5);
  expect(version()).toEqual([3, 0]);
  store.close();
  expect(version()).toEqual([2, size]);
});

test('changes that are damaged are refused, with what to do', async () => {
  const path = await file();
  commitMany(openSqliteStateStore({ path }), 2);
  const db = new DatabaseSync(path);
  db.exec('UPDATE changes SET body = substr(body, 1, 20) WHERE epoch = 2');
  db.close();
  const store = openSqliteStateStore({ path });
  expect(() => store.get('trends/0', 's', '1')).toThrow('damaged at byte');
  expect(() => store.commit('trends/0', head(3), [])).toThrow('damaged at byte');
  store.close();
});

test('another connection reads each commit whole, while changes come into the table', async () => {
  const path = await file();
  const store = openSqliteStateStore({ path, pending_bytes: 6_000 });
  const reader = openSqliteStateStore({ path });
  const plain = new Map<string, string>();
  for (let epoch = 1; epoch <= 60; epoch++) {
    const changes = Array.from({ length: 10 }, (_, n) => ({
      step: 's',
      key: `${(epoch + n * 7) % 90}`,
      value: `${epoch}`,
    }));
    store.commit('trends/0', head(epoch), changes);
    for (const { key, value } of changes) plain.set(key, value);
    // Not each, so that some commits come and go unread.
    if (epoch % 7 > 2) continue;
    for (const [key, value] of plain) expect(reader.get('trends/0', 's', key)).toBe(value);
    expect(reader.range('trends/0', 's', '', 100).map(({ value }) => value)).toHaveLength(plain.size);
    expect(valuesOf(reader)).toEqual(plain);
  }
  store.discard('trends/0');
  expect(reader.get('trends/0', 's', '1')).toBeUndefined();
  store.commit('trends/0', head(1), [{ step: 's', key: '1', value: 'anew' }]);
  expect(valuesOf(reader)).toEqual(new Map([['1', 'anew']]));
  for (const each of [reader, store]) each.close();
});

test('who removes a task beside others leaves them what they have logged', async () => {
  const path = await file();
  const store = openSqliteStateStore({ path });
  commitMany(store, 2);
  store.commit('gone/0', head(1), [{ step: 's', key: 'a', value: '1' }]);
  const other = openSqliteStateStore({ path });
  other.discard('gone/0');
  store.commit('trends/0', head(3), [{ step: 's', key: 'new', value: 'x' }]);
  other.close();
  expect(() => store.commit('gone/0', head(2), [])).toThrow('does not follow');
  const killed = openSqliteStateStore({ path });
  expect(valuesOf(killed).get('new')).toBe('x');
  for (const each of [killed, store]) each.close();
  const next = openSqliteStateStore({ path });
  expect([...next.entries('gone/0')]).toEqual([]);
  expect(valuesOf(next).get('new')).toBe('x');
  next.close();
});
