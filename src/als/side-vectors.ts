/** Vectors of a side in plain arrays, put together and taken apart. */
import type { SideVectors } from './generation.ts';
import type { ModelSettings } from './settings.ts';

/** Numbers of a row: factors, and star factors with the bias. */
export interface Widths {
  readonly k: number;
  readonly stars: number;
}

export const widthsOf = ({ factors, explicit }: ModelSettings): Widths => ({ k: factors, stars: explicit.factors + 1 });

export const noVectors = (): SideVectors => ({
  ids: [],
  factors: new Int16Array(),
  starFactors: new Int16Array(),
  events: new Int32Array(),
});

/** Row after row, side after side. */
export const joinedSides = (sides: readonly SideVectors[]): SideVectors => ({
  ids: sides.flatMap(({ ids }) => ids),
  factors: concatenated(
    sides.map(({ factors }) => factors),
    length => new Int16Array(length),
  ),
  starFactors: concatenated(
    sides.map(({ starFactors }) => starFactors),
    length => new Int16Array(length),
  ),
  events: concatenated(
    sides.map(({ events }) => events),
    length => new Int32Array(length),
  ),
});

/** Copies of the rows from one up to another. */
export const rowsBetween = (side: SideVectors, [from, to]: readonly [number, number], widths: Widths): SideVectors => ({
  ids: side.ids.slice(from, to),
  factors: side.factors.slice(from * widths.k, to * widths.k),
  starFactors: side.starFactors.slice(from * widths.stars, to * widths.stars),
  events: side.events.slice(from, to),
});

/** Copies of these rows, in this order. */
export function rowsOf(side: SideVectors, rows: readonly number[], { k, stars }: Widths): SideVectors {
  const taken = (from: Int16Array, width: number): Int16Array => {
    const into = new Int16Array(rows.length * width);
    for (const [at, row] of rows.entries()) into.set(from.subarray(row * width, (row + 1) * width), at * width);
    return into;
  };
  return {
    ids: rows.map(row => side.ids[row] ?? ''),
    factors: taken(side.factors, k),
    starFactors: taken(side.starFactors, stars),
    events: Int32Array.from(rows, row => side.events[row] ?? 0),
  };
}

interface Column {
  readonly length: number;
  set(values: ArrayLike<number>, at: number): void;
}

export function concatenated<A extends Column>(columns: readonly ArrayLike<number>[], make: (length: number) => A): A {
  const all = make(columns.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const column of columns) {
    all.set(column, at);
    at += column.length;
  }
  return all;
}
