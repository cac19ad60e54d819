/** How the event time of an input is told from the values that come to it from outside. */
import type { Millis } from '../stream/time.ts';
import { BuildError } from './errors.ts';

/** What of an input says how far event time has come in each of its partitions; see the functions that make one. */
export interface Watermark<T> {
  readonly kind: 'bounded' | 'punctuated' | 'untimed';
  /** How far behind the newest event time a value may come and still be in time. */
  readonly lateness: Millis;
  /** Of one that is punctuated. A method, so that an input of any type can hold it. */
  tells?(value: T): Millis | undefined;
}

/**
 * Event time is that of the newest value, less `lateness` milliseconds: what every stream does by its own `lateness`, said
 * for one reader. Throws `BuildError` for what is no duration.
 */
export function boundedLateness(lateness: Millis): Watermark<unknown> {
  if (Number.isFinite(lateness) && lateness >= 0) return { kind: 'bounded', lateness };
  throw new BuildError(
    `A watermark with a lateness of ${lateness}`,
    'Give a number of milliseconds, 0 or more, for instance `boundedLateness(seconds(30))`',
  );
}

/** Event time is that of the newest value: within a partition none is older than one before it. */
export const monotonic = (): Watermark<unknown> => ({ kind: 'bounded', lateness: 0 });

/**
 * Event time goes where a value says, and only there: `tells` answers up to when nothing will come any more behind this
 * value, or undefined. The value itself still comes in time. Pure; what it throws makes the record a dead letter, and so
 * does a time that is not finite. Such an input turns idle only where `idleAfter` is given: event time does not go on by
 * itself.
 */
export const punctuated = <T>(tells: (value: T) => Millis | undefined): Watermark<T> => ({
  kind: 'punctuated',
  lateness: 0,
  tells,
});

/**
 * The input has no event time: it moves that of the task nowhere and holds it back never, whatever comes or does not
 * come. For settings, commands and other values beside the events.
 */
export const untimed = (): Watermark<unknown> => ({ kind: 'untimed', lateness: 0 });
