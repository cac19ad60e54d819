/** The tables of the embedded log. */
import type { SqliteSchema } from '../../sqlite.ts';

/**
 * A partition's row holds its bounds, so that they outlive its batches. The index covers what retention
 * and bounds ask for, so that blobs are touched only when they are read.
 */
export const logSchema: SqliteSchema = {
  /** 'MLOG' */
  applicationId: 0x4d4c4f47,
  version: 1,
  create: `
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
`,
};
