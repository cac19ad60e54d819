import type { SqliteSchema } from '../../sqlite.ts';

/**
 * `change` numbers the changes of a collection and serves as the etag. A removed document keeps its row with a
 * null body, so that its version still refuses older writes and the greatest change number is never given again.
 * A `put` leaves the version where it was, as the floor under later writes of tasks, and the task null.
 */
export const documentsSchema: SqliteSchema = {
  applicationId: 0x4d4c4443,
  version: 1,
  create: `
    CREATE TABLE documents (
      collection TEXT NOT NULL,
      partition TEXT NOT NULL,
      id TEXT NOT NULL,
      body TEXT,
      change INTEGER NOT NULL,
      task TEXT,
      lineage INTEGER,
      epoch INTEGER,
      seq INTEGER,
      updated_at INTEGER NOT NULL,
      PRIMARY KEY (collection, partition, id)
    ) STRICT;
    CREATE UNIQUE INDEX documents_by_change ON documents (collection, change);
    CREATE TABLE journal_heads (
      task TEXT PRIMARY KEY,
      fence INTEGER NOT NULL,
      lineage INTEGER NOT NULL,
      epoch INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE journal_entries (
      task TEXT NOT NULL,
      epoch INTEGER NOT NULL,
      plan TEXT NOT NULL,
      PRIMARY KEY (task, epoch)
    ) STRICT, WITHOUT ROWID;`,
};
