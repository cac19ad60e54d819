/**
 * Windows at fixed places, kept as panes that do not overlap: a value is folded once, into the pane of its time, and a
 * window is merged from its panes when it is emitted. A tumbling window is one pane, and so is one of the calendar.
 */
import type { Cell } from './cells.ts';
import type { Grid } from './grid.ts';
import { KeptCells, Telling } from './kept-cells.ts';
import type { Millis } from './spec.ts';
import { type Emit, type Entry, type Moment, requireInstant, type StoreOptions, type WindowStore } from './store.ts';

export class Panes<T, A> implements WindowStore<T, A> {
  /** The open window that closes first; Infinity where none is open. */
  hold: Millis = Infinity;
  readonly #kept: KeptCells<T, A>;
  readonly #grid: Grid;
  readonly #grace: Millis;

  constructor(grid: Grid, grace: Millis, options: StoreOptions<T, A>) {
    this.#grid = grid;
    this.#grace = grace;
    this.#kept = new KeptCells(options);
  }

  get nextClose(): Millis {
    return this.hold === Infinity ? Infinity : this.#closeOf(this.hold);
  }

  get due(): Millis {
    return this.#kept.due;
  }

  add(key: string, value: T, at: Moment, watermark: Millis): boolean {
    const { time } = at;
    requireInstant(time);
    if (this.#closeOf(this.#grid.lastWindowOf(time)) <= watermark) return false;
    const pane = this.#grid.paneOf(time);
    const cell = this.#kept.cells.find(key, pane) ?? this.#open(key, pane, watermark);
    this.#kept.add(cell, value, at);
    return true;
  }

  close(watermark: Millis, emit: Emit<A>): void {
    const { cells } = this.#kept;
    while (this.nextClose <= watermark) {
      const start = this.hold;
      const end = this.#grid.endOf(start);
      for (const [, key] of this.#closing(start)) this.#kept.emit(key, start, end, emit);
      for (const pane of cells.panes()) if (this.#grid.lastWindowOf(pane) <= start) cells.drop(pane);
      this.#deriveHold(this.nextClose);
    }
    this.#kept.dropped();
  }

  update(watermark: Millis, clock: Millis, emit: Emit<A>): void {
    if (this.due > clock) return;
    for (const [start, key] of this.#openWindowsOf(this.#kept.dirty(), watermark)) {
      this.#kept.emit(key, start, this.#grid.endOf(start), emit);
    }
    this.#kept.told(clock);
  }

  changes(): Iterable<readonly [id: string, entry: Entry<A> | null]> {
    return this.#kept.changes();
  }

  committed(): void {
    this.#kept.committed();
  }

  undo(read: (id: string) => Entry<A> | undefined, watermark: Millis): void {
    this.#kept.undo(read);
    this.#deriveHold(watermark);
  }

  restore(id: string, entry: Entry<A>, watermark: Millis): void {
    const pane = this.#kept.restore(id, entry);
    if (pane === undefined) return;
    this.#grid.keep(pane);
    this.#wait(pane, watermark);
  }

  #open(key: string, pane: Millis, watermark: Millis): Cell<A> {
    this.#wait(pane, watermark);
    return this.#kept.open(key, pane);
  }

  /** A window that closes: all of its keys, or those that changed since the last update. */
  #closing(start: Millis): Telling {
    const telling = new Telling();
    for (const pane of this.#grid.panesOf(start)) {
      for (const cell of this.#kept.cells.at(pane)) {
        if (!this.#kept.onUpdate || this.#kept.isDirty(cell)) telling.add(start, cell.key);
      }
    }
    return telling;
  }

  #openWindowsOf(cells: readonly Cell<A>[], watermark: Millis): Telling {
    const telling = new Telling();
    for (const { key, pane } of cells) {
      const last = this.#grid.lastWindowOf(pane);
      for (let start = this.#firstOpen(pane, watermark); start <= last; start = this.#grid.next(start)) {
        telling.add(start, key);
      }
    }
    return telling;
  }

  #deriveHold(watermark: Millis): void {
    this.hold = Infinity;
    for (const pane of this.#kept.cells.panes()) this.#wait(pane, watermark);
  }

  #wait(pane: Millis, watermark: Millis): void {
    this.hold = Math.min(this.hold, this.#firstOpen(pane, watermark));
  }

  #closeOf(start: Millis): Millis {
    return this.#grid.endOf(start) + this.#grace;
  }

  /** Start of the first window over the pane that `watermark` has not closed. */
  #firstOpen(pane: Millis, watermark: Millis): Millis {
    return this.#grid.firstWindowOf(pane, watermark - this.#grace);
  }
}
