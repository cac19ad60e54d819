/**
 * Tumbling and hopping windows, kept as panes that do not overlap: a value is folded once, into the pane of its time,
 * and a window is merged from its panes when it is emitted. A tumbling window is one pane.
 */
import { Cells, type Cell } from './cells.ts';
import { greatestCommonDivisor, type Hopping, type Millis } from './spec.ts';
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
  nextClose: Millis = Infinity;
  readonly #cells = new Cells<A>();
  readonly #windows: Hopping;
  readonly #fold: Fold<T, A>;
  readonly #onUpdate: boolean;
  readonly #updates: Updates;
  readonly #width: Millis;
  /** Cells of the current round; undefined when they have to be found again. */
  #dirty: Cell<A>[] | undefined = [];

  constructor(windows: Hopping, { fold, emit, throttle }: StoreOptions<T, A>) {
    this.#windows = windows;
    this.#fold = fold;
    this.#onUpdate = emit === 'update';
    this.#updates = new Updates(throttle);
    this.#width = greatestCommonDivisor(windows.size, windows.every);
  }

  get hold(): Millis {
    return this.nextClose - this.#windows.grace - this.#windows.size;
  }

  get due(): Millis {
    return this.#dirtyCells().length === 0 ? Infinity : this.#updates.next;
  }

  add(key: string, value: T, at: Moment, watermark: Millis): boolean {
    const { time } = at;
    requireInstant(time);
    if (this.#closeOf(this.#lastStart(time)) <= watermark) return false;
    const pane = Math.floor(time / this.#width) * this.#width + 0; // never -0
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
      for (const pane of this.#cells.panes()) if (this.#lastStart(pane) <= start) this.#cells.drop(pane);
      this.#deriveNextClose(this.nextClose);
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
    this.#deriveNextClose(watermark);
  }

  restore(id: string, entry: Entry<A>, watermark: Millis): void {
    this.#dirty = undefined;
    if (id === updatesId) return this.#updates.restore(entry.header);
    const { start: pane, key } = parseId(id);
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
    for (let pane = start; pane < start + this.#windows.size; pane += this.#width) {
      for (const cell of this.#cells.at(pane)) if (!this.#onUpdate || this.#isDirty(cell)) keys.add(cell.key);
    }
    return keys;
  }

  #openWindowsOf(cells: readonly Cell<A>[], watermark: Millis): Map<Millis, Set<string>> {
    const windows = new Map<Millis, Set<string>>();
    for (const { key, pane } of cells) {
      const last = this.#lastStart(pane);
      for (let start = this.#firstOpen(pane, watermark); start <= last; start += this.#windows.every) {
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
    const end = start + this.#windows.size;
    let newest: Cell<A> | undefined;
    let value = this.#fold.initial();
    for (const cell of this.#cells.between(key, start, end)) {
      value = this.#fold.merge(value, cell.value);
      if (this.#isDirty(cell) && (newest === undefined || cell.origin >= newest.origin)) newest = cell;
    }
    emit({ key, start, end, value, retracted: false }, newest);
  }

  #deriveNextClose(watermark: Millis): void {
    this.nextClose = Infinity;
    for (const pane of this.#cells.panes()) this.#wait(pane, watermark);
  }

  #wait(pane: Millis, watermark: Millis): void {
    this.nextClose = Math.min(this.nextClose, this.#closeOf(this.#firstOpen(pane, watermark)));
  }

  #closeOf(start: Millis): Millis {
    return start + this.#windows.size + this.#windows.grace;
  }

  #lastStart(time: Millis): Millis {
    return Math.floor(time / this.#windows.every) * this.#windows.every + 0;
  }

  /** Start of the first window over the pane that `watermark` has not closed. */
  #firstOpen(pane: Millis, watermark: Millis): Millis {
    const { size, every, grace } = this.#windows;
    const before = Math.max(pane - size, watermark - size - grace);
    return Math.floor(before / every) * every + every;
  }
}

function headerOf(header: string): [round: number, origin: Millis, trace: string] {
  const parsed: unknown = JSON.parse(header);
  const [round, origin, trace] = Array.isArray(parsed) ? parsed.map(String) : [];
  return [Number(round), Number(origin), trace ?? ''];
}
