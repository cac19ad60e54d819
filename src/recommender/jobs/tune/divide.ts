import { EvaluateInput } from '../evaluate/errors.ts';
import { rowNumbers, type Ratings } from '../evaluate/ratings.ts';
import { likedFrom, type Split } from '../evaluate/split.ts';

/**
 * What comes last in time is the test. The search is given `before`, columns that end where the test begins: it cannot
 * read what it does not have.
 */
export interface Divided {
  readonly before: Ratings;
  readonly test: Split;
}

/** @throws {EvaluateInput} if either part would be empty */
export function divide(ratings: Ratings, holdOut: number): Divided {
  const rows = ratings.users.length;
  const end = Math.round(rows * (1 - holdOut));
  if (end < 1 || end >= rows)
    throw new EvaluateInput(`${rows} ratings are too few to hold out a share of ${holdOut}`, 'Give more ratings');
  const all = rowNumbers(rows);
  return {
    before: {
      ...ratings,
      users: ratings.users.subarray(0, end),
      items: ratings.items.subarray(0, end),
      stars: ratings.stars.subarray(0, end),
      times: ratings.times.subarray(0, end),
    },
    test: { ratings, train: all.subarray(0, end), test: all.subarray(end), relevantFrom: likedFrom },
  };
}
