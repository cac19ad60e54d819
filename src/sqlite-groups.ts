import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Unavailable } from './errors.ts';
import { asFailure, transaction } from './sqlite.ts';

/** Works in one transaction, so that a reader's snapshot and the memory of a group stay small. */
const mostTogether = 256;
/** Works that may wait; whoever comes then is told to come again. */
const mostWaiting = 10_000;

interface Entry {
  /** Does the work, and answers how its caller is to be told once it is on the disk. */
  readonly attempt: () => () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: what is asked for within one turn of the event loop shares one transaction, and so one wait for the
 * disk. Each work stands in a savepoint of its own: one that throws is undone alone and only its caller hears of it. They
 * run in the order in which they were asked for. A work that a full disk undid together with the others runs again.
 */
export class SqliteGroups {
  readonly #db: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #keep: StatementSync;
  readonly #undo: StatementSync;
  /** In memory nobody waits for a disk. */
  readonly #inMemory: boolean;
  #waiting: Entry[] = [];
  #turn: NodeJS.Immediate | undefined;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#begin = db.prepare('SAVEPOINT work');
    this.#keep = db.prepare('RELEASE work');
    this.#undo = db.prepare('ROLLBACK TO work');
    this.#inMemory = db.location() === null;
  }

  /** Resolves to what `work` answers when it is on the disk. Throws what it throws, or as `transaction` does. */
  async write<T>(work: () => T): Promise<T> {
    if (this.#inMemory) return transaction(this.#db, work);
    if (this.#waiting.length >= mostWaiting) throw tooMany(this.#db);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const attempt = (): (() => void) => {
      const result = work();
      return () => resolve(result);
    };
    this.#waiting.push({ attempt, reject });
    this.#turn ??= setImmediate(this.#next);
    return promise;
  }

  /** Commits what is still waiting. */
  close(): void {
    while (this.#waiting.length > 0) this.#next();
    clearImmediate(this.#turn);
  }

  readonly #next = (): void => {
    const group = this.#waiting.splice(0, mostTogether);
    this.#turn = this.#waiting.length === 0 ? undefined : setImmediate(this.#next);
    if (group.length === 1 || !this.#commitTogether(group)) for (const entry of group) this.#commitAlone(entry);
  };

  /** Answers false where the database has undone all of them, because of one. */
  #commitTogether(group: readonly Entry[]): boolean {
    try {
      const outcomes = transaction(this.#db, () => group.map(entry => this.#inSavepoint(entry)));
      for (const tell of outcomes) tell();
    } catch (error) {
      if (error instanceof RolledBack) return false;
      for (const { reject } of group) reject(error);
    }
    return true;
  }

  #inSavepoint({ attempt, reject }: Entry): () => void {
    this.#begin.run();
    try {
      const tell = attempt();
      this.#keep.run();
      return tell;
    } catch (error) {
      if (!isOpen(this.#db)) throw new RolledBack();
      this.#undo.run();
      this.#keep.run();
      return () => reject(asFailure(error, this.#db));
    }
  }

  #commitAlone({ attempt, reject }: Entry): void {
    try {
      transaction(this.#db, attempt)();
    } catch (error) {
      reject(error);
    }
  }
}

/** The database has undone the transaction by itself. */
class RolledBack extends Error {}

const isOpen = (db: DatabaseSync): boolean => db.isTransaction;

const tooMany = (db: DatabaseSync): Unavailable =>
  new Unavailable(
    `${db.location() ?? 'The database'} has ${mostWaiting} writes waiting`,
    'Write less at once, or put the file on a faster disk',
  );
