import type { Ratings, Rows } from './ratings.ts';

/** What is learnt and what is judged. */
export interface Split {
  readonly ratings: Ratings;
  readonly train: Rows;
  readonly test: Rows;
  /** Stars from which on a held-out item is one that the list should have held. */
  readonly relevantFrom: number;
  /** Items by user to rank the held-out ones among; without them it is all items that the user has not seen. */
  readonly negatives?: ReadonlyMap<number, Int32Array>;
}

/** A held-out item that the user gave fewer stars is none that a list should have held. */
export const likedFrom = 4;
/** As in the published leave-one-out protocols: what a user did last counts, whatever its stars. */
export const anyStars = -Infinity;
