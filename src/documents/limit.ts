import { BadLimit } from './port.ts';

/** A page's limit as it is, or `BadLimit`: SQLite would read a negative one as 'no limit'. */
export function pageLimit(limit: number): number {
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw new BadLimit(limit);
}
