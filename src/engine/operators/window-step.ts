import type { Millis } from '../../stream/time.ts';
import type { TaskRuntime } from '../runtime.ts';
import type { StateCodec } from '../state/codec.ts';
import type { StateValue, Step } from '../step.ts';
import { storeOf } from '../windows/open.ts';
import { longestOf, type Windows } from '../windows/spec.ts';
import type { Entry, Fold, Newest, Windowed, WindowStore } from '../windows/store.ts';
import { updatesId } from '../windows/updates.ts';
import { framed, unframed } from './frame.ts';

export interface WindowStepOptions<T, A> {
  readonly task: TaskRuntime;
  readonly windows: Windows;
  readonly fold: Fold<T, A>;
  readonly emit: 'update' | 'close';
  readonly throttle: Millis;
  readonly codec: StateCodec<A>;
  readonly identity: string;
}

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
  readonly #onUpdate: boolean;

  constructor(options: WindowStepOptions<T, A>) {
    const { task, windows, codec, emit, identity } = options;
    // oxlint-disable-next-line millrace/no-ambient -- it is said because a replay elsewhere could see other rules
    const rules = windows.kind === 'calendar' ? ` tz${process.versions['tz'] ?? '?'}` : '';
    this.identity = `${identity}${rules} ${emit} ${codec.version}`;
    this.lag = longestOf(windows) + windows.grace;
    this.#task = task;
    this.#codec = codec;
    this.#onUpdate = emit === 'update';
    this.#store = storeOf(windows, options);
  }

  /** Windows of the calendar that began by the rules of another release of the time zones are kept as they are. */
  reads(identity: string): boolean {
    return withoutRules(identity) === withoutRules(this.identity);
  }

  get nextTimer(): Millis {
    return this.#store.nextClose;
  }

  get hold(): Millis {
    return this.#store.hold;
  }

  get due(): Millis {
    return this.#store.due;
  }

  /** False where the value is late. */
  add(key: string, value: T): boolean {
    const { cursor, eventTime } = this.#task;
    if (!this.#store.add(key, value, cursor, eventTime.watermark)) return false;
    eventTime.wake(this.#store.nextClose);
    return true;
  }

  fire(watermark: Millis): void {
    this.#guarded(() => this.#store.close(watermark, this.#emit));
  }

  endEpoch(): void {
    const { eventTime, plan } = this.#task;
    if (!this.#onUpdate || plan === undefined) return;
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

  restored(): void {}

  restore(key: string, value: StateValue, watermark: Millis): void {
    this.#store.restore(key, this.#decode(key, value), watermark);
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
