/** What the tasks that a store writes have changed, and the table of entries does not have yet. */
import { bytesOfChange, Memtable } from './memtable.ts';
import type { StateChange } from './store.ts';

/** Of how many commits a memtable may be: each is a row that is removed when it is in the table. */
const mostCommits = 4_096;

/** So that what is frozen is in the table before as much has come anew. */
const haste = 1.1;
const leastKeys = 16;

/** A memtable that changes no more, on its way into the table in the order of its keys. */
interface Frozen {
  readonly memtable: Memtable;
  readonly rest: Generator<StateChange>;
}

interface Waiting {
  /** Of the newest commit. */
  epoch: number;
  active: Memtable;
  frozen?: Frozen;
}

/** What a commit writes. */
export type Writing =
  /** Its changes are logged; `moved`, older ones, come into the table; then nothing up to epoch `done` need be logged. */
  | { readonly isLogged: true; readonly moved: readonly StateChange[]; readonly done: number | undefined }
  /** All that waits, and then its own changes, come into the table. */
  | { readonly isLogged: false; readonly moved: Iterable<StateChange> };

/** How it was written. */
export type Written = { readonly isLogged: true; readonly done: number | undefined } | { readonly isLogged: false };

/**
 * A log-structured merge in two levels (O'Neil and others, 1996): a commit appends its changes to a log and keeps them in
 * memory; each takes part of the older ones, in the order of their keys, into the table. So a page of the table is
 * written once for all keys of it that changed in the last thousands of changes, and never for each of them.
 */
export class Pending {
  readonly #tasks = new Map<string, Waiting>();
  readonly #budget: number;

  constructor(budget_bytes: number) {
    this.#budget = budget_bytes;
  }

  /** What changed of a task, the newest first. */
  of(task: string): readonly Memtable[] {
    const { active, frozen } = this.#tasks.get(task) ?? {};
    return [active, frozen?.memtable].filter(memtable => memtable !== undefined);
  }

  /** The tasks, and which epoch each has committed. */
  tasks(): readonly (readonly [task: string, epoch: number])[] {
    return Array.from(this.#tasks, ([task, { epoch }]) => [task, epoch] as const);
  }

  has(task: string): boolean {
    return this.#tasks.has(task);
  }

  /** From here on the task is written here, over what was logged before. */
  begin(task: string, logged: Memtable): void {
    this.#tasks.set(task, { epoch: 0, active: logged });
  }

  /** What to write for these changes of a task that has begun. `committed` has to follow once it is written, else `failed`. */
  writing(task: string, changes: readonly StateChange[]): Writing {
    const waiting = this.#of(task);
    const share = this.#budget / this.#tasks.size;
    const bytes = changes.reduce((sum, change) => sum + bytesOfChange(change), 0);
    if (bytes > share) return { isLogged: false, moved: this.all(task) };
    const isFull = waiting.active.bytes + bytes > share || waiting.active.commits >= mostCommits;
    if (isFull && waiting.frozen === undefined) freeze(waiting);
    const { frozen } = waiting;
    if (frozen === undefined) return { isLogged: true, moved: [], done: undefined };
    const part = Math.max(bytes / share, 1 / mostCommits);
    const isLate = isFull && waiting.active.commits > 0;
    const count = isLate ? Infinity : leastKeys + Math.ceil(frozen.memtable.size * part * haste);
    const { taken, isEmpty } = take(frozen.rest, count);
    return { isLogged: true, moved: taken, done: isEmpty ? frozen.memtable.epoch : undefined };
  }

  committed(task: string, changes: readonly StateChange[], epoch: number, written: Written): void {
    const waiting = this.#of(task);
    waiting.epoch = epoch;
    if (!written.isLogged) {
      waiting.active = new Memtable();
      delete waiting.frozen;
      return;
    }
    if (written.done !== undefined) delete waiting.frozen;
    if (changes.length > 0) waiting.active.add(changes, epoch);
  }

  /**
   * Nothing was written. What was taken did not come into the table, so its memtable begins anew: to write a key twice
   * changes nothing. A task of which nothing was ever written here is still another's.
   */
  failed(task: string): void {
    const waiting = this.#tasks.get(task);
    if (waiting?.epoch === 0) this.#tasks.delete(task);
    else if (waiting?.frozen !== undefined) waiting.frozen = frozenOf(waiting.frozen.memtable);
  }

  /** All that waits of a task; of a key the older change first. */
  *all(task: string): Generator<StateChange> {
    for (const memtable of this.of(task).toReversed()) yield* memtable.changes();
  }

  forget(task: string): void {
    this.#tasks.delete(task);
  }

  #of(task: string): Waiting {
    const waiting = this.#tasks.get(task);
    if (waiting === undefined) throw new Error(`Task ${task} is not written here`);
    return waiting;
  }
}

const frozenOf = (memtable: Memtable): Frozen => ({ memtable, rest: memtable.changes() });

function freeze(waiting: Waiting): void {
  if (waiting.active.commits === 0) return;
  waiting.frozen = frozenOf(waiting.active);
  waiting.active = new Memtable();
}

function take(rest: Generator<StateChange>, count: number): { taken: StateChange[]; isEmpty: boolean } {
  const taken: StateChange[] = [];
  while (taken.length < count) {
    const next = rest.next();
    if (next.done === true) return { taken, isEmpty: true };
    taken.push(next.value);
  }
  return { taken, isEmpty: false };
}
