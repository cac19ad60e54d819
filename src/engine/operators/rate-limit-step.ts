import type { Millis } from '../../stream/time.ts';
import { type Rate, Rates } from '../rates.ts';
import type { TaskRuntime } from '../runtime.ts';
import type { StateCodec } from '../state/codec.ts';
import { BaseStep, type StateValue } from '../step.ts';
import { decodeHeld, encodeHeld, type HeldBack } from './held-back.ts';

export interface RateLimitSpec<T> {
  readonly rate: Rate;
  /** Whether values over the limit wait here; else somebody else takes them. */
  readonly holds: boolean;
  readonly atMost: number;
  readonly codec: StateCodec<T>;
}

/**
 * Rates by key, and the values that wait, first come first served. The only clock is that of the plan: values of one
 * epoch see one reading, and those that wait go on at the beginning of a later one.
 */
export class RateLimitStep<T> extends BaseStep {
  /** Who holds nothing back delays nothing. */
  readonly kind: 'rate limit' | 'rate drop';
  override readonly identity: string;
  override readonly timed: boolean;
  override hold: Millis = Infinity;
  emit: (value: T) => void = () => {};
  readonly #task: TaskRuntime;
  readonly #spec: RateLimitSpec<T>;
  readonly #rates: Rates;
  /** By number, in ascending order. */
  readonly #held = new Map<number, HeldBack<T>>();
  /** How many values of a key wait. */
  readonly #waiting = new Map<string, number>();
  /** The greatest number of those that wait, so that it is the same after a restore; undefined where it is to be found. */
  #last: number | undefined;
  readonly #dirtyTimes = new Set<string>();
  readonly #dirtyHeld = new Set<number>();

  constructor(task: TaskRuntime, spec: RateLimitSpec<T>) {
    super();
    this.#task = task;
    this.#spec = spec;
    this.#rates = new Rates(spec.rate);
    this.identity = spec.holds ? spec.codec.version : '';
    this.kind = spec.holds ? 'rate limit' : 'rate drop';
    this.timed = spec.holds;
  }

  /** When the first of those who wait may go on. */
  override get due(): Millis {
    let due = Infinity;
    for (const key of this.#waiting.keys()) due = Math.min(due, this.#rates.next(key));
    return due;
  }

  get isFull(): boolean {
    return this.#held.size >= this.#spec.atMost;
  }

  /** Whether a value of the key may go on now; where some wait, all that may have gone before. */
  admits(key: string): boolean {
    return this.#passes(key);
  }

  holdBack(key: string, value: T): void {
    const { cursor, eventTime } = this.#task;
    const context = cursor.context();
    const number = this.#greatest() + 1;
    this.#put(number, { key, value, context, hold: Math.max(context.time, eventTime.watermark) });
    this.#dirtyHeld.add(number);
    this.#last = number;
  }

  /** The clock has gone on: those who may go on now do, in the order in which they came. */
  beginEpoch(): void {
    const still = new Set<string>();
    for (const [number, { key, value, context }] of this.#held) {
      if (still.has(key)) continue;
      if (!this.#passes(key)) {
        still.add(key);
        continue;
      }
      this.#remove(number);
      this.#dirtyHeld.add(number);
      this.#task.cursor.within(context, () => this.emit(value));
    }
    this.#deriveHold();
    for (const key of this.#rates.rested(this.#now())) {
      this.#rates.times.delete(key);
      this.#dirtyTimes.add(key);
    }
  }

  override *changes(): Iterable<readonly [key: string, value: StateValue | null]> {
    for (const key of this.#dirtyTimes) yield [`${letters.time}${key}`, this.#rates.times.get(key)?.toString() ?? null];
    for (const number of this.#dirtyHeld) {
      const held = this.#held.get(number);
      yield [`${letters.held}${number}`, held === undefined ? null : encodeHeld(held, this.#spec.codec)];
    }
  }

  override committed(): void {
    this.#dirtyTimes.clear();
    this.#dirtyHeld.clear();
  }

  override undo(read: (key: string) => StateValue | undefined): void {
    for (const key of this.#dirtyTimes) {
      const stored = read(`${letters.time}${key}`);
      if (stored === undefined) this.#rates.times.delete(key);
      else this.#rates.times.set(key, Number(stored));
    }
    for (const number of this.#dirtyHeld) {
      this.#remove(number);
      const stored = read(`${letters.held}${number}`);
      if (stored !== undefined) this.#put(number, decodeHeld(stored, this.#spec.codec));
    }
    this.committed();
  }

  override restore(key: string, value: StateValue): void {
    if (key.startsWith(letters.time)) this.#rates.times.set(key.slice(letters.time.length), Number(value));
    else this.#put(Number(key.slice(letters.held.length)), decodeHeld(value, this.#spec.codec));
  }

  /** Keys come as texts, and undone values behind those that are left: here they are in the order of their numbers again. */
  override restored(): void {
    const inOrder = [...this.#held].sort(([a], [b]) => a - b);
    this.#held.clear();
    this.#last = undefined;
    for (const [number, held] of inOrder) this.#held.set(number, held);
    this.#deriveHold();
  }

  #passes(key: string): boolean {
    const now = this.#now();
    if (this.#rates.next(key) > now) return false;
    this.#rates.take(key, now);
    this.#dirtyTimes.add(key);
    return true;
  }

  #now(): Millis {
    return this.#task.plan?.clock ?? -Infinity;
  }

  #put(number: number, held: HeldBack<T>): void {
    this.#held.set(number, held);
    this.#waiting.set(held.key, (this.#waiting.get(held.key) ?? 0) + 1);
    this.hold = Math.min(this.hold, held.hold);
  }

  #remove(number: number): void {
    const held = this.#held.get(number);
    if (held === undefined) return;
    this.#held.delete(number);
    this.#last = undefined;
    const left = (this.#waiting.get(held.key) ?? 1) - 1;
    if (left === 0) this.#waiting.delete(held.key);
    else this.#waiting.set(held.key, left);
  }

  #greatest(): number {
    if (this.#last !== undefined) return this.#last;
    let greatest = -1;
    for (const number of this.#held.keys()) greatest = number;
    return greatest;
  }

  #deriveHold(): void {
    this.hold = Infinity;
    for (const { hold } of this.#held.values()) this.hold = Math.min(this.hold, hold);
  }
}

/** Under which the two kinds of state are kept. */
const letters = { time: 't|', held: 'h|' } as const;
