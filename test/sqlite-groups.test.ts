import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Unavailable } from '../src/errors.ts';
import { SqliteGroups } from '../src/sqlite-groups.ts';
import { openSqlite } from '../src/sqlite.ts';

const schema = { applicationId: 7, version: 1, create: 'CREATE TABLE notes (text TEXT NOT NULL UNIQUE) STRICT;' };
let directory: string;
let db: DatabaseSync;
let groups: SqliteGroups;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-groups-'));
  db = openSqlite(join(directory, 'notes.sqlite'), schema);
  groups = new SqliteGroups(db);
});

afterEach(async () => {
  if (db.isOpen) db.close();
  await rm(directory, { recursive: true });
});

const note = (text: string) => () => db.prepare('INSERT INTO notes VALUES (?)').run(text);
const notes = (of = db): unknown[] =>
  of
    .prepare('SELECT text FROM notes ORDER BY rowid')
    .all()
    .map(row => row['text']);
/** Pages in the write-ahead log: each commit adds those that it changed. */
const walPages = (): unknown => db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()?.['log'];

const settled = (works: readonly Promise<unknown>[]): Promise<unknown[]> =>
  Promise.all(
    works.map(work =>
      work.then(
        () => 'done',
        (error: unknown) => error,
      ),
    ),
  );

test('works asked for in one turn share a commit, in their order, and each is answered', async () => {
  await groups.write(note('one alone'));
  const before = Number(walPages());
  const answers = Array.from({ length: 50 }, (_, n) => groups.write(() => (note(`${n}`)(), n)));
  expect(notes()).toEqual(['one alone']);
  expect(await Promise.all(answers)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  expect(notes().slice(1)).toEqual(Array.from({ length: 50 }, (_, n) => `${n}`));
  expect(Number(walPages()) - before).toBeLessThan(10);
});

test('a work that throws is undone alone, whatever it had written', async () => {
  const failing = (): never => {
    note('lost')();
    throw new RangeError('the work failed');
  };
  const outcomes = await settled([groups.write(note('a')), groups.write(failing), groups.write(note('b'))]);
  expect(outcomes).toEqual(['done', new RangeError('the work failed'), 'done']);
  expect(notes()).toEqual(['a', 'b']);
});

test('a work that fails on a full disk takes none of the others with it', async () => {
  const fill = (): void => {
    for (let n = 0; n < 100; n++) note(`${n} ${'x'.repeat(4_096)}`)();
  };
  db.exec('PRAGMA max_page_count = 20');
  const outcomes = await settled([groups.write(note('a')), groups.write(fill), groups.write(note('b'))]);
  expect(outcomes).toEqual(['done', expect.any(Unavailable), 'done']);
  expect(notes()).toEqual(['a', 'b']);
});

test('a locked file fails all of a group, and leaves nothing of it', async () => {
  const holder = openSqlite(join(directory, 'notes.sqlite'), schema);
  holder.exec('BEGIN IMMEDIATE');
  const outcomes = await settled([groups.write(note('a')), groups.write(note('b'))]);
  expect(outcomes).toEqual([expect.any(Unavailable), expect.any(Unavailable)]);
  holder.exec('COMMIT');
  await groups.write(note('c'));
  expect(notes(holder)).toEqual(['c']);
  holder.close();
});

test('what still waits when the database is closed is committed', async () => {
  const works = [groups.write(note('a')), groups.write(note('b'))];
  groups.close();
  db.close();
  expect(await settled(works)).toEqual(['done', 'done']);
  const again = openSqlite(join(directory, 'notes.sqlite'), schema);
  expect(notes(again)).toEqual(['a', 'b']);
  again.close();
});

test('whoever comes when too many wait is told to come again', async () => {
  const works = Array.from({ length: 10_000 }, () => groups.write(() => 'done'));
  await expect(groups.write(note('one too many'))).rejects.toThrow(Unavailable);
  expect(new Set(await Promise.all(works))).toEqual(new Set(['done']));
  await groups.write(note('now there is room'));
  expect(notes()).toEqual(['now there is room']);
});

test('in memory a work is done at once', async () => {
  const memory = openSqlite(':memory:', schema);
  const inMemory = new SqliteGroups(memory);
  const work = inMemory.write(() => memory.prepare("INSERT INTO notes VALUES ('a')").run().changes);
  expect(notes(memory)).toEqual(['a']);
  expect(await work).toBe(1);
  memory.close();
});
