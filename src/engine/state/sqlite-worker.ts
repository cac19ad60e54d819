import { MillraceError, Unavailable } from '../../errors.ts';
import { openSqlite, textOf, transaction, type SqliteSchema } from '../../sqlite.ts';
import type { WorkerIdentity } from './worker.ts';

/** Two processes would write one state. */
export class StateInUse extends MillraceError {
  readonly code = 'STATE_IN_USE';
}

export interface WorkerFile {
  readonly path: string;
  /** Told where it cannot be written for now. */
  readonly warn: (text: string) => void;
}

const workerSchema: SqliteSchema = {
  applicationId: 0x4d4c5757,
  version: 1,
  create: `
    CREATE TABLE worker (id TEXT NOT NULL) STRICT;
    INSERT INTO worker VALUES (lower(hex(randomblob(6))));
    CREATE TABLE ran (task TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    CREATE TABLE members (topology TEXT PRIMARY KEY, member TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
};

/**
 * Who a worker is, in a file beside its checkpoints. While it is open no other process can open it, and the end of a
 * process, whatever ends it, closes it. Throws `StateInUse`.
 */
export function openSqliteWorker(options: WorkerFile): WorkerIdentity & { close(): void } {
  const { path } = options;
  const db = opened(path);
  const setRan = db.prepare('INSERT INTO ran VALUES (?)');
  const setMember = db.prepare('INSERT OR REPLACE INTO members VALUES (?, ?)');
  return {
    id: textOf(db.prepare('SELECT id FROM worker').get() ?? {}, 'id'),
    ran: db
      .prepare('SELECT task FROM ran')
      .all()
      .map(row => textOf(row, 'task')),
    members: new Map(
      db
        .prepare('SELECT topology, member FROM members')
        .all()
        .map(row => [textOf(row, 'topology'), textOf(row, 'member')]),
    ),
    runs: tasks =>
      remember(options, () =>
        transaction(db, () => {
          db.exec('DELETE FROM ran');
          for (const task of tasks) setRan.run(task);
        }),
      ),
    joined: (topology, member) => remember(options, () => transaction(db, () => setMember.run(topology, member))),
    close: () => {
      if (db.isOpen) db.close();
    },
  };
}

/** Its next life would be less quick, and no less right: so a full disk only warns here. */
function remember({ path, warn }: WorkerFile, write: () => unknown): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    warn(`${path} cannot be written, the worker may get other tasks when it is started again: ${error.message}`);
  }
}

/** The lock comes with the first write and stays. */
function opened(path: string) {
  try {
    const db = openSqlite(path, workerSchema, 'ordered');
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    transaction(db, () => db.exec('UPDATE worker SET id = id'));
    return db;
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    throw new StateInUse(
      `The checkpoints beside ${path} belong to a process that runs`,
      'Give each process a folder of its own with --state, or stop the other one',
      { cause: error },
    );
  }
}
