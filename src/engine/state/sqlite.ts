import type { DatabaseSync } from 'node:sqlite';
import { Fenced, Unavailable } from '../../errors.ts';
import {
  compactSqlite,
  guarded,
  integerOf,
  openSqlite,
  textOf,
  transaction,
  UnusableDatabase,
  wellFormed,
  type SqliteRow,
  type SqliteSchema,
} from '../../sqlite.ts';
import { StateInUse } from './sqlite-worker.ts';
import type { CheckpointHead, Replacement, StateChange, StateEntry, StateStore, StoppedState } from './store.ts';

/** Entries are read in pages, so that no open cursor keeps the write-ahead log from being emptied. */
const ENTRIES_PER_PAGE = 1_000;

/**
 * Entries have a rowid: in a table without one SQLite reads the whole value of a neighbour, however long, whenever it
 * compares its key, and beside a value of 1 MB writing 10,000 small ones took seconds.
 */
const stateSchema: SqliteSchema = {
  applicationId: 0x4d4c5354,
  version: 2,
  create: `
    CREATE TABLE heads (
      task TEXT PRIMARY KEY,
      fence INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE entries (
      task TEXT NOT NULL,
      step TEXT NOT NULL,
      key TEXT NOT NULL,
      value ANY NOT NULL,
      UNIQUE (task, step, key)
    ) STRICT;`,
};

/** Pages held in memory. SQLite's own 2 MiB are read again and again where keys are many and touched at random. */
const cache_KiB = 32 * 1024;

/** Changes as the file has them, so that those of one page follow each other; of one key in the order given. */
const inOrder = (changes: Iterable<StateChange>): StateChange[] =>
  [...changes].sort((a, b) => compared(a.step, b.step) || compared(a.key, b.key));

const compared = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/**
 * The checkpoints of a process in one SQLite file (or `:memory:`), made where it is missing. Commits are not synced: what
 * a machine without power loses of them is made again from the journal (docs/decisions/0023).
 */
export function openSqliteStateStore(options: { readonly path: string }): StateStore {
  const db = openSqlite(options.path, stateSchema, 'ordered');
  db.exec(`PRAGMA cache_size = -${cache_KiB}`);
  const tables = stateTables(db);

  function* entries(task: string, step?: string): Generator<StateEntry> {
    const next = (last?: StateEntry): readonly StateEntry[] =>
      step === undefined ? tables.page(task, last) : tables.pageOf(task, step, last?.key);
    for (let page = guarded(db, () => next()); page.length > 0;) {
      yield* page;
      const last = page.at(-1);
      page = guarded(db, () => next(last));
    }
  }

  return {
    head: task => guarded(db, () => tables.head(task)),
    entries,
    get: (task, step, key) => guarded(db, () => tables.get(task, step, key)),
    range: (task, step, from, limit, before) => guarded(db, () => tables.range(task, step, { from, before }, limit)),
    rangeBack: (task, step, range, limit) => guarded(db, () => tables.rangeBack(task, step, range, limit)),

    commit(task, next, changes) {
      transaction(db, () => {
        const stored = tables.head(task);
        refuseGreaterFence(task, stored, next);
        refuseOtherEpoch(task, stored, next);
        for (const change of inOrder(changes)) tables.apply(task, change);
        tables.setHead(task, next);
      });
    },

    replacing: (task, fence) => replacementIn(db, tables, task, fence),

    discard(task) {
      transaction(db, () => {
        tables.clear(task);
        tables.forget(task);
      });
    },

    close() {
      if (db.isOpen) db.close();
    },
  };
}

/**
 * The same file while no task runs, for nobody else from here on until it is closed, or its process ends: whoever would
 * run tasks waits, and then throws `Unavailable`. Throws `StateInUse` while a process has it open.
 */
export function openStoppedState({ path }: { readonly path: string }): StoppedState {
  const db = openSqlite(path, stateSchema, 'ordered');
  try {
    holdAlone(db);
  } catch (error) {
    db.close();
    if (!(error instanceof Unavailable)) throw error;
    throw new StateInUse(
      `Tasks run on the checkpoints in ${path}, or have just ended`,
      'Stop `millrace start` and `millrace run` of this folder first',
      { cause: error },
    );
  }
  const tables = stateTables(db);
  return {
    tasks: () =>
      db
        .prepare('SELECT task FROM heads ORDER BY task')
        .all()
        .map(row => textOf(row, 'task')),
    head: task => tables.head(task),
    *entries(task) {
      for (let page = tables.page(task); page.length > 0; page = tables.page(task, page.at(-1))) yield* page;
    },
    get: (task, step, key) => tables.get(task, step, key),
    remove: (task, gone) =>
      transaction(db, () => {
        for (const { step, key } of gone) tables.apply(task, { step, key, value: null });
      }),
    compact: () => compactSqlite(db),
    close() {
      if (db.isOpen) db.close();
    },
  };
}

/** Begins with nothing, so that what is left off is no checkpoint. */
function replacementIn(
  db: DatabaseSync,
  tables: ReturnType<typeof stateTables>,
  task: string,
  fence: number,
): Replacement {
  transaction(db, () => {
    refuseGreaterFence(task, tables.head(task), { fence });
    tables.clear(task);
    tables.forget(task);
  });
  return {
    add: part =>
      transaction(db, () => {
        for (const entry of part) tables.apply(task, entry);
      }),
    finish: next =>
      transaction(db, () => {
        const stored = tables.head(task);
        if (stored !== undefined) refuseOtherEpoch(task, stored, next);
        tables.setHead(task, next);
      }),
  };
}

/** A write-ahead log can be left only by who is alone with the file; the lock of the first write then stays. */
function holdAlone(db: DatabaseSync): void {
  db.exec('PRAGMA locking_mode = EXCLUSIVE');
  guarded(db, () => db.exec('PRAGMA journal_mode = DELETE'));
  transaction(db, () => db.exec('UPDATE heads SET fence = fence'));
}

function refuseGreaterFence(
  task: string,
  stored: CheckpointHead | undefined,
  next: Pick<CheckpointHead, 'fence'>,
): void {
  if (stored === undefined || stored.fence <= next.fence) return;
  throw new Fenced(
    `The checkpoint of task ${task} is under fence ${stored.fence}, greater than ${next.fence}`,
    'Stop: another worker has taken the task over',
  );
}

function refuseOtherEpoch(task: string, stored: CheckpointHead | undefined, next: CheckpointHead): void {
  const epoch = stored?.epoch ?? 0;
  if (next.epoch === epoch + 1) return;
  throw new Fenced(
    `The checkpoint of task ${task} is at epoch ${epoch}, which epoch ${next.epoch} does not follow`,
    'Restore the task from its checkpoint',
  );
}

/** The two tables of a state store, as operations that know neither transactions nor rules. */
function stateTables(db: DatabaseSync) {
  const sql = prepared(db);
  return {
    head(task: string): CheckpointHead | undefined {
      const row = sql.head.get(task);
      return row && { fence: integerOf(row, 'fence'), epoch: integerOf(row, 'epoch'), body: textOf(row, 'body') };
    },

    setHead(task: string, { fence, epoch, body }: CheckpointHead): void {
      sql.setHead.run(wellFormed(task), fence, epoch, wellFormed(body));
    },

    get(task: string, step: string, key: string): string | Uint8Array | undefined {
      const row = sql.get.get(task, step, key);
      return row && valueOf(row);
    },

    /** The first entries, or those that follow `last`; none at the end. */
    page(task: string, last?: StateEntry): readonly StateEntry[] {
      const rows = last ? sql.nextEntries.all(task, last.step, last.key) : sql.firstEntries.all(task);
      return rows.map(entryOf);
    },

    /** The same of one step. */
    pageOf: (task: string, step: string, last?: string): readonly StateEntry[] =>
      sql.from.all(task, step, last === undefined ? '' : `${last}\0`, ENTRIES_PER_PAGE).map(entryOf),

    range(
      task: string,
      step: string,
      { from, before }: { readonly from: string; readonly before: string | undefined },
      limit: number,
    ): readonly StateEntry[] {
      const rows =
        before === undefined
          ? sql.from.all(task, step, wellFormed(from), limit)
          : sql.range.all(task, step, wellFormed(from), wellFormed(before), limit);
      return rows.map(entryOf);
    },

    rangeBack: (
      task: string,
      step: string,
      { from, before }: { readonly from: string; readonly before: string },
      limit: number,
    ): readonly StateEntry[] => sql.rangeBack.all(task, step, wellFormed(from), wellFormed(before), limit).map(entryOf),

    apply(task: string, { step, key, value }: StateChange): void {
      if (value === null) sql.remove.run(task, step, key);
      else sql.set.run(task, wellFormed(step), wellFormed(key), typeof value === 'string' ? wellFormed(value) : value);
    },

    clear(task: string): void {
      sql.removeAll.run(task);
    },

    forget(task: string): void {
      sql.removeHead.run(task);
    },
  };
}

function prepared(db: DatabaseSync) {
  const some = 'SELECT step, key, value FROM entries WHERE task = ? AND step = ?';
  const page = `ORDER BY step, key LIMIT ${ENTRIES_PER_PAGE}`;
  return {
    head: db.prepare('SELECT fence, epoch, body FROM heads WHERE task = ?'),
    setHead: db.prepare('INSERT OR REPLACE INTO heads (task, fence, epoch, body) VALUES (?, ?, ?, ?)'),
    removeHead: db.prepare('DELETE FROM heads WHERE task = ?'),
    get: db.prepare('SELECT value FROM entries WHERE task = ? AND step = ? AND key = ?'),
    set: db.prepare(`
      INSERT INTO entries (task, step, key, value) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET value = excluded.value`),
    remove: db.prepare('DELETE FROM entries WHERE task = ? AND step = ? AND key = ?'),
    removeAll: db.prepare('DELETE FROM entries WHERE task = ?'),
    from: db.prepare(`${some} AND key >= ? ORDER BY key LIMIT ?`),
    range: db.prepare(`${some} AND key >= ? AND key < ? ORDER BY key LIMIT ?`),
    rangeBack: db.prepare(`${some} AND key >= ? AND key < ? ORDER BY key DESC LIMIT ?`),
    firstEntries: db.prepare(`SELECT step, key, value FROM entries WHERE task = ? ${page}`),
    nextEntries: db.prepare(`SELECT step, key, value FROM entries WHERE task = ? AND (step, key) > (?, ?) ${page}`),
  };
}

function entryOf(row: SqliteRow): StateEntry {
  return { step: textOf(row, 'step'), key: textOf(row, 'key'), value: valueOf(row) };
}

function valueOf(row: SqliteRow): string | Uint8Array {
  const value = row['value'];
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  throw new UnusableDatabase(
    `A state entry holds a ${typeof value}`,
    'Discard the file: state is rebuilt from the log',
  );
}
