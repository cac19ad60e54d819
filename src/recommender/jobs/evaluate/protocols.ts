/** How ratings are divided into those that are learnt and those that are judged. Rows come in order of time. */
import type { RatingRow } from '../ratings-csv.ts';
import { drawn } from './draw.ts';
import { sampledNegatives } from './negatives.ts';
import { anyStars, likedFrom, type Split } from './split.ts';

export const protocols = ['random', 'stratified', 'temporal', 'leave-last-out', 'leave-last-out-99'] as const;
export type Protocol = (typeof protocols)[number];

export interface SplitOptions {
  readonly seed: number;
  /** Share of the ratings that is held out by `random`, `stratified` and `temporal`. */
  readonly holdOut: number;
}

/** The same rows and seed make the same split, however the file was sorted. */
export const split = (rows: readonly RatingRow[], protocol: Protocol, options: SplitOptions): Split =>
  splits[protocol](rows, options);

const splits: Record<Protocol, (rows: readonly RatingRow[], options: SplitOptions) => Split> = {
  random: (rows, options) => liked(rows, drawnOf(rows, options)),
  stratified: (rows, options) => liked(rows, new Set([...byUser(rows)].flatMap(own => [...drawnOf(own, options)]))),
  temporal: (rows, { holdOut }) => liked(rows, new Set(rows.slice(Math.round(rows.length * (1 - holdOut))))),
  'leave-last-out': rows => lastOut(rows),
  'leave-last-out-99': (rows, { seed }) => {
    const parts = lastOut(rows);
    return { ...parts, negatives: sampledNegatives(parts, seed) };
  },
};

/** The rows with the least draws. */
function drawnOf(rows: readonly RatingRow[], { seed, holdOut }: SplitOptions): Set<RatingRow> {
  const draws = rows.map(row => ({ row, draw: drawn(seed, row.userId, row.itemId, row.time) }));
  const sorted = draws.sort((a, b) => a.draw - b.draw);
  return new Set(sorted.slice(0, Math.round(rows.length * holdOut)).map(({ row }) => row));
}

/** Each user's last rating, of those who have another: without one there would be nothing to learn of them. */
function lastOut(rows: readonly RatingRow[]): Split {
  const lasts = [...byUser(rows)].flatMap(own => (own.length > 1 ? own.slice(-1) : []));
  return { ...parted(rows, new Set(lasts)), relevantFrom: anyStars };
}

const byUser = (rows: readonly RatingRow[]): Iterable<readonly RatingRow[]> =>
  Map.groupBy(rows, ({ userId }) => userId).values();

const liked = (rows: readonly RatingRow[], held: ReadonlySet<RatingRow>): Split => ({
  ...parted(rows, held),
  relevantFrom: likedFrom,
});

const parted = (rows: readonly RatingRow[], held: ReadonlySet<RatingRow>): Pick<Split, 'train' | 'test'> => ({
  train: rows.filter(row => !held.has(row)),
  test: rows.filter(row => held.has(row)),
});
