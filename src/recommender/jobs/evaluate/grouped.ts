import { at, type Rows } from './ratings.ts';

/** Rows by user or item, as one array and where each group begins in it: no object per row. */
export class Grouped {
  readonly #starts: Uint32Array;
  readonly #rows: Rows;

  /** Rows keep their order within a group; `keys` has the group of every row, from 0 to `groups` - 1. */
  constructor(rows: Rows, keys: Int32Array, groups: number) {
    const starts = new Uint32Array(groups + 1);
    for (const row of rows) {
      const next = at(keys, row) + 1;
      starts[next] = at(starts, next) + 1;
    }
    for (let group = 0; group < groups; group++) starts[group + 1] = at(starts, group + 1) + at(starts, group);
    const free = starts.slice();
    this.#rows = new Uint32Array(rows.length);
    for (const row of rows) {
      const key = at(keys, row);
      const place = at(free, key);
      this.#rows[place] = row;
      free[key] = place + 1;
    }
    this.#starts = starts;
  }

  /** A view on the rows of a group. */
  of(group: number): Rows {
    return this.#rows.subarray(at(this.#starts, group), at(this.#starts, group + 1));
  }

  /** Groups that have rows, ascending. */
  present(): Int32Array {
    const groups = this.#starts.length - 1;
    const present: number[] = [];
    for (let group = 0; group < groups; group++) if (this.of(group).length > 0) present.push(group);
    return Int32Array.from(present);
  }
}
