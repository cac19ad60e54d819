/**
 * Windows at fixed places, kept as panes that do not overlap: a value is folded once, into the pane of its time, and a
 * window is merged from its panes when it is emitted. A tumbling window is one pane, and so is one of the calendar.
 */
import { Cells, type Cell } from './cells.ts';
import type { Grid } from './grid.ts';
import type { Millis } from './spec.ts';
import {
  type Emit,
  type Entry,
  type Fold,
  idOf,
  type Moment,
  parseId,
  requireInstant,
  type StoreOptions,
  type WindowStore,
} from './store.ts';
import { Updates, updatesId } from './updates.ts';

export class Panes<T, A> implements WindowStore<T, A> {
  /** The open window that closes first; Infinity where none is open. */
  hold: Millis = Infinity;
  readonly #cells = new Cells<A>();
  readonly #grid: Grid;
  readonly #grace: Millis;
  readonly #fold: Fold<T, A>;
  readonly #onUpdate: boolean;
  readonly #updates: Updates;
  /** Cells of the current round; undefined when they have to be found again. */
  #dirty: Cell<A>[] | undefined = [];

  constructor(grid: Grid, grace: Millis, { fold, emit, throttle }: StoreOptions<T, A>) {
    this.#grid = grid;
    this.#grace = grace;
    this.#fold = fold;
    this.#onUpdate = emit === 'update';
    this.#updates = new Updates(throttle);
  }

  get nextClose(): Millis {
    return this.hold === Infinity ? Infinity : this.#closeOf(this.hold);
  }

  get due(): Millis {
    return this.#dirtyCells().length === 0 ? Infinity : this.#updates.next;
  }

  add(key: string, value: T, at: Moment, watermark: Millis): boolean {
    const { time } = at;
    requireInstant(time);
    if (this.#closeOf(this.#grid.lastWindowOf(time)) <= watermark) return false;
    const pane = this.#grid.paneOf(time);
    const cell = this.#cells.find(key, pane) ?? this.#open(key, pane, watermark);
    this.#cells.touch(cell);
    if (cell.round !== this.#updates.round) this.#soil(cell);
    cell.value = this.#fold.add(cell.value, value);
    cell.origin = at.origin;
    cell.trace = at.trace;
    return true;
  }

  close(watermark: Millis, emit: Emit<A>): void {
    while (this.nextClose <= watermark) {
      const start = this.hold;
      this.#emitKeys(start, this.#keysAt(start), emit);
      for (const pane of this.#cells.panes()) if (this.#grid.lastWindowOf(pane) <= start) this.#cells.drop(pane);
      this.#deriveHold(this.nextClose);
    }
    this.#dirty = this.#dirty?.filter(({ dropped }) => !dropped);
  }

  update(watermark: Millis, clock: Millis, emit: Emit<A>): void {
    const dirty = this.#dirtyCells();
    if (dirty.length === 0 || clock < this.#updates.next) return;
    const changed = this.#openWindowsOf(dirty, watermark);
    for (const start of [...changed.keys()].sort((a, b) => a - b)) {
      this.#emitKeys(start, changed.get(start) ?? [], emit);
    }
    this.#dirty = [];
    this.#updates.emitted(clock);
  }

  *changes(): Iterable<readonly [id: string, entry: Entry<A> | null]> {
    for (const cell of this.#cells.changed())
      yield [idOf(cell.pane, cell.key), cell.dropped ? null : this.#entryOf(cell)];
    const { change } = this.#updates;
    if (change !== undefined) yield [updatesId, { header: change }];
  }

  committed(): void {
    this.#cells.committed();
    this.#updates.committed();
  }

  undo(read: (id: string) => Entry<A> | undefined, watermark: Millis): void {
    this.#updates.undo();
    for (const cell of this.#cells.changed()) {
      this.#cells.remove(cell);
      const entry = read(idOf(cell.pane, cell.key));
      if (entry !== undefined) this.#insert(cell.key, cell.pane, entry);
    }
    this.#cells.committed();
    this.#dirty = undefined;
    this.#deriveHold(watermark);
  }

  restore(id: string, entry: Entry<A>, watermark: Millis): void {
    this.#dirty = undefined;
    if (id === updatesId) return this.#updates.restore(entry.header);
    const { start: pane, key } = parseId(id);
    this.#grid.keep(pane);
    this.#insert(key, pane, entry);
    this.#wait(pane, watermark);
  }

  #open(key: string, pane: Millis, watermark: Millis): Cell<A> {
    this.#wait(pane, watermark);
    return this.#cells.add(key, pane, this.#fold.initial());
  }

  #soil(cell: Cell<A>): void {
    const dirty = this.#dirtyCells();
    cell.round = this.#updates.round;
    if (this.#onUpdate) dirty.push(cell);
  }

  #insert(key: string, pane: Millis, { header, value }: Entry<A>): void {
    const cell = this.#cells.add(key, pane, value ?? this.#fold.initial());
    if (header === '') return;
    const [round, origin, trace] = headerOf(header);
    cell.round = round;
    cell.origin = origin;
    cell.trace = trace;
  }

  /** What was withheld from an update has to be told later, also after a restart. */
  #entryOf(cell: Cell<A>): Entry<A> {
    const { value, round, origin, trace } = cell;
    return { header: this.#isDirty(cell) ? JSON.stringify([round, origin, trace]) : '', value };
  }

  #isDirty(cell: Cell<A>): boolean {
    return this.#onUpdate && cell.round === this.#updates.round;
  }

  #dirtyCells(): Cell<A>[] {
    this.#dirty ??= [...this.#cells.all()].filter(cell => this.#isDirty(cell));
    return this.#dirty;
  }

  /** Keys of a window that closes: all, or those that changed since the last update. */
  #keysAt(start: Millis): Set<string> {
    const keys = new Set<string>();
    for (const pane of this.#grid.panesOf(start)) {
      for (const cell of this.#cells.at(pane)) if (!this.#onUpdate || this.#isDirty(cell)) keys.add(cell.key);
    }
    return keys;
  }

  #openWindowsOf(cells: readonly Cell<A>[], watermark: Millis): Map<Millis, Set<string>> {
    const windows = new Map<Millis, Set<string>>();
    for (const { key, pane } of cells) {
      const last = this.#grid.lastWindowOf(pane);
      for (let start = this.#firstOpen(pane, watermark); start <= last; start = this.#grid.next(start)) {
        const keys = windows.get(start);
        if (keys === undefined) windows.set(start, new Set([key]));
        else keys.add(key);
      }
    }
    return windows;
  }

  /** In the order of UTF-16 code units: a restored map has another order than one that grew. */
  #emitKeys(start: Millis, keys: Iterable<string>, emit: Emit<A>): void {
    for (const key of [...keys].sort()) this.#emit(key, start, emit);
  }

  #emit(key: string, start: Millis, emit: Emit<A>): void {
    const end = this.#grid.endOf(start);
    let newest: Cell<A> | undefined;
    let value = this.#fold.initial();
    for (const cell of this.#cells.between(key, start, end)) {
      value = this.#fold.merge(value, cell.value);
      if (this.#isDirty(cell) && (newest === undefined || cell.origin >= newest.origin)) newest = cell;
    }
    emit({ key, start, end, value, retracted: false }, newest);
  }

  #deriveHold(watermark: Millis): void {
    this.hold = Infinity;
    for (const pane of this.#cells.panes()) this.#wait(pane, watermark);
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

function headerOf(header: string): [round: number, origin: Millis, trace: string] {
  const parsed: unknown = JSON.parse(header);
  const [round, origin, trace] = Array.isArray(parsed) ? parsed.map(String) : [];
  return [Number(round), Number(origin), trace ?? ''];
}
