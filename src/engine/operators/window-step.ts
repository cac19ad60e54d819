import type { Millis } from '../../stream/time.ts';
import type { TaskRuntime } from '../runtime.ts';
import type { StateCodec } from '../state/codec.ts';
import { cellsOf, type StoredCell } from '../queries/cells.ts';
import type { StateValue, Step, StoredState } from '../step.ts';
import { storeOf } from '../windows/open.ts';
import { longestOf, type Windows } from '../windows/spec.ts';
import type { Entry, Fold, Newest, Windowed, WindowStore } from '../windows/store.ts';
import { updatesId } from '../windows/updates.ts';
import { framed, unframed } from './frame.ts';

export interface WindowStepOptions<T, A> {
  readonly task: TaskRuntime;
  readonly windows: Windows;
  readonly fold: Fold<T, A>;
  readonly emit: Emission;
  readonly throttle: Millis;
  readonly codec: StateCodec<A>;
  readonly identity: string;
}

/** When windows are told: see `WindowedOptions.emit`. */
export type Emission = 'update' | 'close' | { readonly every: Millis };

/** Puts windows, which know nothing of it, into a task: its timers, its checkpoint, its cursor. */
export class WindowStep<T, A> implements Step {
  readonly kind = 'windowed';
  readonly timed = true;
  readonly identity: string;
  readonly lag: Millis;
  emit: (window: Windowed<A>) => void = () => {};
  readonly #task: TaskRuntime;
  readonly #store: WindowStore<T, A>;
  readonly #codec: StateCodec<A>;
  readonly #emission: Emission;
  /** Event time at which what has changed is told; Infinity where nothing has, or where it is not told periodically. */
  #period: Millis = Infinity;

  constructor(options: WindowStepOptions<T, A>) {
    const { task, windows, fold, throttle, codec, emit, identity } = options;
    // oxlint-disable-next-line millrace/no-ambient -- it is said because a replay elsewhere could see other rules
    const rules = windows.kind === 'calendar' ? ` tz${process.versions['tz'] ?? '?'}` : '';
    this.identity = `${identity}${rules} ${typeof emit === 'string' ? emit : `every ${emit.every}`} ${codec.version}`;
    this.lag = longestOf(windows) + windows.grace;
    this.#task = task;
    this.#codec = codec;
    this.#emission = emit;
    const withholds = throttle > 0 || typeof emit !== 'string';
    this.#store = storeOf(windows, { fold, throttle, withholds, emit: emit === 'close' ? 'close' : 'update' });
  }

  /** Windows of the calendar that began by the rules of another release of the time zones are kept as they are. */
  reads(identity: string): boolean {
    return withoutRules(identity) === withoutRules(this.identity);
  }

  get nextTimer(): Millis {
    return Math.min(this.#store.nextClose, this.#period);
  }

  get hold(): Millis {
    return this.#store.hold;
  }

  get due(): Millis {
    return this.#emission === 'update' ? this.#store.due : Infinity;
  }

  /** False where the value is late. */
  add(key: string, value: T): boolean {
    const { cursor, eventTime } = this.#task;
    if (!this.#store.add(key, value, cursor, eventTime.watermark)) return false;
    if (this.#period === Infinity) this.#waitForPeriod();
    eventTime.wake(this.nextTimer);
    return true;
  }

  fire(watermark: Millis): void {
    this.#guarded(() => {
      this.#store.close(watermark, this.#emit);
      if (this.#period > watermark) return;
      this.#store.update(watermark, watermark, this.#emit);
      this.#period = Infinity;
    });
  }

  endEpoch(): void {
    const { eventTime, plan } = this.#task;
    if (this.#emission !== 'update' || plan === undefined) return;
    this.#guarded(() => this.#store.update(eventTime.watermark, plan.clock, this.#emit));
  }

  *changes(): Iterable<readonly [key: string, value: StateValue | null]> {
    for (const [id, entry] of this.#store.changes()) yield [id, entry === null ? null : this.#encode(entry)];
  }

  committed(): void {
    this.#store.committed();
  }

  undo(read: (key: string) => StateValue | undefined, watermark: Millis): void {
    const entryAt = (id: string): Entry<A> | undefined => {
      const value = read(id);
      return value === undefined ? undefined : this.#decode(id, value);
    };
    this.#store.undo(entryAt, watermark);
  }

  /** What is still untold has changed since the last period, so it is told at the next one. */
  restored(): void {
    this.#period = Infinity;
    if (this.#store.due < Infinity) this.#waitForPeriod();
  }

  restore(key: string, value: StateValue, watermark: Millis): void {
    this.#store.restore(key, this.#decode(key, value), watermark);
  }

  query(key: string, stored: StoredState): readonly StoredCell<A>[] | undefined {
    const cells = cellsOf(key, stored, value => this.#codec.decode(unframed(value)[1]));
    return cells.length === 0 ? undefined : cells;
  }

  #waitForPeriod(): void {
    if (typeof this.#emission === 'string') return;
    const { every } = this.#emission;
    this.#period = Math.floor(this.#task.eventTime.watermark / every) * every + every;
  }

  /** What a window tells has the event time of its last instant. */
  readonly #emit = (window: Windowed<A>, newest?: Newest): void => {
    const { cursor } = this.#task;
    const { origin, trace } = newest ?? cursor;
    cursor.within({ time: window.end - 1, origin, trace }, () => this.emit(window));
  };

  /** What a fold throws here belongs to no record: the task finds it after its timers and at the end of the epoch. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#task.fail(error);
    }
  }

  #encode({ header, value }: Entry<A>): StateValue {
    return value === undefined ? framed(header, '') : framed(header, this.#codec.encode(value));
  }

  #decode(id: string, stored: StateValue): Entry<A> {
    const [header, value] = unframed(stored);
    return id === updatesId ? { header } : { header, value: this.#codec.decode(value) };
  }
}

const withoutRules = (identity: string): string => identity.replace(/^(calendar .*?) tz\S+ /, '$1 ');
