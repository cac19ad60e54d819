/** How old events are when what they changed is committed. */
import type { Millis } from '../stream/time.ts';

/** Over the newest epochs that published something, at most `epochsKept`; by nearest rank. Plain data. */
export interface Freshness {
  readonly p50: Millis;
  readonly p99: Millis;
  /** Epochs behind the figures, 1 or more. */
  readonly count: number;
}

export interface TopologyFreshness extends Freshness {
  readonly topology: string;
}

/** At one epoch for each event and one event a second, a quarter of an hour. */
const epochsKept = 1_000;

/**
 * Ages of one topology's epochs. An epoch is as old as the oldest event behind what it read. Epochs with events from
 * before `since` are left out: how long those had waited for a process to start says nothing about it.
 */
export class FreshnessWindow {
  readonly #since: Millis;
  readonly #ages = new Float64Array(epochsKept);
  #epochs = 0;

  constructor(since: Millis) {
    this.#since = since;
  }

  /** An epoch is committed: when the oldest event it read had entered the log, and when it is now. */
  add(leastOrigin: Millis, now: Millis): void {
    if (leastOrigin < this.#since || leastOrigin === Infinity) return;
    this.#ages[this.#epochs % epochsKept] = Math.max(0, now - leastOrigin);
    this.#epochs++;
  }

  /** Null before the first. */
  figures(): Freshness | null {
    const count = Math.min(this.#epochs, epochsKept);
    if (count === 0) return null;
    const sorted = this.#ages.slice(0, count).sort();
    const rank = (share: number): Millis => sorted[Math.max(0, Math.ceil(share * count) - 1)] ?? 0;
    return { p50: rank(0.5), p99: rank(0.99), count };
  }
}
