/** What is logged of the tasks that this connection does not write: read anew as far as it is new. */
import { Memtable } from './memtable.ts';
import type { ChangeLog } from './sqlite-tables.ts';

interface Read {
  readonly firstId: number;
  readonly memtable: Memtable;
  lastId: number;
}

export class Logged {
  readonly #log: ChangeLog;
  readonly #read = new Map<string, Read>();

  constructor(log: ChangeLog) {
    this.#log = log;
  }

  /** Within one transaction with what else is read of the task. */
  of(task: string): Memtable | undefined {
    const firstId = this.#log.firstId(task);
    if (firstId === undefined) {
      this.#read.delete(task);
      return undefined;
    }
    let read = this.#read.get(task);
    // Of what is removed the oldest goes first: where that is still there, so is all that was read.
    if (read?.firstId !== firstId) read = { firstId, memtable: new Memtable(), lastId: 0 };
    for (const { id, epoch, changes } of this.#log.after(task, read.lastId)) {
      read.memtable.add(changes, epoch);
      read.lastId = id;
    }
    this.#read.set(task, read);
    return read.memtable;
  }

  /** The same, for who goes on with it by itself. */
  take(task: string): Memtable {
    const memtable = this.of(task) ?? new Memtable();
    this.#read.delete(task);
    return memtable;
  }

  forget(task: string): void {
    this.#read.delete(task);
  }
}
