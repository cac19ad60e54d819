/** The SQLite file below the log: its transactions, and the refusal of all use after it is closed. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { guarded, openSqlite, transaction } from '../../sqlite.ts';
import { LogClosed } from './failures.ts';
import { logSchema } from './schema.ts';

export class LogDatabase {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;

  constructor(path: string) {
    this.path = path;
    this.#db = openSqlite(path, logSchema);
    this.#begin = this.#db.prepare('BEGIN');
    this.#end = this.#db.prepare('COMMIT');
  }

  prepare(sql: string): StatementSync {
    return this.#db.prepare(sql);
  }

  /** Everything that `work` reads comes from one state of the log. */
  read<T>(work: () => T): T {
    this.#refuseClosed();
    return guarded(this.#db, () => {
      this.#begin.run();
      try {
        return work();
      } finally {
        if (this.#db.isTransaction) this.#end.run();
      }
    });
  }

  /** What `work` writes is there as a whole, and on the disk, when this returns. */
  write<T>(work: () => T): T {
    this.#refuseClosed();
    return transaction(this.#db, work);
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #refuseClosed(): void {
    if (!this.#db.isOpen) throw new LogClosed(this.path);
  }
}
