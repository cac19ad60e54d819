import type { DatabaseSync } from 'node:sqlite';
import { Fenced, Unavailable } from '../../errors.ts';
import { compactSqlite, guarded, openSqlite, transaction } from '../../sqlite.ts';
import { Pending } from './pending.ts';
import { Logged } from './sqlite-logged.ts';
import { readerOf } from './sqlite-reader.ts';
import { changeLog, stateSchema, type StateTables, stateTables } from './sqlite-tables.ts';
import { StateInUse } from './sqlite-worker.ts';
import type { CheckpointHead, Replacement, StateChange, StateStore, StoppedState } from './store.ts';

export interface SqliteState {
  readonly path: string;
  /** About how much of what changed last may be in memory and in the log of changes alone, of all tasks together. */
  readonly pending_bytes?: number;
}

/** Pages held in memory. SQLite's own 2 MiB are read again and again where keys are many and touched at random. */
const cache_KiB = 32 * 1024;

const defaultPending_bytes = 16 * 1024 * 1024;

/** Changes as the file has them, so that those of one page follow each other; of one key in the order given. */
const inOrder = (changes: Iterable<StateChange>): StateChange[] =>
  [...changes].sort((a, b) => compared(a.step, b.step) || compared(a.key, b.key));

const compared = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/**
 * The checkpoints of a process in one SQLite file (or `:memory:`), made where it is missing. Commits are not synced: what
 * a machine without power loses of them is made again from the journal (docs/decisions/0023). What a commit changes is
 * logged, and comes into the table of entries with later ones (docs/decisions/0094), at the latest when it is closed.
 */
export function openSqliteStateStore({ path, pending_bytes = defaultPending_bytes }: SqliteState): StateStore {
  const file = opened(path, pending_bytes);
  const { db, tables, log, pending } = file;
  const clear = (task: string): void => {
    tables.clear(task);
    tables.forget(task);
    log.remove(task);
  };

  return {
    ...readerOf(file),

    commit(task, next, changes) {
      commitIn(file, task, next, [...changes]);
    },

    replacing(task, fence) {
      transaction(db, () => {
        refuseGreaterFence(task, tables.head(task), { fence });
        clear(task);
      });
      pending.forget(task);
      return replacementIn(db, tables, task);
    },

    discard(task) {
      transaction(db, () => clear(task));
      pending.forget(task);
    },

    close() {
      if (!db.isOpen) return;
      try {
        if (pending.tasks().length > 0) settle(file);
      } catch (error) {
        // A full disk, for one: what is logged is read when the file is opened again.
        if (!(error instanceof Unavailable)) throw error;
      } finally {
        db.close();
      }
    },
  };
}

function commitIn(file: File, task: string, next: CheckpointHead, changes: StateChange[]): void {
  const { db, tables, log, pending, logged } = file;
  try {
    const writing = transaction(db, () => {
      const stored = tables.head(task);
      refuseGreaterFence(task, stored, next);
      refuseOtherEpoch(task, stored, next);
      if (!pending.has(task)) pending.begin(task, logged.take(task));
      const { moved, ...how } = pending.writing(task, changes);
      for (const change of moved) tables.apply(task, change);
      if (how.isLogged) {
        if (how.done !== undefined) log.remove(task, how.done);
        if (changes.length > 0) log.append(task, next.epoch, changes);
      } else {
        log.remove(task);
        for (const change of inOrder(changes)) tables.apply(task, change);
      }
      tables.setHead(task, next);
      return how;
    });
    pending.committed(task, changes, next.epoch, writing);
  } catch (error) {
    pending.failed(task);
    throw error;
  }
}

type File = ReturnType<typeof opened>;

function opened(path: string, pending_bytes: number) {
  const db = openSqlite(path, stateSchema, 'ordered');
  try {
    db.exec(`PRAGMA cache_size = -${cache_KiB}`);
    const log = guarded(db, () => changeLog(db));
    return { db, tables: stateTables(db), log, logged: new Logged(log), pending: new Pending(pending_bytes) };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** What waits of the tasks that were written here comes into the table; not where another has written them since. */
function settle({ db, tables, log, pending }: File): void {
  transaction(db, () => {
    for (const [task, epoch] of pending.tasks()) {
      if (tables.head(task)?.epoch !== epoch) continue;
      for (const change of pending.all(task)) tables.apply(task, change);
      log.remove(task);
    }
    log.markEmpty();
  });
}

/**
 * The same file while no task runs, for nobody else from here on until it is closed, or its process ends: whoever would
 * run tasks waits, and then throws `Unavailable`. Throws `StateInUse` while a process has it open.
 */
export function openStoppedState({ path }: { readonly path: string }): StoppedState {
  const file = opened(path, 0);
  const { db, tables } = file;
  try {
    holdAlone(db);
    settleAll(file);
  } catch (error) {
    db.close();
    if (!(error instanceof Unavailable)) throw error;
    throw new StateInUse(
      `Tasks run on the checkpoints in ${path}, or have just ended`,
      'Stop `millrace start` and `millrace run` of this folder first',
      { cause: error },
    );
  }
  const { head, entries, get } = readerOf(file);
  return {
    tasks: tables.tasks,
    head,
    entries,
    get,
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

/** What waits of any task comes into the table. */
function settleAll({ db, tables, log, logged }: File): void {
  transaction(db, () => {
    for (const task of log.tasks()) {
      for (const change of logged.take(task).changes()) tables.apply(task, change);
      log.remove(task);
    }
    log.markEmpty();
  });
}

/** Begins with nothing, so that what is left off is no checkpoint. */
function replacementIn(db: DatabaseSync, tables: StateTables, task: string): Replacement {
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
