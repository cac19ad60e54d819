import type { Millis } from '../../stream/time.ts';
import { BaseStep, type StateValue, type StoredState } from '../step.ts';
import { type Found, Horizon, timeOf } from './seen.ts';

/** Keys and when they came, forgotten bucket by bucket: one timer for many keys. */
export class SeenInMemory extends BaseStep {
  readonly kind = 'distinct';
  override readonly timed = true;
  override readonly identity: string;
  readonly #horizon: Horizon;
  readonly #atMost: number;
  readonly #times = new Map<string, Millis>();
  readonly #buckets = new Map<number, Set<string>>();
  readonly #dirty = new Set<string>();

  constructor(horizon: Millis, atMost: number) {
    super();
    this.#atMost = atMost;
    this.identity = `horizon ${horizon}`;
    this.#horizon = new Horizon(horizon);
  }

  add(key: string, time: Millis, watermark: Millis): Found {
    if (this.#times.has(key)) return 'known';
    if (this.#horizon.isOver(time, watermark)) return 'late';
    while (this.#times.size >= this.#atMost) this.#forget(Math.min(...this.#buckets.keys()));
    this.#put(key, time);
    this.#dirty.add(key);
    return 'new';
  }

  override fire(watermark: Millis): void {
    for (const bucket of this.#buckets.keys()) if (this.#horizon.expiry(bucket) <= watermark) this.#forget(bucket);
    this.#schedule();
  }

  override *changes(): Iterable<readonly [key: string, value: StateValue | null]> {
    for (const key of this.#dirty) yield [key, this.#times.get(key)?.toString() ?? null];
  }

  override committed(): void {
    this.#dirty.clear();
  }

  override undo(read: (key: string) => StateValue | undefined, watermark: Millis): void {
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    for (const key of dirty) {
      this.#remove(key);
      const stored = read(key);
      if (stored !== undefined) this.restore(key, stored, watermark);
    }
    this.#schedule();
  }

  /** When the key came, by event time. */
  query(key: string, stored: StoredState): { readonly cameAt: Millis } | undefined {
    const time = stored.get(key);
    return time === undefined ? undefined : { cameAt: timeOf(time) };
  }

  /** What an earlier release left on disk comes with what is over. */
  override restore(key: string, value: StateValue, watermark: Millis): void {
    if (this.#horizon.isOver(timeOf(value), watermark)) this.#dirty.add(key);
    else this.#put(key, timeOf(value));
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
    const bucket = this.#horizon.bucketOf(time);
    const keys = this.#buckets.get(bucket);
    if (keys === undefined) this.#buckets.set(bucket, new Set([key]));
    else keys.add(key);
    this.nextTimer = Math.min(this.nextTimer, this.#horizon.expiry(bucket));
  }

  #remove(key: string): void {
    const time = this.#times.get(key);
    if (time === undefined) return;
    const bucket = this.#horizon.bucketOf(time);
    const keys = this.#buckets.get(bucket);
    keys?.delete(key);
    if (keys?.size === 0) this.#buckets.delete(bucket);
    this.#times.delete(key);
  }

  #schedule(): void {
    this.nextTimer = Infinity;
    for (const bucket of this.#buckets.keys()) this.nextTimer = Math.min(this.nextTimer, this.#horizon.expiry(bucket));
  }
}
