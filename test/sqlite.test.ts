import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Unavailable } from '../src/errors.ts';
import { compactSqlite, guarded, openSqlite, transaction, UnusableDatabase } from '../src/sqlite.ts';

const schema = { applicationId: 7, version: 2, create: 'CREATE TABLE notes (text TEXT NOT NULL) STRICT;' };
let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-sqlite-'));
  path = join(directory, 'made', 'notes.sqlite');
});

afterEach(() => rm(directory, { recursive: true }));

function notes(db: DatabaseSync): unknown {
  return db.prepare('SELECT count(*) AS count FROM notes').get()?.['count'];
}

test('a file is made with its folder, its tables and durable commits, and opens again', () => {
  const first = openSqlite(path, schema);
  expect(first.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  expect(first.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
  first.exec("INSERT INTO notes VALUES ('kept')");
  first.close();
  const second = openSqlite(path, schema);
  expect(notes(second)).toBe(1);
  second.close();
});

test('commits that need only be in order are not synced one by one', () => {
  const db = openSqlite(path, schema, 'ordered');
  expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 1 });
  db.close();
});

test('a file of another version or kind is refused with the way out', () => {
  openSqlite(path, schema).close();
  expect(() => openSqlite(path, { ...schema, version: 3 })).toThrow(/version 2 of its tables, this program needs 3/);
  expect(() => openSqlite(path, { ...schema, version: 1 })).toThrow(UnusableDatabase);
  expect(() => openSqlite(path, { ...schema, applicationId: 8 })).toThrow(/another kind/);
  openSqlite(path, schema).close();
});

test('a database that is not ours is refused and left as it is', () => {
  const foreign = join(directory, 'foreign.sqlite');
  const theirs = new DatabaseSync(foreign);
  theirs.exec('CREATE TABLE theirs (n INTEGER)');
  theirs.close();
  expect(() => openSqlite(foreign, schema)).toThrow(UnusableDatabase);
});

test('what is no database at all is refused', async () => {
  const letter = join(directory, 'letter.txt');
  await writeFile(letter, 'Dear reader, '.repeat(1_000));
  expect(() => openSqlite(letter, schema)).toThrow(UnusableDatabase);
  expect(() => openSqlite(directory, schema)).toThrow(UnusableDatabase);
});

test('work that throws is rolled back, and the next transaction goes on', () => {
  const db = openSqlite(path, schema);
  const failing = (): never => {
    db.exec("INSERT INTO notes VALUES ('lost')");
    throw new Error('the work failed');
  };
  expect(() => transaction(db, failing)).toThrow('the work failed');
  expect(transaction(db, () => notes(db))).toBe(0);
  db.close();
});

test('a lock that another connection keeps becomes Unavailable, and the work runs once it is free', () => {
  const holder = openSqlite(path, schema);
  const waiter = openSqlite(path, schema);
  holder.exec('BEGIN IMMEDIATE');
  let runs = 0;
  const work = (): number => (runs += 1);
  expect(() => transaction(waiter, work)).toThrow(Unavailable);
  expect(runs).toBe(0);
  holder.exec('COMMIT');
  expect(transaction(waiter, work)).toBe(1);
  for (const db of [holder, waiter]) db.close();
});

test('a full disk becomes Unavailable, undoes the work, and more room is enough to go on', () => {
  const db = openSqlite(path, schema);
  const fill = (): void => {
    for (let n = 0; n < 100; n += 1) db.prepare('INSERT INTO notes VALUES (?)').run('x'.repeat(4_096));
  };
  db.exec('PRAGMA max_page_count = 20');
  expect(() => transaction(db, fill)).toThrow(Unavailable);
  expect(db.isTransaction).toBe(false);
  expect(notes(db)).toBe(0);
  db.exec('PRAGMA max_page_count = 1000');
  transaction(db, fill);
  expect(notes(db)).toBe(100);
  db.close();
});

test('savepoints need no file, and a file that is rewritten needs no memory', () => {
  const db = openSqlite(path, schema);
  const tempStore = () => db.prepare('PRAGMA temp_store').get();
  expect(tempStore()).toEqual({ temp_store: 2 });
  const exec = vi.spyOn(db, 'exec');
  compactSqlite(db);
  const [before, rewritten] = exec.mock.calls.map(([sql]) => sql);
  expect([before, rewritten]).toEqual(['PRAGMA temp_store = FILE', 'VACUUM']);
  expect(tempStore()).toEqual({ temp_store: 2 });
  db.close();
});

test('a mistake in a statement stays what it is', () => {
  const db = openSqlite(path, schema);
  expect(() => guarded(db, () => db.exec('SELEC'))).toThrow('syntax error');
  db.close();
});
