import type { Millis } from './spec.ts';

/** What the values of one key in one pane have come to. */
export interface Cell<A> {
  readonly key: string;
  readonly pane: Millis;
  value: A;
  /** Round of updates in which it changed last; -1 if that was before any that counts. */
  round: number;
  /** Of the newest record in it. */
  origin: Millis;
  trace: string;
  /** Changed since the last checkpoint. */
  touched: boolean;
  dropped: boolean;
  /** The cell of the same key in the pane before; panes without the key are left out. */
  previous: Cell<A> | undefined;
}

/** Cells by key, newest pane first, and by pane. Finding the cell of a record that came in order is one look-up. */
export class Cells<A> {
  readonly #newest = new Map<string, Cell<A>>();
  readonly #panes = new Map<Millis, Cell<A>[]>();
  #changed: Cell<A>[] = [];

  find(key: string, pane: Millis): Cell<A> | undefined {
    let cell = this.#newest.get(key);
    while (cell !== undefined && cell.pane > pane) cell = cell.previous;
    return cell?.pane === pane ? cell : undefined;
  }

  /** The key may not have a cell in the pane yet. */
  add(key: string, pane: Millis, value: A): Cell<A> {
    const after = this.#after(key, pane);
    const previous = after === undefined ? this.#newest.get(key) : after.previous;
    const cell = { key, pane, value, round: -1, origin: 0, trace: '', touched: false, dropped: false, previous };
    if (after === undefined) this.#newest.set(key, cell);
    else after.previous = cell;
    const cells = this.#panes.get(pane);
    if (cells === undefined) this.#panes.set(pane, [cell]);
    else cells.push(cell);
    return cell;
  }

  touch(cell: Cell<A>): void {
    if (cell.touched) return;
    cell.touched = true;
    this.#changed.push(cell);
  }

  panes(): Iterable<Millis> {
    return this.#panes.keys();
  }

  at(pane: Millis): readonly Cell<A>[] {
    return this.#panes.get(pane) ?? [];
  }

  *all(): Iterable<Cell<A>> {
    for (const cells of this.#panes.values()) yield* cells;
  }

  /** Cells of a key whose panes lie in [start, end), oldest first. */
  between(key: string, start: Millis, end: Millis): readonly Cell<A>[] {
    const cells: Cell<A>[] = [];
    for (let cell = this.#newest.get(key); cell !== undefined && cell.pane >= start; cell = cell.previous) {
      if (cell.pane < end) cells.push(cell);
    }
    return cells.reverse();
  }

  /** Removes a pane and all that is in it. */
  drop(pane: Millis): void {
    for (const cell of this.at(pane)) {
      this.#unlink(cell);
      this.touch(cell);
    }
    this.#panes.delete(pane);
  }

  /** Removes one cell, if it is still there. */
  remove(cell: Cell<A>): void {
    if (cell.dropped) return;
    this.#unlink(cell);
    const left = this.at(cell.pane).filter(other => other !== cell);
    if (left.length === 0) this.#panes.delete(cell.pane);
    else this.#panes.set(cell.pane, left);
  }

  /** Cells that were touched or dropped since the last checkpoint. */
  changed(): readonly Cell<A>[] {
    return this.#changed;
  }

  committed(): void {
    for (const cell of this.#changed) cell.touched = false;
    this.#changed = [];
  }

  /** The cell of the key in the first pane after `pane`. */
  #after(key: string, pane: Millis): Cell<A> | undefined {
    let after: Cell<A> | undefined;
    for (let cell = this.#newest.get(key); cell !== undefined && cell.pane > pane; cell = cell.previous) after = cell;
    return after;
  }

  #unlink(cell: Cell<A>): void {
    cell.dropped = true;
    const after = this.#after(cell.key, cell.pane);
    if (after !== undefined) after.previous = cell.previous;
    else if (cell.previous === undefined) this.#newest.delete(cell.key);
    else this.#newest.set(cell.key, cell.previous);
  }
}
