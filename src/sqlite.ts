import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { MillraceError, Unavailable } from './errors.ts';

/** What kind of file this is, so that a state file is not taken for a log, and how its tables are made. */
export interface SqliteSchema {
  /** Stored as `application_id`: 32 bits of our own choice per kind of file. */
  readonly applicationId: number;
  /** Stored as `user_version`: raised whenever older code could misread the tables. */
  readonly version: number;
  /** Another version that this code reads as well. */
  readonly readsToo?: number;
  readonly create: string;
}

export type SqliteRow = Readonly<Record<string, SQLOutputValue>>;

/** A database file that this program cannot use, now or later. */
export class UnusableDatabase extends MillraceError {
  readonly code = 'UNUSABLE_DATABASE';
}

/** Text that SQLite would give back changed. */
export class IllFormedText extends MillraceError {
  readonly code = 'ILL_FORMED_TEXT';
}

/**
 * Who finds the file locked asks again each millisecond, and after two seconds throws `Unavailable`. SQLite's own
 * waiting asks ten times a second at last, and then starved behind a process that committed without a pause.
 */
const PAUSE_MS = 1;
const PAUSES = 2_000;
const WAL_KEPT_BYTES = 64 * 1024 * 1024;

/**
 * What a commit means. `synced`: it is on the disk when it returns. `ordered`: it outlives the process, but a machine
 * that loses power may lose the newest commits, each as a whole and none before an older one; the file stays sound.
 */
export type Commits = 'synced' | 'ordered';

/**
 * Opens (and where missing creates) a database.
 * Throws `UnusableDatabase` for a file of another kind or version, `Unavailable` where it is locked.
 */
export function openSqlite(path: string, schema: SqliteSchema, commits: Commits = 'synced'): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const db = guarded(path, () => new DatabaseSync(path, { timeout: 0 }));
  try {
    guarded(path, () => makeDurable(db, path, commits));
    guarded(path, () => ensureSchema(db, path, schema));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Runs `work` once, in one transaction that takes the write lock at once; rolls back if it throws. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  guarded(db, () => db.exec('BEGIN IMMEDIATE'));
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk makes SQLite roll back by itself.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw asFailure(error, db);
  }
}

/**
 * Runs statements that may run again: on a locked file they do, for as long as we wait. What remains of a busy, full
 * or failing disk becomes `Unavailable`. `place` is the database, or its path while it is being opened.
 */
export function guarded<T>(place: string | DatabaseSync, work: () => T): T {
  for (let pauses = 0; ; pauses += 1) {
    try {
      return work();
    } catch (error) {
      if (resultOf(error) !== BUSY || pauses >= PAUSES) throw asFailure(error, place);
      Atomics.wait(nothing, 0, 0, PAUSE_MS);
    }
  }
}

const nothing = new Int32Array(new SharedArrayBuffer(4));

/** A lone surrogate would come back as U+FFFD, and two such keys as one; so it is refused. */
export function wellFormed(text: string): string {
  if (text.isWellFormed()) return text;
  throw new IllFormedText(`${JSON.stringify(text)} is not well-formed Unicode`, 'Reject such ids where they enter');
}

/** The column of a row, which the schema declares as text. */
export function textOf(row: SqliteRow, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : unexpected(column, value);
}

/** The column of a row, which the schema declares as an integer. */
export function integerOf(row: SqliteRow, column: string): number {
  const value = row[column];
  return typeof value === 'number' ? value : unexpected(column, value);
}

function unexpected(column: string, value: SQLOutputValue | undefined): never {
  throw new UnusableDatabase(`Column ${column} holds a ${typeof value}`, 'The file is damaged: restore it');
}

/**
 * Rewrites the file, and empties the write-ahead log into it: no page that is free, and none of before, is left in either.
 * It takes the room of the file once more, and writers wait for it. Throws `Unavailable` while somebody reads an old state.
 */
export function compactSqlite(db: DatabaseSync): void {
  // All of it is copied to a temporary place, which is no memory.
  db.exec('PRAGMA temp_store = FILE');
  guarded(db, () => db.exec('VACUUM'));
  db.exec('PRAGMA temp_store = MEMORY');
  settleSqlite(db);
}

/** Empties the write-ahead log into the file. Throws `Unavailable` while somebody reads an old state. */
export function settleSqlite(db: DatabaseSync): void {
  const { busy } = guarded(db, () => db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()) ?? {};
  if (busy === 0) return;
  throw new Unavailable(`${db.location() ?? ':memory:'}: somebody reads an old state of it`, endHolder);
}

/** What this connection deletes or replaces is overwritten with zeros: https://www.sqlite.org/pragma.html#pragma_secure_delete */
export const overwritesDeleted = (db: DatabaseSync): void => db.exec('PRAGMA secure_delete = ON');

/** With a write-ahead log FULL syncs it at each commit, NORMAL only before its pages are moved into the database. */
function makeDurable(db: DatabaseSync, path: string, commits: Commits): void {
  // What a savepoint would undo is a few pages: in a file it made and removed one in the middle of each group's commit.
  db.exec('PRAGMA temp_store = MEMORY');
  db.exec(
    `PRAGMA synchronous = ${commits === 'synced' ? 'FULL' : 'NORMAL'}; PRAGMA journal_size_limit = ${WAL_KEPT_BYTES};`,
  );
  if (path === ':memory:') return;
  const mode = textOf(db.prepare('PRAGMA journal_mode = WAL').get() ?? {}, 'journal_mode');
  if (mode === 'wal') return;
  throw new UnusableDatabase(`${path} cannot use a write-ahead log (${mode})`, 'Put it on a local disk');
}

/** Takes the write lock only for a new file, so that opening does not wait behind a busy writer. */
function ensureSchema(db: DatabaseSync, path: string, schema: SqliteSchema): void {
  if (!hasTables(db)) transaction(db, () => hasTables(db) || createSchema(db, schema));
  const kind = pragma(db, 'SELECT application_id AS value FROM pragma_application_id');
  const version = pragma(db, 'SELECT user_version AS value FROM pragma_user_version');
  if (kind !== schema.applicationId)
    throw new UnusableDatabase(`${path} is a database of another kind`, 'Give another path, or move that file away');
  if (version !== schema.version && version !== schema.readsToo)
    throw new UnusableDatabase(
      `${path} has version ${version} of its tables, this program needs ${schema.version}`,
      'Open it with the release of Millrace that wrote it, or begin a new file',
    );
}

function hasTables(db: DatabaseSync): boolean {
  return pragma(db, 'SELECT count(*) AS value FROM sqlite_schema') > 0;
}

function createSchema(db: DatabaseSync, schema: SqliteSchema): void {
  db.exec(schema.create);
  db.exec(`PRAGMA application_id = ${schema.applicationId}; PRAGMA user_version = ${schema.version};`);
}

function pragma(db: DatabaseSync, sql: string): number {
  return integerOf(db.prepare(sql).get() ?? {}, 'value');
}

/** Primary result codes: https://www.sqlite.org/rescode.html */
const BUSY = 5;
const endHolder = 'End the program that holds the file';
/** What to do about a failure that may pass. */
const MAY_PASS: ReadonlyMap<number, string> = new Map([
  [BUSY, endHolder],
  [6 /* locked */, endHolder],
  [10 /* input or output error */, 'Free the disk, or see whether it fails'],
  [13 /* full */, 'Free the disk, or give it more room'],
]);
const WILL_NOT_PASS = new Set([11 /* corrupt */, 14 /* cannot open */, 26 /* not a database */]);

/** What a failure of SQLite means to a caller: see `guarded`. Other errors stay what they are. */
export function asFailure(error: unknown, place: string | DatabaseSync): unknown {
  const result = resultOf(error);
  if (!(error instanceof Error) || result === undefined) return error;
  const what = `${typeof place === 'string' ? place : (place.location() ?? ':memory:')}: ${error.message}`;
  const remedy = MAY_PASS.get(result);
  if (remedy !== undefined) return new Unavailable(what, remedy, { cause: error });
  if (WILL_NOT_PASS.has(result))
    return new UnusableDatabase(what, 'Check the path, or restore the file', { cause: error });
  return error;
}

/** The primary code of an error of SQLite: the extended one's low byte. */
function resultOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}
