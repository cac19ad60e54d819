/** How ratings are divided into those that are learnt and those that are judged. */
import { drawn } from './draw.ts';
import { Grouped } from './grouped.ts';
import { sampledNegatives } from './negatives.ts';
import { at, rowNumbers, type Ratings, type Rows } from './ratings.ts';
import { anyStars, likedFrom, type Split } from './split.ts';

export const protocols = ['random', 'stratified', 'temporal', 'leave-last-out', 'leave-last-out-99'] as const;
export type Protocol = (typeof protocols)[number];

export interface SplitOptions {
  readonly seed: number;
  /** Share of the ratings that is held out by `random`, `stratified` and `temporal`. */
  readonly holdOut: number;
}

/** The same rows and seed make the same split, however the file was sorted. */
export const split = (ratings: Ratings, protocol: Protocol, options: SplitOptions): Split =>
  splits[protocol](ratings, options);

const splits: Record<Protocol, (ratings: Ratings, options: SplitOptions) => Split> = {
  random: (ratings, options) => liked(ratings, marked(ratings, [drawnOf(ratings, allRows(ratings), options)])),
  stratified: (ratings, options) => liked(ratings, marked(ratings, drawnOfEach(ratings, options))),
  temporal: (ratings, { holdOut }) => {
    const rows = allRows(ratings);
    return liked(ratings, marked(ratings, [rows.subarray(Math.round(rows.length * (1 - holdOut)))]));
  },
  'leave-last-out': ratings => lastOut(ratings),
  'leave-last-out-99': (ratings, { seed }) => {
    const parts = lastOut(ratings);
    return { ...parts, negatives: sampledNegatives(parts, seed) };
  },
};

const allRows = ({ users }: Ratings): Rows => rowNumbers(users.length);

const byUser = (ratings: Ratings): Grouped => new Grouped(allRows(ratings), ratings.users, ratings.userIds.length);

function* drawnOfEach(ratings: Ratings, options: SplitOptions): Iterable<Rows> {
  const groups = byUser(ratings);
  for (const user of groups.present()) yield drawnOf(ratings, groups.of(user), options);
}

/** The share of the rows that has the least draws. */
function drawnOf(
  { userIds, itemIds, users, items, times }: Ratings,
  rows: Rows,
  { seed, holdOut }: SplitOptions,
): Rows {
  const draws = new Float64Array(rows.length);
  for (let index = 0; index < rows.length; index++) {
    const row = at(rows, index);
    const [userId, itemId] = [userIds[at(users, row)] ?? '', itemIds[at(items, row)] ?? ''];
    draws[index] = drawn(seed, userId, itemId, at(times, row));
  }
  const many = Math.round(rows.length * holdOut);
  const last = at(draws.toSorted(), many - 1);
  let spare = many - draws.reduce((count, draw) => count + Number(draw < last), 0);
  return rows.filter((_, index) => at(draws, index) < last || (at(draws, index) === last && spare-- > 0));
}

/** Each user's last rating, of those who have another: without one there would be nothing to learn of them. */
function lastOut(ratings: Ratings): Split {
  const groups = byUser(ratings);
  const lasts = [...groups.present()].map(user => groups.of(user)).filter(({ length }) => length > 1);
  const held = marked(
    ratings,
    lasts.map(rows => rows.subarray(-1)),
  );
  return { ...parted(ratings, held), relevantFrom: anyStars };
}

/** 1 for every row that is held out. */
function marked({ users }: Ratings, held: Iterable<Rows>): Uint8Array {
  const marks = new Uint8Array(users.length);
  for (const rows of held) for (const row of rows) marks[row] = 1;
  return marks;
}

const liked = (ratings: Ratings, held: Uint8Array): Split => ({
  ...parted(ratings, held),
  relevantFrom: likedFrom,
});

/** Rows that are marked are judged, the others learnt. */
export function parted(ratings: Ratings, held: Uint8Array): Pick<Split, 'ratings' | 'train' | 'test'> {
  const rows = allRows(ratings);
  return { ratings, train: rows.filter(row => held[row] === 0), test: rows.filter(row => held[row] === 1) };
}
