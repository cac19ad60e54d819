/** The ranges of a change feed in a SQLite file: a fixed number of them, a partition is in one by its hash. */
import { createHash } from 'node:crypto';
import { BadFeedRange, type FeedRange } from '../port.ts';

/** Continuations name their range, so the number stays. */
const count = 4;

export const ranges: readonly FeedRange[] = Array.from({ length: count }, (_, n) => `${n}/${count}`);

/** @throws {BadFeedRange} */
export function refuseUnknown(collection: string, range: FeedRange): void {
  if (!ranges.includes(range)) throw new BadFeedRange(collection, range);
}

export const isIn = (range: FeedRange, partition: string): boolean => rangeOf(partition) === range;

const rangeOf = (partition: string): FeedRange | undefined =>
  ranges[createHash('sha256').update(partition).digest().readUInt32BE() % count];
