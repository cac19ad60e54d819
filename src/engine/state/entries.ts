import type { Millis } from '../../stream/time.ts';
import type { StateValue } from '../step.ts';

/** Ids in the order of their UTF-8 bytes: those that are not before `from`, and are before `before`. */
export interface IdRange {
  readonly from: string;
  readonly before: string;
}

/** Answers what the checkpoint has under an id. */
export type ReadStored = (id: string) => StateValue | undefined;

/**
 * What a step keeps under ids, each with the event time at which it is over (Infinity: never). What is over is not seen:
 * `now` is the event time of whoever looks. In memory, or on disk behind a cache; one contract is for both
 * (test/contract/entries.ts).
 */
export interface Entries<S> {
  get(id: string, now: Millis): S | undefined;
  /** A value changed in place has to be set again. */
  set(id: string, value: S, expiry: Millis): void;
  remove(id: string): void;
  /**
   * By id in ascending order, or from the end. Each is looked for when its turn comes: what is removed meanwhile is
   * not seen, and what is put in further on is.
   */
  scan(range: IdRange, now: Millis, descending?: boolean): Iterable<readonly [id: string, value: S]>;
  /** Event time at which something is to be swept; Infinity where nothing is. */
  readonly nextSweep: Millis;
  /** Removes what is over at `now`, all of it before long: at most a part of its lifetime after `nextSweep`. */
  sweep(now: Millis): void;
  /** At the end of an epoch: a bounded part of what has to be made up for. */
  tidy?(): void;
  /** What changed since the last checkpoint; null removes. Each id stands behind the mark of what it is. */
  changes(): Iterable<readonly [id: string, value: StateValue | null]>;
  committed(): void;
  /** Back to the last checkpoint. */
  undo(read: ReadStored): void;
  restore(id: string, value: StateValue): void;
}

/** Before the id of a value, and before what tells when values are over: names that go before them have neither. */
export const valuesMark = '|';
export const endsMark = '~';

/** Behind every id that anybody uses: code points that are of no use to anybody. */
export const afterAll = '\u{10ffff}'.repeat(2);

/** All ids that begin with `prefix`, which ends in a character that has a next one. */
export function idsWith(prefix: string): IdRange {
  const last = prefix.length - 1;
  return { from: prefix, before: prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1) };
}
