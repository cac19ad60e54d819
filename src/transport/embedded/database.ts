/** The SQLite file below the log: its transactions, and the refusal of all use after it is closed. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { SqliteGroups } from '../../sqlite-groups.ts';
import { guarded, integerOf, openSqlite, transaction } from '../../sqlite.ts';
import { LogClosed } from './failures.ts';
import { logSchema } from './schema.ts';

export class LogDatabase {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  readonly #dataVersion: StatementSync;
  readonly #groups: SqliteGroups;
  #seenVersion = -1;

  constructor(path: string) {
    this.path = path;
    this.#db = openSqlite(path, logSchema);
    this.#begin = this.#db.prepare('BEGIN');
    this.#end = this.#db.prepare('COMMIT');
    this.#dataVersion = this.#db.prepare('SELECT data_version AS version FROM pragma_data_version');
    this.#groups = new SqliteGroups(this.#db);
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

  /** What `work` writes is there as a whole, and on the disk, when this resolves; with what others write meanwhile. */
  async writeWithOthers<T>(work: () => T): Promise<T> {
    this.#refuseClosed();
    return this.#groups.write(work);
  }

  /** Does what can be done within no transaction. */
  maintain(work: (db: DatabaseSync) => void): void {
    this.#refuseClosed();
    work(this.#db);
  }

  /** Whether any other connection has committed anything since this was asked last. */
  changedElsewhere(): boolean {
    const before = this.#seenVersion;
    this.#seenVersion = guarded(this.#db, () => integerOf(this.#dataVersion.get() ?? {}, 'version'));
    return this.#seenVersion !== before;
  }

  close(): void {
    if (!this.#db.isOpen) return;
    this.#groups.close();
    this.#db.close();
  }

  #refuseClosed(): void {
    if (!this.#db.isOpen) throw new LogClosed(this.path);
  }
}
