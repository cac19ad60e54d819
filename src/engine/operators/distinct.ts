import type { OperatorFunction } from 'rxjs';
import type { Millis } from '../../stream/time.ts';
import type { Build } from '../build.ts';
import { checkedKey } from '../key.ts';
import { BaseStep, type StateValue, type StoredState } from '../step.ts';
import { stage } from './stage.ts';

/** What makes two values the same, and for how long that is remembered. */
export interface DistinctOptions<T> {
  readonly by: (value: T) => string;
  /** Event time after a value during which a repetition of it is dropped. */
  readonly horizon: Millis;
}

/** Drops repetitions within a horizon of event time; see `Task.distinct`. */
export function distinct<T>(build: Build, name: string, options: DistinctOptions<T>): OperatorFunction<T, T> {
  const { by, horizon } = options;
  const { task } = build;
  return stage<T, T>(build, name, out => {
    const seen = build.step(name, () => new Seen(horizon), Seen);
    return value => {
      if (!seen.add(checkedKey(`The key of '${name}'`, by(value)), task.cursor.time, task.eventTime.watermark)) return;
      task.eventTime.wake(seen.nextTimer);
      out.next(value);
    };
  });
}

/** Keys and when they came, forgotten bucket by bucket: one timer for many keys. */
class Seen extends BaseStep {
  readonly kind = 'distinct';
  override readonly timed = true;
  override readonly identity: string;
  readonly #horizon: Millis;
  readonly #width: Millis;
  readonly #times = new Map<string, Millis>();
  readonly #buckets = new Map<number, Set<string>>();
  readonly #dirty = new Set<string>();

  constructor(horizon: Millis) {
    super();
    this.identity = `horizon ${horizon}`;
    this.#horizon = horizon;
    this.#width = Math.max(1, Math.floor(horizon / bucketsInHorizon));
  }

  /** Whether the key is new. One that came longer ago than the horizon can no longer be told from a new one. */
  add(key: string, time: Millis, watermark: Millis): boolean {
    if (this.#times.has(key)) return false;
    if (this.#endOf(time) <= watermark) return true;
    this.#put(key, time);
    this.#dirty.add(key);
    return true;
  }

  override fire(watermark: Millis): void {
    for (const [bucket, keys] of this.#buckets) {
      if (this.#expiry(bucket) > watermark) continue;
      for (const key of keys) {
        this.#times.delete(key);
        this.#dirty.add(key);
      }
      this.#buckets.delete(bucket);
    }
    this.#schedule();
  }

  override *changes(): Iterable<readonly [key: string, value: StateValue | null]> {
    for (const key of this.#dirty) yield [key, this.#times.get(key)?.toString() ?? null];
  }

  override committed(): void {
    this.#dirty.clear();
  }

  override undo(read: (key: string) => StateValue | undefined): void {
    for (const key of this.#dirty) {
      this.#remove(key);
      const stored = read(key);
      if (stored !== undefined) this.#put(key, Number(stored));
    }
    this.#dirty.clear();
    this.#schedule();
  }

  /** When the key came, by event time. */
  query(key: string, stored: StoredState): { readonly cameAt: Millis } | undefined {
    const time = stored.get(key);
    return time === undefined ? undefined : { cameAt: Number(time) };
  }

  override restore(key: string, value: StateValue): void {
    this.#put(key, Number(value));
  }

  #put(key: string, time: Millis): void {
    this.#times.set(key, time);
    const bucket = Math.floor(time / this.#width);
    const keys = this.#buckets.get(bucket);
    if (keys === undefined) this.#buckets.set(bucket, new Set([key]));
    else keys.add(key);
    this.nextTimer = Math.min(this.nextTimer, this.#expiry(bucket));
  }

  #remove(key: string): void {
    const time = this.#times.get(key);
    if (time === undefined) return;
    const bucket = Math.floor(time / this.#width);
    const keys = this.#buckets.get(bucket);
    keys?.delete(key);
    if (keys?.size === 0) this.#buckets.delete(bucket);
    this.#times.delete(key);
  }

  #schedule(): void {
    this.nextTimer = Infinity;
    for (const bucket of this.#buckets.keys()) this.nextTimer = Math.min(this.nextTimer, this.#expiry(bucket));
  }

  #endOf(time: Millis): Millis {
    return this.#expiry(Math.floor(time / this.#width));
  }

  /** When everything in a bucket is older than the horizon. */
  #expiry(bucket: number): Millis {
    return (bucket + 1) * this.#width + this.#horizon;
  }
}

const bucketsInHorizon = 24;
