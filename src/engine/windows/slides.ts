/**
 * Sliding windows: one for each time at which something came, of which that time is the last. A value is folded once, into
 * the cell of its time, and a window is merged from its cells when it is emitted: always in order of time, so that sums of
 * fractions do not depend on what has happened to the task.
 */
import type { Cell } from './cells.ts';
import { Heap } from './heap.ts';
import { KeptCells, Telling } from './kept-cells.ts';
import type { Millis, Sliding } from './spec.ts';
import { type Emit, type Entry, type Moment, requireInstant, type StoreOptions, type WindowStore } from './store.ts';

export class Slides<T, A> implements WindowStore<T, A> {
  readonly #kept: KeptCells<T, A>;
  readonly #windows: Sliding;
  /** Panes whose own window is open. */
  readonly #open = new Heap<undefined>();
  /** All panes: a later window may still need them. */
  readonly #held = new Heap<undefined>();
  #newest: Millis = -Infinity;

  constructor(windows: Sliding, options: StoreOptions<T, A>) {
    this.#windows = windows;
    this.#kept = new KeptCells(options);
  }

  /** When nothing is open, what is held is forgotten all at once. */
  get nextClose(): Millis {
    const { first } = this.#open;
    if (first !== undefined) return this.#closeOf(first.at);
    return this.#held.first === undefined ? Infinity : this.#endOfUse(this.#newest);
  }

  get hold(): Millis {
    const { first } = this.#open;
    return first === undefined ? Infinity : this.#startOf(first.at);
  }

  get due(): Millis {
    return this.#kept.due;
  }

  add(key: string, value: T, at: Moment, watermark: Millis): boolean {
    requireInstant(at.time);
    const { resolution } = this.#windows;
    const pane = Math.floor(at.time / resolution) * resolution + 0; // never -0
    if (this.#endOfUse(pane) <= watermark) return false;
    const { cells } = this.#kept;
    const known = cells.find(key, pane);
    if (known === undefined && cells.at(pane).length === 0) this.#hold(pane, watermark);
    this.#kept.add(known ?? this.#kept.open(key, pane), value, at);
    return true;
  }

  close(watermark: Millis, emit: Emit<A>): void {
    const { cells } = this.#kept;
    for (let { first } = this.#open; first !== undefined && this.#closeOf(first.at) <= watermark;) {
      for (const [pane, key] of this.#closing(first.at)) this.#emit(pane, key, emit);
      this.#open.pop();
      ({ first } = this.#open);
    }
    for (let { first } = this.#held; first !== undefined && this.#endOfUse(first.at) <= watermark;) {
      cells.drop(first.at);
      this.#held.pop();
      ({ first } = this.#held);
    }
    this.#kept.dropped();
  }

  update(watermark: Millis, clock: Millis, emit: Emit<A>): void {
    if (this.due > clock) return;
    for (const [pane, key] of this.#openWindowsOf(this.#kept.dirty(), watermark)) this.#emit(pane, key, emit);
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
    this.#open.clear();
    this.#held.clear();
    this.#newest = -Infinity;
    for (const pane of this.#kept.cells.panes()) this.#hold(pane, watermark);
  }

  restore(id: string, entry: Entry<A>, watermark: Millis): void {
    const pane = this.#kept.restore(id, entry);
    if (pane !== undefined && this.#kept.cells.at(pane).length === 1) this.#hold(pane, watermark);
  }

  #hold(pane: Millis, watermark: Millis): void {
    this.#held.push(pane, undefined);
    this.#newest = Math.max(this.#newest, pane);
    if (this.#closeOf(pane) > watermark) this.#open.push(pane, undefined);
  }

  #emit(pane: Millis, key: string, emit: Emit<A>): void {
    this.#kept.emit(key, this.#startOf(pane), pane + this.#windows.resolution, emit);
  }

  /** The windows that a pane closes: of all of its keys, or of those in which something changed since the last update. */
  #closing(pane: Millis): Telling {
    const telling = new Telling();
    for (const { key } of this.#kept.cells.at(pane)) {
      if (!this.#kept.onUpdate || this.#hasChanged(key, pane)) telling.add(pane, key);
    }
    return telling;
  }

  #hasChanged(key: string, pane: Millis): boolean {
    const start = this.#startOf(pane);
    return this.#kept.dirty().some(cell => cell.key === key && start <= cell.pane && cell.pane <= pane);
  }

  /** A change in a cell is one in each window of its key that ends with it or after it, and has it in it. */
  #openWindowsOf(dirty: readonly Cell<A>[], watermark: Millis): Telling {
    const telling = new Telling();
    for (const { key, pane } of dirty) {
      for (const cell of this.#kept.cells.between(key, pane, pane + this.#windows.size)) {
        if (this.#closeOf(cell.pane) > watermark) telling.add(cell.pane, key);
      }
    }
    return telling;
  }

  #startOf(pane: Millis): Millis {
    return pane + this.#windows.resolution - this.#windows.size;
  }

  #closeOf(pane: Millis): Millis {
    return pane + this.#windows.resolution + this.#windows.grace;
  }

  /** When the last window that a pane could lie in would have closed. */
  #endOfUse(pane: Millis): Millis {
    return pane + this.#windows.size + this.#windows.grace;
  }
}
