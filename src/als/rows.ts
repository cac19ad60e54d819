import { UnusableModelState } from './errors.ts';
import { compare, kinds } from './interaction.ts';
import { RowReader, RowWriter } from './row-codec.ts';
import type { Side } from './side.ts';
import type { ModelState } from './state.ts';
import type { RowValue } from './types.ts';

/**
 * The checkpoint of a model, row by row: `meta`; `u/ID` and `i/ID`, the vectors and staleness of a user or item; `h/ID`,
 * the history of a user, by item. All else (Gram matrices, the items' side of the histories, means) follows from these.
 */
export const metaKey = 'meta';

/** Rows that changed since the last checkpoint, by key. */
export function* dirtyRows(state: ModelState): Iterable<readonly [key: string, value: RowValue]> {
  for (const row of byId(state.users, state.dirtyHistories)) yield [`h/${state.users.idOf(row)}`, history(state, row)];
  for (const row of byId(state.items, state.items.dirty))
    yield [`i/${state.items.idOf(row)}`, vectors(state.items, row)];
  if (isDirty(state)) yield [metaKey, meta(state)];
  for (const row of byId(state.users, state.users.dirty))
    yield [`u/${state.users.idOf(row)}`, vectors(state.users, row)];
}

export function clean(state: ModelState): void {
  state.dirtyHistories.clear();
  state.users.dirty.clear();
  state.items.dirty.clear();
}

/** All rows of a model: those that are clean as they are, the others as a checkpoint holds them. */
export function* checkpointed(
  state: ModelState,
  read: (key: string) => RowValue | undefined,
): Iterable<readonly [key: string, value: RowValue]> {
  const { users, items, dirtyHistories } = state;
  const sources = [
    ...[...users.pairs.keys()].map(
      row => [`h/${users.idOf(row)}`, dirtyHistories.has(row), () => history(state, row)] as const,
    ),
    ...[...items.pairs.keys()].map(
      row => [`i/${items.idOf(row)}`, items.dirty.has(row), () => vectors(items, row)] as const,
    ),
    ...[...users.pairs.keys()].map(
      row => [`u/${users.idOf(row)}`, users.dirty.has(row), () => vectors(users, row)] as const,
    ),
    [metaKey, true, () => meta(state)] as const,
  ];
  for (const [key, dirty, write] of sources) {
    const value = dirty ? read(key) : write();
    if (value !== undefined) yield [key, value];
  }
}

/** Takes one row of a checkpoint into a new state; the keys come in any order. @throws {UnusableModelState} */
export function restoreRow(state: ModelState, key: string, value: RowValue): void {
  if (typeof value === 'string') {
    if (key !== metaKey) throw unknownRow(key);
    restoreMeta(state, value);
    return;
  }
  const [prefix, id] = [key.slice(0, 2), key.slice(2)];
  const reader = new RowReader(key, value);
  if (prefix === 'u/') restoreVectors(state.users, id, reader);
  else if (prefix === 'i/') restoreVectors(state.items, id, reader);
  else if (prefix === 'h/') restoreHistory(state, id, reader);
  else throw unknownRow(key);
}

/** Derives what the rows do not hold. */
export function finishRestore(state: ModelState): void {
  for (let pair = 0; pair < state.pairs.size; pair++) state.pairs.refold(pair, state.time);
  for (const side of [state.users, state.items]) {
    side.sumGram();
    side.changed.clear();
  }
  clean(state);
}

const byId = (side: Side, rows: ReadonlySet<number>): number[] =>
  [...rows].sort((a, b) => compare(side.idOf(a), side.idOf(b)));

const isDirty = ({ users, items, dirtyHistories }: ModelState): boolean =>
  users.dirty.size + items.dirty.size + dirtyHistories.size > 0;

function vectors(side: Side, row: number): Uint8Array {
  const writer = new RowWriter();
  writer.integers(side.vectors.row(row));
  writer.integers(side.starVectors.row(row));
  writer.double(side.staleness.get(row));
  return writer.end();
}

function restoreVectors(side: Side, id: string, reader: RowReader): void {
  const row = side.add(id);
  reader.integers(side.vectors.row(row));
  reader.integers(side.starVectors.row(row));
  side.staleness.set(row, reader.double());
  reader.end();
}

function history({ users, items, pairs }: ModelState, user: number): Uint8Array {
  const writer = new RowWriter();
  const idOf = (pair: number): string => items.idOf(pairs.itemOf(pair));
  for (const pair of (users.pairs[user] ?? []).toSorted((a, b) => compare(idOf(a), idOf(b))))
    for (const [number, kind] of kinds.entries()) {
      const fact = pairs.facts(pair)[kind];
      if (fact === undefined) continue;
      writer.text(idOf(pair));
      writer.byte(number);
      writer.double(fact.value);
      writer.double(fact.time);
      writer.text(fact.eventId);
    }
  return writer.end();
}

function restoreHistory({ users, items, pairs }: ModelState, id: string, reader: RowReader): void {
  const user = users.add(id);
  while (reader.more) {
    const pair = pairs.of(user, items.add(reader.text()));
    const kind = kinds[reader.byte()];
    if (kind === undefined) throw unknownRow(`h/${id}`);
    pairs.note(pair, kind, { value: reader.double(), time: reader.double(), eventId: reader.text() });
  }
}

type Meta = readonly [settings: string, generation: number, number: number, time: number | null];

function meta({ settings, generation, number, time }: ModelState): string {
  return JSON.stringify([
    JSON.stringify(settings),
    generation,
    number,
    Number.isFinite(time) ? time : null,
  ] satisfies Meta);
}

function restoreMeta(state: ModelState, text: string): void {
  const read: unknown = JSON.parse(text);
  if (!isMeta(read)) throw unknownRow(metaKey);
  const [settings, generation, number, time] = read;
  if (settings !== JSON.stringify(state.settings))
    throw new UnusableModelState(
      'The checkpoint was written by a model with other settings',
      'Start with the settings it was written with, or replay into a fresh state',
    );
  state.generation = generation;
  state.number = number;
  state.time = time ?? -Infinity;
}

function isMeta(value: unknown): value is Meta {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const entries: readonly unknown[] = value;
  const [settings, generation, number, time] = entries;
  return (
    typeof settings === 'string' &&
    Number.isInteger(generation) &&
    Number.isInteger(number) &&
    (time === null || Number.isFinite(time))
  );
}

const unknownRow = (key: string): UnusableModelState =>
  new UnusableModelState(`Row '${key}' is none that a model writes`, 'Check which state is restored into the model');
