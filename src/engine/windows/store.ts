import type { Millis } from './spec.ts';

/**
 * What is computed of the values in a window. `add` may change `into`, and `merge` may change `a`; otherwise they
 * leave alone, and do not keep, what they are given. Of what is merged, `a` is the earlier.
 */
export interface Fold<T, A> {
  initial(): A;
  add(into: A, value: T): A;
  merge(a: A, b: A): A;
}

/** A fold that can take a value back: what `add` did with an equal value is undone, before or after it. May change `from`. */
export interface RetractableFold<T, A> extends Fold<T, A> {
  retract(from: A, value: T): A;
}

/** The result of a window. A later one with the same key and start replaces it. */
export interface Windowed<A> {
  readonly key: string;
  /** The first instant of the window. */
  readonly start: Millis;
  /** The first instant after it. */
  readonly end: Millis;
  readonly value: A;
  /** The window is no more: it was a session that has become part of another. Its value is that of no values. */
  readonly retracted: boolean;
}

/** Where a value stands: the cursor of a task. */
export interface Moment {
  readonly time: Millis;
  readonly origin: Millis;
  readonly trace: string;
}

/** The newest record behind a result. */
export type Newest = Pick<Moment, 'origin' | 'trace'>;

/** Takes a result; where `newest` is absent, what closed the window is behind it. */
export type Emit<A> = (window: Windowed<A>, newest?: Newest) => void;

/** How one entry of the state is kept: what windows know of it, and the accumulator. */
export interface Entry<A> {
  readonly header: string;
  /** Absent in the entry that is no window's. */
  readonly value?: A;
}

export interface StoreOptions<T, A> {
  readonly fold: Fold<T, A>;
  /** Whether a window that closes is emitted always, or only with what no update has told. */
  readonly emit: 'close' | 'update';
  readonly throttle: Millis;
  /** Whether updates wait for something beyond the end of the epoch: a throttle, or the next period. */
  readonly withholds: boolean;
}

/** Open windows by key, in memory; what changed since the last checkpoint is known. */
export interface WindowStore<T, A> {
  /** Event time at which the next window closes; Infinity where none is open. */
  readonly nextClose: Millis;
  /** No window is emitted from now on with an earlier start, but for values that are yet to come. */
  readonly hold: Millis;
  /** The clock at which withheld updates are due; Infinity where there are none. */
  readonly due: Millis;
  /** Folds the value into the windows of its time; false where all have closed. */
  add(key: string, value: T, at: Moment, watermark: Millis): boolean;
  /** Closes what `watermark` has reached, in order of time and then of key. */
  close(watermark: Millis, emit: Emit<A>): void;
  /** Emits the open windows that changed, unless it is too soon by the clock. */
  update(watermark: Millis, clock: Millis, emit: Emit<A>): void;
  changes(): Iterable<readonly [id: string, entry: Entry<A> | null]>;
  committed(): void;
  undo(read: (id: string) => Entry<A> | undefined, watermark: Millis): void;
  restore(id: string, entry: Entry<A>, watermark: Millis): void;
}

/** The name of a kept entry: where it begins, and its key. */
export const idOf = (start: Millis, key: string): string => `${start}|${key}`;

export function parseId(id: string): { readonly start: Millis; readonly key: string } {
  const bar = id.indexOf('|');
  return { start: Number(id.slice(0, bar)), key: id.slice(bar + 1) };
}

/** Instants of a `Date`: with them sums of times stay exact. */
const latest: Millis = 8.64e15;

/** Throws for a time with which no window can be reckoned. */
export function requireInstant(time: Millis): void {
  if (Math.abs(time) <= latest) return;
  throw new RangeError(`the event time ${time} is no instant between the years -271821 and 275760`);
}
