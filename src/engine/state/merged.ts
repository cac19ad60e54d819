/** Entries of a table with what changed of them since, read as one. */
import type { Memtable } from './memtable.ts';
import { byCodePoint, type Compare } from './order.ts';
import type { StateChange, StateEntry } from './store.ts';

export interface Layers {
  readonly step: string;
  /** The newest first. */
  readonly memtables: readonly Memtable[];
  /** Changed keys of a memtable in the order in which the rows come. */
  readonly keysOf: (memtable: Memtable) => Iterable<string>;
  readonly descending?: boolean;
}

/** What the newest of these, the newest first, that knows the key makes of it; undefined where none does. */
export function changeOf(memtables: readonly Memtable[], step: string, key: string): StateChange['value'] | undefined {
  for (const memtable of memtables) {
    const value = memtable.get(step, key);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** What the rows, of one step and in order, are once the changes lie over them. */
export function* merged(rows: Iterable<StateEntry>, layers: Layers): Generator<StateEntry> {
  const { step, memtables, keysOf, descending = false } = layers;
  const compare: Compare = descending ? (a, b) => byCodePoint(b, a) : byCodePoint;
  const changed = (key: string): StateEntry | undefined => {
    const value = changeOf(memtables, step, key) ?? null;
    return value === null ? undefined : { step, key, value };
  };
  const keys = united(memtables.map(keysOf), compare);
  let next = keys.next();
  for (const row of rows) {
    for (; next.done !== true && compare(next.value, row.key) < 0; next = keys.next()) {
      const entry = changed(next.value);
      if (entry !== undefined) yield entry;
    }
    if (next.done === true || next.value !== row.key) {
      yield row;
      continue;
    }
    const entry = changed(row.key);
    next = keys.next();
    if (entry !== undefined) yield entry;
  }
  for (; next.done !== true; next = keys.next()) {
    const entry = changed(next.value);
    if (entry !== undefined) yield entry;
  }
}

/** Each key once. */
function* united(all: readonly Iterable<string>[], compare: Compare): Generator<string> {
  const heads = all.map(keys => {
    const rest = keys[Symbol.iterator]();
    return { rest, next: rest.next() };
  });
  for (;;) {
    let least: string | undefined;
    for (const { next } of heads)
      if (next.done !== true && (least === undefined || compare(next.value, least) < 0)) least = next.value;
    if (least === undefined) return;
    for (const head of heads) if (head.next.done !== true && head.next.value === least) head.next = head.rest.next();
    yield least;
  }
}
