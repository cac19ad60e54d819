/** Checkpoints that are worked on while no task runs. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteStateStore, openStoppedState } from '../../../src/engine/state/sqlite.ts';
import { StateInUse } from '../../../src/engine/state/sqlite-worker.ts';
import { Unavailable } from '../../../src/errors.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-stopped-'));
  path = join(directory, 'state.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

function written() {
  const store = openSqliteStateStore({ path });
  const rows = ['ann-the-erased', 'bob'].map(key => ({ step: 'seen', key, value: `what ${key} did` }));
  store.commit('recommend/0', { fence: 3, epoch: 1, body: 'the head' }, rows);
  return store;
}

test('entries are taken out of a checkpoint, which stays that of its epoch, and out of the bytes of its file', () => {
  written().close();
  const state = openStoppedState({ path });
  expect(state.tasks()).toEqual(['recommend/0']);
  state.remove('recommend/0', [{ step: 'seen', key: 'ann-the-erased' }]);
  state.compact();
  expect([...state.entries('recommend/0')].map(({ key }) => key)).toEqual(['bob']);
  expect(state.head('recommend/0')).toEqual({ fence: 3, epoch: 1, body: 'the head' });
  state.close();
  expect(readFileSync(path).includes('ann-the-erased')).toBe(false);
  const store = openSqliteStateStore({ path });
  store.commit('recommend/0', { fence: 3, epoch: 2, body: '' }, []);
  expect([...store.entries('recommend/0')].map(({ key }) => key)).toEqual(['bob']);
  store.close();
});

test('who runs tasks keeps others away from their checkpoints, also between two commits', () => {
  const store = written();
  expect(() => openStoppedState({ path })).toThrow(StateInUse);
  store.commit('recommend/0', { fence: 3, epoch: 2, body: '' }, []);
  store.close();
  openStoppedState({ path }).close();
});

test('and nobody runs tasks while they are worked on', () => {
  written().close();
  const state = openStoppedState({ path });
  expect(() => openSqliteStateStore({ path })).toThrow(Unavailable);
  state.close();
  openSqliteStateStore({ path }).close();
});
