/** The checkpoint of a model of several parts: rows of ids go to the part of the id, and each part has a `meta` of its own. */
import { UnusableModelState } from './errors.ts';
import type { PartOf, Parts } from './parts.ts';
import {
  before,
  dirtyRows,
  everyRow,
  finishRestore,
  meta,
  metaKey,
  metaLike,
  reconfigured,
  restoreRow,
} from './rows.ts';
import type { ModelSettings } from './settings.ts';
import type { ModelState } from './state.ts';
import type { RowValue } from './types.ts';

/** The number of the model, which counts what any part has learnt. A model of one part has no such row. */
const numberKey = 'parts';
const metaOf = `${metaKey}/`;

const keyOf = (part: string, key: string): string => (part === '' || key !== metaKey ? key : metaOf + part);

/** Of the row with this key. */
const partOfRow = (key: string, partOf: PartOf): string =>
  key === metaKey ? '' : key.startsWith(metaOf) ? key.slice(metaOf.length) : partOf(key.slice(2));

export function* dirtyPartRows(parts: Parts, number: number): Iterable<readonly [key: string, value: RowValue | null]> {
  let isDirty = false;
  for (const [part, state] of parts.all)
    for (const [key, value] of dirtyRows(state)) {
      isDirty = true;
      yield [keyOf(part, key), value];
    }
  if (isDirty && parts.size > 1) yield [numberKey, JSON.stringify(number)];
}

export function* everyPartRow(
  parts: Parts,
  number: number,
): Iterable<{ readonly key: string; readonly write: () => RowValue }> {
  for (const [part, state] of parts.all)
    for (const { key, write } of everyRow(state)) yield { key: keyOf(part, key), write };
  if (parts.size > 1) yield { key: numberKey, write: () => JSON.stringify(number) };
}

/** Takes a row; answers the number of the model where it is the row with that. @throws {UnusableModelState} */
export function restorePartRow(
  parts: Parts,
  { key, value }: { readonly key: string; readonly value: RowValue },
  make: () => ModelState,
): number | undefined {
  if (key === numberKey) return numberOf(value);
  const state = parts.take(partOfRow(key, parts.partOf), make);
  restoreRow(state, key.startsWith(metaOf) ? metaKey : key, value);
  return undefined;
}

/** Parts of which the checkpoint holds no `meta` have learnt nothing: they are of the generation of the others. */
export function finishParts(parts: Parts): void {
  const told = parts.all.find(([, state]) => !state.isNew)?.[1];
  for (const state of parts.states) {
    if (state.isNew && told !== undefined) restoreRow(state, metaKey, metaLike(meta(told)));
    finishRestore(state);
  }
}

/** As they were at the last checkpoint, with the number of the model then, where it held one. */
export function partsBefore(
  parts: Parts,
  read: (key: string) => RowValue | undefined,
): { readonly parts: Parts; readonly number: number } {
  const metaOfAny = parts.all.flatMap(([part]) => read(keyOf(part, metaKey)) ?? [])[0]?.toString();
  const restored = parts.map((state, part) =>
    before(state, key => {
      const value = read(keyOf(part, key));
      return value === undefined && key === metaKey && metaOfAny !== undefined ? metaLike(metaOfAny) : value;
    }),
  );
  const value = parts.size > 1 ? read(numberKey) : undefined;
  return { parts: restored, number: value === undefined ? greatestNumber(restored) : numberOf(value) };
}

/** The same parts under another configuration; where none has learnt anything, all begin with it. */
export function reconfiguredParts(parts: Parts, configured: ModelSettings): Parts {
  const isNew = [...parts.states].every(state => state.isNew);
  return parts.map(state => {
    state.isNew = isNew;
    return reconfigured(state, configured);
  });
}

/** Of a model that had one part when it was stored, that of the part. */
export const greatestNumber = (parts: Parts): number => Math.max(...[...parts.states].map(({ number }) => number));

function numberOf(value: RowValue): number {
  const number: unknown = JSON.parse(value.toString());
  if (typeof number === 'number' && Number.isInteger(number)) return number;
  throw new UnusableModelState(`Row '${numberKey}' holds no number`, 'Check which state is restored into the model');
}
