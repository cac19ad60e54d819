/** A stream of ratings with checkpoints: what is learnt up to each, and what comes next and judges it. */
import { drawn } from '../draw.ts';
import { EvaluateInput } from '../errors.ts';
import { at, rowNumbers, type Ratings, type Rows } from '../ratings.ts';
import { likedFrom, type Split } from '../split.ts';

/**
 * `time` is the order in which it happened. `drawn` is an order drawn by chance: in a file such as MovieLens a user rates
 * everything in one sitting and never comes again, so that few users are known before the moment that judges them; drawn,
 * all of them are about at any moment, as they are in a shop.
 */
export const orders = ['time', 'drawn'] as const;
export type Order = (typeof orders)[number];

export interface StreamOptions {
  readonly order: Order;
  readonly seed: number;
  /** How many checkpoints. */
  readonly checkpoints: number;
  /** Share of the stream that the first generation is trained on. */
  readonly first: number;
}

export interface Checkpoint {
  /** Where in the stream it stands: events learnt so far. */
  readonly events: number;
  /** What has been learnt, and of the events up to the next checkpoint those of users who are known by then. */
  readonly split: Split;
}

export interface Stream {
  /** Rows in the order in which they come. */
  readonly rows: Rows;
  /** Events of the first generation. */
  readonly first: number;
  readonly checkpoints: readonly Checkpoint[];
}

/** @throws {EvaluateInput} if there are too few ratings for so many checkpoints */
export function streamOf(ratings: Ratings, { order, seed, checkpoints, first: share }: StreamOptions): Stream {
  const rows = inOrder(ratings, order, seed);
  const first = Math.floor(rows.length * share);
  const step = (rows.length - first) / (checkpoints + 1);
  if (first < 1 || step < 1)
    throw new EvaluateInput(
      `${rows.length} ratings are too few for ${checkpoints} checkpoints`,
      'Give more ratings or fewer checkpoints',
    );
  const position = (index: number): number => Math.round(first + step * index);
  return {
    rows,
    first,
    checkpoints: Array.from({ length: checkpoints }, (_, index) => {
      const [events, next] = [position(index + 1), position(index + 2)];
      const train = rows.slice(0, events);
      const test = knownOf(ratings, train, rows.slice(events, next));
      return { events, split: { ratings, train, test, relevantFrom: likedFrom } };
    }),
  };
}

function inOrder({ users, userIds, items, itemIds, times }: Ratings, order: Order, seed: number): Rows {
  const rows = rowNumbers(users.length);
  if (order === 'time') return rows;
  const draws = Float64Array.from(rows, row =>
    drawn(seed, 'order', userIds[at(users, row)] ?? '', itemIds[at(items, row)] ?? '', at(times, row)),
  );
  return rows.sort((a, b) => at(draws, a) - at(draws, b) || a - b);
}

/** A user of whom nothing was learnt gets the same from every model, which would only hide what tells them apart. */
function knownOf({ users, userIds }: Ratings, train: Rows, rows: Rows): Rows {
  const known = new Uint8Array(userIds.length);
  for (const row of train) known[at(users, row)] = 1;
  return rows.filter(row => known[at(users, row)] === 1);
}
