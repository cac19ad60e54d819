/** What the callbacks of a step see of timers. */
import type { Millis } from '../../stream/time.ts';

/** The timers of the key of the call. A name is one timer: whoever sets it again replaces it. Names have 200 letters at most. */
export interface Timers {
  /**
   * Fires once event time has reached `time`: between records, in the order of time, key and name, at once after the call
   * where event time has passed it already. Throws a `RangeError` for what is no time, and for too many timers of a key.
   */
  at(time: Millis, name?: string): void;
  /**
   * Fires at the end of the first epoch whose reading of the clock, which stands in the journal, is `duration`
   * milliseconds (1 or more) past that of this one. Throws as `at` does.
   */
  afterProcessing(duration: Millis, name?: string): void;
  /** When the timer of that name is to fire, as it was set: event time, or the clock. Undefined where there is none. */
  due(name?: string): Millis | undefined;
  /** Nothing where there is none. */
  delete(name?: string): void;
}

/** A timer that fires. */
export interface FiredTimer {
  readonly name: string;
  readonly kind: 'event' | 'processing';
  /** What it was set for: event time, or a reading of the clock. */
  readonly at: Millis;
}
