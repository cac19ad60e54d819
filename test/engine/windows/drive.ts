/** Drives windows as a task does, epoch by epoch, with mishaps that may change nothing. */
import assert from 'node:assert/strict';
import { storeOf as openStore } from '../../../src/engine/windows/open.ts';
import { longestOf, type Windows } from '../../../src/engine/windows/spec.ts';
import type { Entry, Windowed, WindowStore } from '../../../src/engine/windows/store.ts';
import { ids } from '../../support/ids.ts';
import type { Event } from './naive.ts';

export interface Setting {
  readonly windows: Windows;
  readonly emit: 'close' | 'update';
  readonly throttle: number;
  readonly lateness: number;
}

/** An epoch: its events, the clock of its plan, and what happens to it on its way. */
export interface Epoch {
  readonly events: readonly Event[];
  readonly clock: number;
  readonly mishap: 'none' | 'fails first' | 'fails at its end' | 'crashes';
}

export type Told = Windowed<number[]> & { readonly origin: number; readonly mark: number };

/** What became of an epoch. */
export interface Outcome {
  readonly told: readonly Told[];
  /** The part of it that was told because windows closed. */
  readonly onClose: number;
  readonly late: readonly number[];
  readonly watermark: number;
  readonly nextClose: number;
  readonly hold: number;
  readonly due: number;
}

export const storeOf = ({ windows, ...rest }: Setting): WindowStore<Event, number[]> =>
  openStore(windows, { ...rest, withholds: rest.throttle > 0, fold: ids });

export class Drive {
  readonly outcomes: Outcome[] = [];
  /** The checkpoint. */
  readonly disk = new Map<string, Entry<number[]>>();
  readonly #setting: Setting;
  #store: WindowStore<Event, number[]>;
  #watermark = -Infinity;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#store = storeOf(setting);
  }

  run(epochs: readonly Epoch[]): readonly Outcome[] {
    for (const epoch of epochs) this.#epoch(epoch);
    return this.outcomes;
  }

  get told(): Told[] {
    return this.outcomes.flatMap(({ told }) => told);
  }

  get late(): number[] {
    return this.outcomes.flatMap(({ late }) => late);
  }

  #epoch({ events, clock, mishap }: Epoch): void {
    const before = this.#watermark;
    if (mishap === 'fails first') this.#undone(before, () => this.#push(events.slice(0, -1), []));
    if (mishap === 'fails at its end') this.#undone(before, () => this.#whole(events, clock));
    this.outcomes.push(this.#whole(events, clock));
    if (mishap === 'crashes') {
      const last = this.outcomes.pop();
      this.#restore(before);
      this.outcomes.push(this.#whole(events, clock));
      assert.deepEqual(this.outcomes.at(-1), last);
    }
    for (const [id, entry] of this.#store.changes()) {
      if (entry === null) this.disk.delete(id);
      else this.disk.set(id, structuredClone(entry));
    }
    this.#store.committed();
  }

  #undone(watermark: number, work: () => void): void {
    work();
    this.#watermark = watermark;
    this.#store.undo(id => structuredClone(this.disk.get(id)), watermark);
  }

  #restore(watermark: number): void {
    this.#watermark = watermark;
    this.#store = storeOf(this.#setting);
    for (const id of [...this.disk.keys()].sort()) {
      const entry = structuredClone(this.disk.get(id));
      if (entry !== undefined) this.#store.restore(id, entry, watermark);
    }
  }

  #whole(events: readonly Event[], clock: number): Outcome {
    const told: Told[] = [];
    const late = this.#push(events, told);
    const onClose = told.length;
    if (this.#setting.emit === 'update') this.#store.update(this.#watermark, clock, this.#into(told));
    const { nextClose, hold, due } = this.#store;
    return { told, onClose, late, watermark: this.#watermark, nextClose, hold, due };
  }

  #push(events: readonly Event[], told: Told[]): number[] {
    const late: number[] = [];
    for (const event of events) {
      const { id, key, time } = event;
      this.#watermark = Math.max(this.#watermark, time - this.#setting.lateness);
      if (this.#store.nextClose <= this.#watermark) this.#store.close(this.#watermark, this.#into(told));
      assert.ok(this.#store.nextClose > this.#watermark);
      const taken = this.#store.add(key, event, { time, origin: id, trace: `${id}` }, this.#watermark);
      if (!taken) late.push(id);
    }
    return late;
  }

  #into(told: Told[]): (window: Windowed<number[]>, newest?: { readonly origin: number }) => void {
    const { windows } = this.#setting;
    const lag = windows.grace + longestOf(windows);
    return (window, newest) => {
      const mark = Math.min(this.#watermark - lag, this.#store.hold);
      told.push({ ...structuredClone(window), origin: newest?.origin ?? -1, mark });
    };
  }
}
