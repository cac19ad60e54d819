/** The tables of a state store, as operations that know neither transactions nor rules. */
import type { DatabaseSync } from 'node:sqlite';
import { integerOf, textOf, UnusableDatabase, wellFormed, type SqliteRow, type SqliteSchema } from '../../sqlite.ts';
import { bytesOf, changesOf } from './sqlite-changes.ts';
import type { Stretch, WholeStretch } from './memtable.ts';
import type { CheckpointHead, StateChange, StateEntry } from './store.ts';

const [allInEntries, changesLogged] = [2, 3];

/**
 * Entries have a rowid: in a table without one SQLite reads the whole value of a neighbour, however long, whenever it
 * compares its key, and beside a value of 1 MB writing 10,000 small ones took seconds. The table of changes came after
 * the first release; a file in which it has rows has another version, since who does not know it would read old entries.
 */
export const stateSchema: SqliteSchema = {
  applicationId: 0x4d4c5354,
  version: allInEntries,
  readsToo: changesLogged,
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

/** Ids are never given again: by the first and the last one a reader knows what it has read. */
const changesTable = `
  CREATE TABLE IF NOT EXISTS changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS changes_by_task ON changes (task, id)`;

/** What a commit has logged. */
export interface LoggedChanges {
  readonly id: number;
  readonly epoch: number;
  readonly changes: Iterable<StateChange>;
}

export type ChangeLog = ReturnType<typeof changeLog>;
export type StateTables = ReturnType<typeof stateTables>;

export function stateTables(db: DatabaseSync) {
  const sql = prepared(db);
  return {
    head(task: string): CheckpointHead | undefined {
      const row = sql.head.get(task);
      return row && { fence: integerOf(row, 'fence'), epoch: integerOf(row, 'epoch'), body: textOf(row, 'body') };
    },

    setHead(task: string, { fence, epoch, body }: CheckpointHead): void {
      sql.setHead.run(wellFormed(task), fence, epoch, wellFormed(body));
    },

    /** Ascending. */
    tasks: (): readonly string[] => sql.tasks.all().map(row => textOf(row, 'task')),

    get(task: string, step: string, key: string): string | Uint8Array | undefined {
      const row = sql.get.get(task, step, key);
      return row && valueOf(row);
    },

    /** The first step of a task after this one that has entries; of nothing the first of all. */
    nextStep(task: string, step?: string): string | undefined {
      const row = step === undefined ? sql.firstStep.get(task) : sql.nextStep.get(task, step);
      return row && textOf(row, 'step');
    },

    range(task: string, step: string, { from, before }: Stretch, limit: number): readonly StateEntry[] {
      const rows =
        before === undefined
          ? sql.from.all(task, step, wellFormed(from), limit)
          : sql.range.all(task, step, wellFormed(from), wellFormed(before), limit);
      return rows.map(entryOf);
    },

    rangeBack: (task: string, step: string, { from, before }: WholeStretch, limit: number): readonly StateEntry[] =>
      sql.rangeBack.all(task, step, wellFormed(from), wellFormed(before), limit).map(entryOf),

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
  return {
    head: db.prepare('SELECT fence, epoch, body FROM heads WHERE task = ?'),
    setHead: db.prepare('INSERT OR REPLACE INTO heads (task, fence, epoch, body) VALUES (?, ?, ?, ?)'),
    removeHead: db.prepare('DELETE FROM heads WHERE task = ?'),
    tasks: db.prepare('SELECT task FROM heads ORDER BY task'),
    get: db.prepare('SELECT value FROM entries WHERE task = ? AND step = ? AND key = ?'),
    set: db.prepare(`
      INSERT INTO entries (task, step, key, value) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET value = excluded.value`),
    remove: db.prepare('DELETE FROM entries WHERE task = ? AND step = ? AND key = ?'),
    removeAll: db.prepare('DELETE FROM entries WHERE task = ?'),
    from: db.prepare(`${some} AND key >= ? ORDER BY key LIMIT ?`),
    range: db.prepare(`${some} AND key >= ? AND key < ? ORDER BY key LIMIT ?`),
    rangeBack: db.prepare(`${some} AND key >= ? AND key < ? ORDER BY key DESC LIMIT ?`),
    firstStep: db.prepare('SELECT step FROM entries WHERE task = ? ORDER BY step LIMIT 1'),
    nextStep: db.prepare('SELECT step FROM entries WHERE task = ? AND step > ? ORDER BY step LIMIT 1'),
  };
}

/** The changes that wait for the table of entries, a row a commit. */
export function changeLog(db: DatabaseSync) {
  db.exec(changesTable);
  const log = db.prepare('INSERT INTO changes (task, epoch, body) VALUES (?, ?, ?)');
  const done = db.prepare('DELETE FROM changes WHERE task = ? AND epoch <= ?');
  const first = db.prepare('SELECT id FROM changes WHERE task = ? ORDER BY id LIMIT 1');
  const any = db.prepare('SELECT id FROM changes LIMIT 1');
  const tasks = db.prepare('SELECT DISTINCT task FROM changes');
  const next = db.prepare('SELECT id, epoch, body FROM changes WHERE task = ? AND id > ? ORDER BY id LIMIT 1');
  const version = db.prepare('SELECT user_version AS value FROM pragma_user_version');
  const setVersion = (number: number): void => {
    if (integerOf(version.get() ?? {}, 'value') !== number) db.exec(`PRAGMA user_version = ${number}`);
  };
  return {
    append(task: string, epoch: number, changes: readonly StateChange[]): void {
      log.run(wellFormed(task), epoch, bytesOf(changes));
      setVersion(changesLogged);
    },

    remove(task: string, upTo: number = Number.MAX_SAFE_INTEGER): void {
      done.run(task, upTo);
    },

    /** Says that the entries are all there is, where nothing waits. */
    markEmpty(): void {
      if (any.get() === undefined) setVersion(allInEntries);
    },

    tasks: (): readonly string[] => tasks.all().map(row => textOf(row, 'task')),

    /** Of the oldest that waits of a task. */
    firstId(task: string): number | undefined {
      const row = first.get(task);
      return row && integerOf(row, 'id');
    },

    /** Those of a task that came after this id, in the order of the epochs. */
    *after(task: string, id: number): Generator<LoggedChanges> {
      for (let row = next.get(task, id); row !== undefined;) {
        const found = { id: integerOf(row, 'id'), epoch: integerOf(row, 'epoch') };
        yield { ...found, changes: changesOf(blobOf(row)) };
        row = next.get(task, found.id);
      }
    },
  };
}

function entryOf(row: SqliteRow): StateEntry {
  return { step: textOf(row, 'step'), key: textOf(row, 'key'), value: valueOf(row) };
}

function valueOf(row: SqliteRow): string | Uint8Array {
  const value = row['value'];
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  throw unusable(`A state entry holds a ${typeof value}`);
}

function blobOf({ body }: SqliteRow): Uint8Array {
  if (body instanceof Uint8Array) return body;
  throw unusable(`Changes of a state are a ${typeof body}`);
}

const unusable = (what: string): UnusableDatabase =>
  new UnusableDatabase(what, 'Discard the file: state is rebuilt from the log');
