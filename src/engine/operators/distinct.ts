import type { Observer, OperatorFunction } from 'rxjs';
import type { Millis } from '../../stream/time.ts';
import type { Build } from '../build.ts';
import { BuildError } from '../errors.ts';
import { checkedKey } from '../key.ts';
import { refuseUnknown } from '../options.ts';
import { BaseStep, type StateValue, type StoredState } from '../step.ts';
import { KnownObserver } from './guard.ts';
import { stage } from './stage.ts';

/** What makes two values the same, and for how long that is remembered. */
export interface DistinctOptions<T> {
  readonly by: (value: T) => string;
  /** Event time after a value during which a repetition of it is dropped. */
  readonly horizon: Millis;
  /**
   * Takes values that came longer ago than the horizon, since nobody can tell any more whether they are repetitions;
   * where absent they pass.
   */
  readonly late?: Observer<T>;
  /** Keys that are remembered; beyond, the oldest 24th of the horizon is forgotten early. No bound where absent. */
  readonly atMost?: number;
}

/** Drops repetitions within a horizon of event time; see `Task.distinct`. */
export function distinct<T>(build: Build, name: string, options: DistinctOptions<T>): OperatorFunction<T, T> {
  refuseUnknown(options, ['by', 'horizon', 'late', 'atMost'], `the options of '${name}'`);
  const { by, horizon, late, atMost = Infinity } = options;
  if (!(horizon > 0) || (atMost !== Infinity && !(Number.isInteger(atMost) && atMost > 0)))
    throw new BuildError(`'${name}' has a horizon of ${horizon} and ${atMost} keys`, 'Give more than nothing of both');
  const { task } = build;
  return stage<T, T>(build, name, out => {
    const seen = build.step(name, () => new Seen(horizon, atMost), Seen);
    if (late instanceof KnownObserver) build.trail.into(late.node, () => build.trail.link(`step:${name}`));
    return value => {
      const { time } = task.cursor;
      const found = seen.add(checkedKey(`The key of '${name}'`, by(value)), time, task.eventTime.watermark);
      if (found === 'known') return;
      if (found === 'late' && late !== undefined) return late.next(value);
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
  readonly #atMost: number;
  readonly #width: Millis;
  readonly #times = new Map<string, Millis>();
  readonly #buckets = new Map<number, Set<string>>();
  readonly #dirty = new Set<string>();

  constructor(horizon: Millis, atMost: number) {
    super();
    this.#atMost = atMost;
    this.identity = `horizon ${horizon}`;
    this.#horizon = horizon;
    this.#width = Math.max(1, Math.floor(horizon / bucketsInHorizon));
  }

  /** Whether the key is new. A late one came longer ago than the horizon, and can no longer be told from a new one. */
  add(key: string, time: Millis, watermark: Millis): 'new' | 'known' | 'late' {
    if (this.#times.has(key)) return 'known';
    if (this.#endOf(time) <= watermark) return 'late';
    while (this.#times.size >= this.#atMost) this.#forget(Math.min(...this.#buckets.keys()));
    this.#put(key, time);
    this.#dirty.add(key);
    return 'new';
  }

  override fire(watermark: Millis): void {
    for (const bucket of this.#buckets.keys()) if (this.#expiry(bucket) <= watermark) this.#forget(bucket);
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

  #forget(bucket: number): void {
    for (const key of this.#buckets.get(bucket) ?? []) {
      this.#times.delete(key);
      this.#dirty.add(key);
    }
    this.#buckets.delete(bucket);
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
