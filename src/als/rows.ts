import { UnusableModelState } from './errors.ts';
import { hashOfEvent } from './event-id.ts';
import { compare, kinds } from './interaction.ts';
import { RowReader, RowWriter } from './row-codec.ts';
import { modelSettings, type ModelSettings } from './settings.ts';
import type { Side } from './side.ts';
import { ModelState } from './state.ts';
import type { RowValue } from './types.ts';

/**
 * The checkpoint of a model, row by row: `meta`; `u/ID` and `i/ID`, the vectors and staleness of a user or item; `h/ID`,
 * the history of a user, by item; `g/ID`, the groups of an item. All else (Gram matrices, the items' side of the histories, means) follows from these.
 */
export const metaKey = 'meta';

/** Rows that changed since the last checkpoint; null where a user was erased. */
export function* dirtyRows(state: ModelState): Iterable<readonly [key: string, value: RowValue | null]> {
  const { users, items, dirtyHistories, erased } = state;
  const unheld = [...erased].filter(id => users.ids.rowOf(id) === undefined);
  for (const key of unheld.flatMap(userKeys).sort()) yield [key, null];
  for (const row of byId(items, state.groups.dirty)) yield [`g/${items.idOf(row)}`, groupsOf(state, row)];
  for (const row of byId(users, dirtyHistories)) yield [`h/${users.idOf(row)}`, history(state, row)];
  for (const row of byId(items, items.dirty)) yield [`i/${items.idOf(row)}`, vectors(items, row)];
  if (isDirty(state)) yield [metaKey, meta(state)];
  for (const row of byId(users, users.dirty)) yield [`u/${users.idOf(row)}`, vectors(users, row)];
}

export function clean(state: ModelState): void {
  state.dirtyHistories.clear();
  state.groups.dirty.clear();
  state.users.dirty.clear();
  state.items.dirty.clear();
  state.erased.clear();
  state.versionDirty = false;
}

/** The state at the last checkpoint: clean rows are as they are, `read` answers the others, also those erased since. */
export function before(state: ModelState, read: (key: string) => RowValue | undefined): ModelState {
  const { users, groups, dirtyHistories, erased } = state;
  const restored = new ModelState(state.configured, state.kernel);
  for (const { key, side, row, write } of allRows(state)) {
    const marks = key.startsWith('h/') ? dirtyHistories : key.startsWith('g/') ? groups.dirty : side.dirty;
    const dirty = marks.has(row);
    restoreIfKnown(restored, key, dirty ? read(key) : write());
  }
  const unheld = [...erased].filter(id => users.ids.rowOf(id) === undefined);
  for (const key of [metaKey, ...unheld.flatMap(userKeys)]) restoreIfKnown(restored, key, read(key));
  finishRestore(restored);
  return restored;
}

/** The same model under another configuration; a new one begins with it. What was clean stays so. */
export function reconfigured(state: ModelState, configured: ModelSettings): ModelState {
  const other = new ModelState(configured, state.kernel);
  if (state.isNew) return other;
  for (const { key, write } of everyRow(state)) restoreRow(other, key, write());
  finishRestore(other);
  return other;
}

/** All rows of the checkpoint, changed or not, `meta` last; each is written when it is asked for. */
export function* everyRow(state: ModelState): Iterable<{ readonly key: string; readonly write: () => RowValue }> {
  yield* allRows(state);
  yield { key: metaKey, write: () => meta(state) };
}

/** Whether the row says what users did, or which groups an item belongs to: whatever vectors were made of it. */
export const isFactRow = (key: string): boolean => key.startsWith('h/') || key.startsWith('g/');

/** The checkpoint holds the vectors of another model. */
export function markVectors(state: ModelState): void {
  for (const side of [state.users, state.items]) for (const row of side.ids.rows()) side.dirty.add(row);
  state.versionDirty = true;
}

type Row = { readonly key: string; readonly side: Side; readonly row: number; readonly write: () => Uint8Array };

function* allRows(state: ModelState): Iterable<Row> {
  for (const side of [state.users, state.items])
    for (const row of side.ids.rows()) {
      const id = side.idOf(row);
      yield { key: `${side === state.users ? 'u' : 'i'}/${id}`, side, row, write: () => vectors(side, row) };
      if (side === state.users) yield { key: `h/${id}`, side, row, write: () => history(state, row) };
      else if (state.groups.has(row) || state.groups.dirty.has(row))
        yield { key: `g/${id}`, side, row, write: () => groupsOf(state, row) ?? new Uint8Array() };
    }
}

function restoreIfKnown(state: ModelState, key: string, value: RowValue | undefined): void {
  if (value !== undefined) restoreRow(state, key, value);
}

const userKeys = (id: string): string[] => [`h/${id}`, `u/${id}`];

/**
 * Takes one row of a checkpoint into a new state; the keys come in any order. Vectors wait for the settings they were
 * made with, which `meta` holds. @throws {UnusableModelState}
 */
export function restoreRow(state: ModelState, key: string, value: RowValue): void {
  if (typeof value === 'string') {
    if (key !== metaKey) throw unknownRow(key);
    restoreMeta(state, value);
    restoreHeld(state);
    return;
  }
  const prefix = key.slice(0, 2);
  if (prefix === 'h/') restoreHistory(state, key.slice(2), new RowReader(key, value));
  else if (prefix === 'g/') restoreGroups(state, key.slice(2), new RowReader(key, value));
  else if (prefix !== 'u/' && prefix !== 'i/') throw unknownRow(key);
  else if (state.isNew) state.held.set(key, value);
  else restoreVectors(prefix === 'u/' ? state.users : state.items, key, value);
}

function restoreHeld(state: ModelState): void {
  for (const [key, value] of state.held) restoreVectors(key.startsWith('u/') ? state.users : state.items, key, value);
  state.held.clear();
}

/** Derives what the rows do not hold. */
export function finishRestore(state: ModelState): void {
  restoreHeld(state);
  state.pairs.refoldAll(state.time);
  for (const row of state.groups.rows()) state.groups.settle(row, state.items.events.get(row) > 0);
  for (const row of state.items.ids.rows()) if (state.cold.isCold(row)) state.items.cold.add(row);
  for (const side of [state.users, state.items]) {
    side.sumGram();
    side.changed.clear();
  }
  clean(state);
}

const byId = (side: Side, rows: Iterable<number>): number[] =>
  [...rows].sort((a, b) => compare(side.idOf(a), side.idOf(b)));

const isDirty = ({ users, items, groups, dirtyHistories, versionDirty }: ModelState): boolean =>
  versionDirty || groups.dirty.size > 0 || users.dirty.size + items.dirty.size + dirtyHistories.size > 0;

/** One for all rows: a rating can make thousands of neighbours staler. */
const writer = new RowWriter();

function vectors(side: Side, row: number): Uint8Array {
  writer.integers(side.vectors.row(row));
  writer.integers(side.starVectors.row(row));
  writer.double(side.staleness.get(row));
  writer.word(side.touchedAt.get(row));
  return writer.end();
}

/** What releases up to 0.1 wrote ends after the staleness. */
function restoreVectors(side: Side, key: string, value: Uint8Array): void {
  const reader = new RowReader(key, value);
  const row = side.add(key.slice(2));
  reader.integers(side.vectors.row(row));
  reader.integers(side.starVectors.row(row));
  side.staleness.set(row, reader.double());
  if (reader.more) side.touchedAt.set(row, reader.word());
  side.digests.touch(row);
  reader.end();
}

/**
 * First word of a history whose events stand by their hashes. What releases up to 0.1 wrote begins with the length of
 * an item's id, which is never this, and names events by their ids.
 */
const hashedEvents = 0xffffffff;

function history({ users, items, pairs }: ModelState, user: number): Uint8Array {
  const idOf = (pair: number): string => items.idOf(pairs.itemOf(pair));
  writer.word(hashedEvents);
  for (const pair of [...users.pairs.of(user)].sort((a, b) => compare(idOf(a), idOf(b)))) {
    const facts = pairs.facts(pair);
    for (const [number, kind] of kinds.entries()) {
      const fact = facts[kind];
      if (fact === undefined) continue;
      writer.text(idOf(pair));
      writer.byte(number);
      writer.double(fact.value);
      writer.double(fact.time);
      writer.word(fact.high);
      writer.word(fact.low);
    }
  }
  return writer.end();
}

function restoreHistory({ users, items, pairs }: ModelState, id: string, reader: RowReader): void {
  const user = users.add(id);
  const hashed = reader.begins(hashedEvents);
  while (reader.more) {
    const pair = pairs.of(user, items.add(reader.text()));
    const kind = kinds[reader.byte()];
    if (kind === undefined) throw unknownRow(`h/${id}`);
    const [value, time] = [reader.double(), reader.double()];
    const hash = hashed ? { high: reader.word(), low: reader.word() } : hashOfEvent(reader.text());
    pairs.note(pair, kind, { value, time, ...hash });
  }
}

/** Null once nothing is said of the item any more. */
function groupsOf({ groups }: ModelState, row: number): Uint8Array | null {
  if (!groups.has(row)) return null;
  for (const group of groups.of(row)) writer.text(group);
  return writer.end();
}

function restoreGroups({ items, groups }: ModelState, id: string, reader: RowReader): void {
  const given: string[] = [];
  while (reader.more) given.push(reader.text());
  groups.set(items.add(id), given);
}

/** The settings are those of the live generation. Releases up to 0.1 wrote the first four. */
type Meta = readonly [
  settings: string,
  generation: number,
  number: number,
  time: number | null,
  base?: number,
  saturatedUsers?: number,
  saturatedItems?: number,
];

export function meta({ settings, generation, number, time, base, saturated }: ModelState): string {
  const newest = Number.isFinite(time) ? time : null;
  const text = JSON.stringify(settings);
  return JSON.stringify([text, generation, number, newest, base, saturated.users, saturated.items] satisfies Meta);
}

/** `meta` of another part of the same generation, which has learnt nothing yet. */
export function metaLike(text: string): string {
  const read: unknown = JSON.parse(text);
  if (!isMeta(read)) throw unknownRow(metaKey);
  const [settings, generation, , , base = 0] = read;
  return JSON.stringify([settings, generation, 0, null, base, 0, 0] satisfies Meta);
}

function restoreMeta(state: ModelState, text: string): void {
  const read: unknown = JSON.parse(text);
  if (!isMeta(read)) throw unknownRow(metaKey);
  const [settings, generation, number, time, base = 0, saturatedUsers = 0, saturatedItems = 0] = read;
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the model checks what was written
  const given = JSON.parse(settings) as Partial<ModelSettings>;
  state.isNew = false;
  state.generation = generation;
  state.number = number;
  state.time = time ?? -Infinity;
  state.base = base;
  state.reshape(modelSettings(given));
  state.saturated.users = saturatedUsers;
  state.saturated.items = saturatedItems;
}

function isMeta(value: unknown): value is Meta {
  if (!Array.isArray(value) || ![4, 7].includes(value.length)) return false;
  const entries: readonly unknown[] = value;
  const [settings, generation, number, time, ...counts] = entries;
  return (
    typeof settings === 'string' &&
    [generation, number, ...counts].every(Number.isInteger) &&
    (time === null || Number.isFinite(time))
  );
}

const unknownRow = (key: string): UnusableModelState =>
  new UnusableModelState(`Row '${key}' is none that a model writes`, 'Check which state is restored into the model');
