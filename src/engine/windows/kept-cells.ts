/** Cells of windows: what values have come to, which updates have not told yet, and what a checkpoint keeps of it. */
import { Cells, type Cell } from './cells.ts';
import type { Millis } from './spec.ts';
import { type Emit, type Entry, type Fold, idOf, type Moment, parseId, type StoreOptions } from './store.ts';
import { Updates, updatesId } from './updates.ts';

export class KeptCells<T, A> {
  readonly cells = new Cells<A>();
  readonly onUpdate: boolean;
  readonly #fold: Fold<T, A>;
  readonly #updates: Updates;
  /** Cells of the current round; undefined when they have to be found again. */
  #dirty: Cell<A>[] | undefined = [];

  constructor(options: StoreOptions<T, A>) {
    const { fold, emit } = options;
    this.#fold = fold;
    this.onUpdate = emit === 'update';
    this.#updates = new Updates(options);
  }

  get due(): Millis {
    return this.dirty().length === 0 ? Infinity : this.#updates.next;
  }

  open(key: string, pane: Millis): Cell<A> {
    return this.cells.add(key, pane, this.#fold.initial());
  }

  add(cell: Cell<A>, value: T, { origin, trace }: Moment): void {
    this.cells.touch(cell);
    if (cell.round !== this.#updates.round) this.#soil(cell);
    cell.value = this.#fold.add(cell.value, value);
    cell.origin = origin;
    cell.trace = trace;
  }

  isDirty(cell: Cell<A>): boolean {
    return this.onUpdate && cell.round === this.#updates.round;
  }

  dirty(): readonly Cell<A>[] {
    this.#dirty ??= [...this.cells.all()].filter(cell => this.isDirty(cell));
    return this.#dirty;
  }

  /** Cells have been dropped: nothing of them is left to tell. */
  dropped(): void {
    this.#dirty = this.#dirty?.filter(({ dropped }) => !dropped);
  }

  /** All that was dirty has been told. */
  told(clock: Millis): void {
    this.#dirty = [];
    this.#updates.emitted(clock);
  }

  /** Emits the window [start, end) of a key, merged from its cells. */
  emit(key: string, start: Millis, end: Millis, emit: Emit<A>): void {
    let newest: Cell<A> | undefined;
    let value = this.#fold.initial();
    for (const cell of this.cells.between(key, start, end)) {
      value = this.#fold.merge(value, cell.value);
      if (this.isDirty(cell) && (newest === undefined || cell.origin >= newest.origin)) newest = cell;
    }
    emit({ key, start, end, value, retracted: false }, newest);
  }

  *changes(): Iterable<readonly [id: string, entry: Entry<A> | null]> {
    for (const cell of this.cells.changed())
      yield [idOf(cell.pane, cell.key), cell.dropped ? null : this.#entryOf(cell)];
    const { change } = this.#updates;
    if (change !== undefined) yield [updatesId, { header: change }];
  }

  committed(): void {
    this.cells.committed();
    this.#updates.committed();
  }

  undo(read: (id: string) => Entry<A> | undefined): void {
    this.#updates.undo();
    for (const cell of this.cells.changed()) {
      this.cells.remove(cell);
      const entry = read(idOf(cell.pane, cell.key));
      if (entry !== undefined) this.#insert(cell.key, cell.pane, entry);
    }
    this.cells.committed();
    this.#dirty = undefined;
  }

  /** Answers the pane of a restored cell; undefined for the entry that is none. */
  restore(id: string, entry: Entry<A>): Millis | undefined {
    this.#dirty = undefined;
    if (id === updatesId) {
      this.#updates.restore(entry.header);
      return undefined;
    }
    const { start: pane, key } = parseId(id);
    this.#insert(key, pane, entry);
    return pane;
  }

  #soil(cell: Cell<A>): void {
    this.dirty();
    cell.round = this.#updates.round;
    if (this.onUpdate) this.#dirty?.push(cell);
  }

  #insert(key: string, pane: Millis, { header, value }: Entry<A>): void {
    const cell = this.cells.add(key, pane, value ?? this.#fold.initial());
    if (header === '') return;
    const [round, origin, trace] = headerOf(header);
    cell.round = round;
    cell.origin = origin;
    cell.trace = trace;
  }

  /** What was withheld from an update has to be told later, also after a restart. */
  #entryOf(cell: Cell<A>): Entry<A> {
    const { value, round, origin, trace } = cell;
    return { header: this.isDirty(cell) ? JSON.stringify([round, origin, trace]) : '', value };
  }
}

function headerOf(header: string): [round: number, origin: Millis, trace: string] {
  const parsed: unknown = JSON.parse(header);
  const [round, origin, trace] = Array.isArray(parsed) ? parsed.map(String) : [];
  return [Number(round), Number(origin), trace ?? ''];
}

/** Windows to tell, by start and by end alike in order of time, and the keys of each in that of UTF-16 code units. */
export class Telling {
  readonly #windows = new Map<Millis, Set<string>>();

  add(window: Millis, key: string): void {
    const keys = this.#windows.get(window);
    if (keys === undefined) this.#windows.set(window, new Set([key]));
    else keys.add(key);
  }

  *[Symbol.iterator](): Iterator<readonly [window: Millis, key: string]> {
    for (const window of [...this.#windows.keys()].sort((a, b) => a - b)) {
      for (const key of [...(this.#windows.get(window) ?? [])].sort()) yield [window, key];
    }
  }
}
