/** What somebody comes across and takes: a few users and items have most of the ratings. */
import { MillraceError } from '../../../errors.ts';
import { liking } from './taste.ts';

/** Without users and items there is nothing to rate. */
export class NobodyKnown extends MillraceError {
  readonly code = 'NOBODY_KNOWN';
}

/** Of so many items that a user comes across, the one that fits best is taken. `random` gives even chances in [0, 1). */
export function fitting(
  userId: string,
  { items, choices, random }: { items: readonly string[]; choices: number; random: () => number },
): string {
  const candidates = Array.from({ length: choices }, () => skewed(items, 3, random));
  return candidates.reduce((best, item) => (liking(userId, item) > liking(userId, best) ? item : best));
}

/** One of them, the first ones far more often: the density of x ** power grows towards 0. */
export function skewed(ids: readonly string[], power: number, random: () => number): string {
  const id = ids[Math.floor(random() ** power * ids.length)];
  if (id !== undefined) return id;
  throw new NobodyKnown(
    'There are no users or no items to generate ratings of',
    'Import a data set with its items, or let `millrace run` read the ratings that are there',
  );
}
