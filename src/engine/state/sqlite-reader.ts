/** What a state store holds: the entries of its table, and over them what waits. */
import type { DatabaseSync } from 'node:sqlite';
import { guarded } from '../../sqlite.ts';
import type { Logged } from './sqlite-logged.ts';
import type { Memtable, Stretch, WholeStretch } from './memtable.ts';
import { changeOf, merged } from './merged.ts';
import { byCodePoint } from './order.ts';
import type { Pending } from './pending.ts';
import type { StateTables } from './sqlite-tables.ts';
import type { StateEntry, StateStore } from './store.ts';

export interface Readable {
  readonly db: DatabaseSync;
  readonly tables: StateTables;
  /** Of the tasks that this connection writes. */
  readonly pending: Pending;
  /** Of all others. */
  readonly logged: Logged;
}

/** Entries are read in pages, so that no open cursor keeps the write-ahead log from being emptied. */
const entriesPerPage = 1_000;

export function readerOf(file: Readable): Pick<StateStore, 'head' | 'entries' | 'get' | 'range' | 'rangeBack'> {
  const { db, tables } = file;
  return {
    head: task => guarded(db, () => tables.head(task)),

    *entries(task, step) {
      const layers = atOnce(file, task, () => layersOf(file, task));
      for (const each of step === undefined ? stepsOf(file, task, layers) : [step])
        yield* forward(file, { task, step: each, layers }, { from: '' }, entriesPerPage);
    },

    get: (task, step, key) =>
      atOnce(file, task, () => {
        const changed = changeOf(layersOf(file, task), step, key);
        return changed === undefined ? tables.get(task, step, key) : (changed ?? undefined);
      }),

    range: (task, step, from, limit, before) =>
      atOnce(file, task, () => {
        const layers = layersOf(file, task);
        return first(forward(file, { task, step, layers }, { from, before }, limit), limit);
      }),

    rangeBack: (task, step, stretch, limit) =>
      atOnce(file, task, () => {
        const layers = layersOf(file, task);
        return first(backward(file, { task, step, layers }, stretch, limit), limit);
      }),
  };
}

interface Layered {
  readonly task: string;
  readonly step: string;
  readonly layers: readonly Memtable[];
}

/** The newest first. */
function layersOf({ pending, logged }: Readable, task: string): readonly Memtable[] {
  if (pending.has(task)) return pending.of(task);
  const found = logged.of(task);
  return found === undefined ? [] : [found];
}

/** Reads of one state of the file: of a task that another connection writes, they are one transaction. */
function atOnce<T>({ db, pending }: Readable, task: string, read: () => T): T {
  if (pending.has(task)) return guarded(db, read);
  return guarded(db, () => {
    db.exec('BEGIN');
    try {
      return read();
    } finally {
      db.exec('COMMIT');
    }
  });
}

function forward(
  { db, tables }: Readable,
  { task, step, layers }: Layered,
  stretch: Stretch,
  perPage: number,
): Generator<StateEntry> {
  const page = (last?: StateEntry): readonly StateEntry[] =>
    guarded(db, () => {
      const rest = last === undefined ? stretch : { ...stretch, from: `${last.key}\0` };
      return tables.range(task, step, rest, perPage);
    });
  const keysOf = (memtable: Memtable) => memtable.keys(step, stretch);
  return merged(paged(page, perPage), { step, memtables: layers, keysOf });
}

function backward(
  { db, tables }: Readable,
  { task, step, layers }: Layered,
  stretch: WholeStretch,
  perPage: number,
): Generator<StateEntry> {
  const page = (last?: StateEntry): readonly StateEntry[] =>
    guarded(db, () => {
      const rest = last === undefined ? stretch : { ...stretch, before: last.key };
      return tables.rangeBack(task, step, rest, perPage);
    });
  const keysOf = (memtable: Memtable) => memtable.keysBack(step, stretch);
  return merged(paged(page, perPage), { step, memtables: layers, keysOf, descending: true });
}

function* paged(
  page: (last?: StateEntry) => readonly StateEntry[],
  perPage: number,
): Generator<StateEntry, void, undefined> {
  for (let rows = page(); ;) {
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < perPage) return;
    rows = page(last);
  }
}

/** Ascending. */
function stepsOf({ db, tables }: Readable, task: string, layers: readonly Memtable[]): readonly string[] {
  const steps = new Set(layers.flatMap(memtable => memtable.steps()));
  const next = (after?: string): string | undefined => guarded(db, () => tables.nextStep(task, after));
  for (let step = next(); step !== undefined; step = next(step)) steps.add(step);
  return [...steps].sort(byCodePoint);
}

function first<T>(all: Iterable<T>, limit: number): T[] {
  const some: T[] = [];
  for (const each of all) {
    some.push(each);
    if (some.length === limit) break;
  }
  return some;
}
