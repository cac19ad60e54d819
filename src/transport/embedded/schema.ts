/** The tables of the embedded log, and the refusal of files that are something else. */
import type { DatabaseSync } from 'node:sqlite';
import { LogUnusable } from './failures.ts';
import { integer, only } from './row.ts';

const version = 1;
/** 'MLOG': tells the log from other SQLite files beside it. */
const applicationId = 0x4d4c4f47;

/**
 * A partition's row holds its bounds, so that they outlive its batches. The index covers what retention
 * and bounds ask for, so that blobs are touched only when they are read.
 */
const tables = `
  CREATE TABLE topics (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    retention_ms REAL,
    retention_bytes INTEGER
  );
  CREATE TABLE partitions (
    id INTEGER PRIMARY KEY,
    topic INTEGER NOT NULL REFERENCES topics,
    number INTEGER NOT NULL,
    first INTEGER NOT NULL DEFAULT 0,
    next INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    UNIQUE (topic, number)
  );
  CREATE TABLE batches (
    partition INTEGER NOT NULL REFERENCES partitions,
    base INTEGER NOT NULL,
    records INTEGER NOT NULL CHECK (records > 0),
    appended_at REAL NOT NULL,
    size INTEGER NOT NULL,
    bytes BLOB NOT NULL
  );
  CREATE UNIQUE INDEX batch_positions ON batches (partition, base, records, appended_at, size);
  CREATE TABLE group_offsets (
    name TEXT NOT NULL,
    partition INTEGER NOT NULL REFERENCES partitions,
    position INTEGER NOT NULL,
    PRIMARY KEY (name, partition)
  ) WITHOUT ROWID;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${version};
`;

/** Throws `LogUnusable` unless the file is empty or a log of this version; changes nothing. */
export function refuseOthers(db: DatabaseSync, path: string): void {
  if (isEmpty(db)) return;
  if (pragma(db, 'application_id') !== applicationId)
    throw new LogUnusable(
      `The file ${path} is a database, but no embedded log`,
      'Give the path of an embedded log, or of a file that does not exist yet',
    );
  const found = pragma(db, 'user_version');
  if (found !== version)
    throw new LogUnusable(
      `The embedded log ${path} has format ${found}, this release reads format ${version}`,
      'Open it with the release that wrote it, or move the file away and fill a fresh log from the sources',
    );
}

/** Makes the tables of a new file; of several processes that open it at once, one does. */
export function createTables(db: DatabaseSync, path: string): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    if (isEmpty(db)) db.exec(tables);
    else refuseOthers(db, path);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

const isEmpty = (db: DatabaseSync): boolean =>
  integer(only(db.prepare('SELECT count(*) AS objects FROM sqlite_schema').get()), 'objects') === 0;

const pragma = (db: DatabaseSync, name: 'application_id' | 'user_version'): number =>
  integer(only(db.prepare(`PRAGMA ${name}`).get()), name);
