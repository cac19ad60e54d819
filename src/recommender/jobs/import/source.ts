/** What a data set comes down to, however it is stored. */
import type { Item, Rating } from '../../../../schemas/types.ts';
import { invalidItem, invalidRating } from '../../domain/validate.ts';
import type { Millis } from '../../../stream/time.ts';

/** A line or record that does not count. */
export interface Rejected {
  readonly file: string;
  /** From 1; in a container file the number of the record. */
  readonly line: number;
  readonly problem: string;
}

/** Both in event-time order and valid. Read `items` to its end first. */
export interface Source {
  readonly items: Iterable<Item> | AsyncIterable<Item>;
  readonly ratings: Iterable<Rating> | AsyncIterable<Rating>;
}

/** How a source is read. */
export interface Reading {
  /** Wall-clock time of the reading: what lies more than a day after it is rejected. */
  readonly now: Millis;
  readonly signal: AbortSignal;
  readonly reject: (rejected: Rejected) => void;
}

/** What passes the domain's validation; the rest is rejected. */
export const soundRating = (rating: Rating, at: Omit<Rejected, 'problem'>, reading: Reading): boolean =>
  isSound(invalidRating(rating, reading.now), at, reading);

export const soundItem = (item: Item, at: Omit<Rejected, 'problem'>, reading: Reading): boolean =>
  isSound(invalidItem(item, reading.now), at, reading);

function isSound(problem: string | undefined, at: Omit<Rejected, 'problem'>, { reject }: Reading): boolean {
  if (problem !== undefined) reject({ ...at, problem });
  return problem === undefined;
}
