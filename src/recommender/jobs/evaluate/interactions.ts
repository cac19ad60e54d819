import type { Interaction } from '../../../als/index.ts';
import { at, type Ratings, type Rows } from './ratings.ts';

/** Rows as the model learns them. Their event ids ascend with the rows, so that of equal times the later row counts. */
export function interactions({ userIds, itemIds, users, items, stars, times }: Ratings, rows: Rows): Interaction[] {
  return Array.from(rows, row => ({
    userId: userIds[at(users, row)] ?? '',
    itemId: itemIds[at(items, row)] ?? '',
    kind: 'rating',
    value: at(stars, row),
    time: at(times, row),
    eventId: row.toString(36).padStart(digits, '0'),
  }));
}

/** Of the greatest row there can be, 2^32, to the base of 36. */
const digits = 7;
