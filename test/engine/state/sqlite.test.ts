import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSqliteStateStore } from '../../../src/engine/state/sqlite.ts';
import { stateContract } from '../../contract/state.ts';

stateContract('sqlite', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-state-'));
  return {
    connect: async () => openSqliteStateStore({ path: join(directory, 'state.sqlite') }),
    remove: () => rm(directory, { recursive: true }),
  };
});

test('entries of more than one page come whole and in order', () => {
  const store = openSqliteStateStore({ path: ':memory:' });
  const keys = Array.from({ length: 3_001 }, (_, n) => `${n}`.padStart(5, '0'));
  const changes = ['s', 't'].flatMap(step => keys.map(key => ({ step, key, value: key })));
  store.commit('trends/0', { fence: 1, epoch: 1, body: '' }, changes);
  expect([...store.entries('trends/0')]).toEqual(changes);
  store.close();
});
