import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteWorker, StateInUse } from '../../../src/engine/state/sqlite-worker.ts';

let directory = '';
const at = (folder = '') => ({ path: join(directory, folder, 'worker.db'), warn: expect.unreachable });
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-worker-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('a worker is the same over restarts, and knows what it ran and which member it was', () => {
  const first = openSqliteWorker(at());
  expect(first).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{12}$/), ran: [], members: new Map() });
  first.runs(['tally/0', 'tally/1']);
  first.runs(['tally/1']);
  first.joined('tally', 'member-1');
  first.joined('tally', 'member-2');
  first.close();
  const second = openSqliteWorker(at());
  expect(second).toMatchObject({ id: first.id, ran: ['tally/1'], members: new Map([['tally', 'member-2']]) });
  second.close();
});

test('two workers are two', () => {
  const first = openSqliteWorker(at());
  const second = openSqliteWorker(at('other'));
  expect(second.id).not.toBe(first.id);
  first.close();
  second.close();
});

test('a folder that a process works in is refused to another one, until the first one ends', () => {
  const first = openSqliteWorker(at());
  expect(() => openSqliteWorker(at())).toThrow(StateInUse);
  first.close();
  openSqliteWorker(at()).close();
});
