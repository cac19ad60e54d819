/** The SQLite file below the log: settings, transactions, and errors that say what to do. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Millis } from '../../stream/time.ts';
import { explained, LogClosed } from './failures.ts';
import { createTables, refuseOthers } from './schema.ts';

/** Pages of 16 KiB: a batch is a chain of few pages. */
const pageBytes = 16 * 1024;
/** To what size the write-ahead log is cut after a checkpoint. */
const journalBytes = 64 * 1024 * 1024;

export class LogDatabase {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #beginWrite: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;

  /** Another writer is waited for at most `busyTimeoutMs`, which blocks this thread. */
  constructor(path: string, busyTimeoutMs: Millis) {
    this.path = path;
    this.#db = opened(path, busyTimeoutMs);
    this.#begin = this.#db.prepare('BEGIN');
    this.#beginWrite = this.#db.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#db.prepare('COMMIT');
    this.#rollback = this.#db.prepare('ROLLBACK');
  }

  prepare(sql: string): StatementSync {
    return this.#db.prepare(sql);
  }

  /** Everything that `work` reads comes from one state of the log. */
  read<T>(work: () => T): T {
    return this.#transaction(this.#begin, work);
  }

  /** What `work` writes is there as a whole, and on the disk, when this returns. */
  write<T>(work: () => T): T {
    return this.#transaction(this.#beginWrite, work);
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #transaction<T>(begin: StatementSync, work: () => T): T {
    if (!this.#db.isOpen) throw new LogClosed(this.path);
    try {
      begin.run();
      const result = work();
      this.#commit.run();
      return result;
    } catch (error) {
      // SQLite itself has already rolled back after some errors, for instance of a full disk.
      if (this.#db.isTransaction) this.#rollback.run();
      throw explained(error, this.path);
    }
  }
}

function opened(path: string, busyTimeoutMs: Millis): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: busyTimeoutMs });
    refuseOthers(db, path);
    db.exec(`
      PRAGMA page_size = ${pageBytes};
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA journal_size_limit = ${journalBytes};
    `);
    createTables(db, path);
    return db;
  } catch (error) {
    db?.close();
    throw explained(error, path);
  }
}
