/** Judges two models that were learnt from the same events by what came after them. */
import type { Kernel } from '../../../als/index.ts';
import { bootstrapOptions } from '../../jobs/evaluate/bootstrap.ts';
import { type Gain, gainsOf, type Pair } from '../../jobs/evaluate/compared.ts';
import type { Judgement, Lists } from '../../jobs/evaluate/judge.ts';
import { type LearntVectors, starsOf } from '../../jobs/evaluate/learnt.ts';
import { listLength } from '../../jobs/evaluate/list-length.ts';
import { figureOf, type Measure, ratioOf } from '../../jobs/evaluate/measures.ts';
import { overlapOf } from '../../jobs/evaluate/non-inferiority/overlap.ts';
import { at, rowNumbers } from '../../jobs/evaluate/ratings.ts';
import { userFigures } from '../../jobs/evaluate/user-figures.ts';
import type { Compared, ShadowFigures } from './figures.ts';
import type { Observed } from './observed.ts';
import { type Sample, sampleOf } from './sample.ts';

/** Vectors of both: of the same users and items, in the same rows. */
export interface Contestants {
  readonly live: LearntVectors;
  readonly retrain: LearntVectors;
}

export interface JudgeOptions {
  readonly kernel: Kernel;
  /** Draws the users of the intervals. */
  readonly seed: number;
}

/** Of both the lists of ten over all items that a user has not seen, and the stars of what was rated. */
export function judgeShadow(
  { live, retrain }: Contestants,
  observed: Observed,
  { kernel, seed }: JudgeOptions,
): Omit<ShadowFigures, 'objective'> {
  const sample = sampleOf(observed, live.users, live.items);
  const [ours, theirs] = [judgementOf(live, sample, kernel), judgementOf(retrain, sample, kernel)];
  const pair = { model: userFigures(ours), beside: userFigures(theirs) };
  const gains = gainsOf(pair, bootstrapOptions({ seed }));
  const { shared, places } = overlapOf(ours.lists, theirs.lists);
  const counted = (column: Float64Array): number => column.filter(value => value > 0).length;
  return {
    events: observed.events.length,
    unknown: sample.unknown,
    ratings: ours.test.length,
    raters: counted(pair.model.ratings),
    lists: counted(pair.model.judged),
    rmse: comparedBy('rmse', pair, gains.rmse),
    ndcg10: comparedBy('ndcg10', pair, gains.ndcg10),
    hr10: comparedBy('hr10', pair, gains.hr10),
    overlap10: places === 0 ? null : shared / places,
  };
}

function comparedBy(measure: Measure, { model, beside }: Pair, { gain, interval }: Gain): Compared {
  return {
    live: figureOf(ratioOf(model, measure)),
    retrain: figureOf(ratioOf(beside, measure)),
    gap: gain,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
  };
}

function judgementOf(vectors: LearntVectors, sample: Sample, kernel: Kernel): Judgement {
  const { ratings, userRows } = sample;
  const test = rowNumbers(ratings.stars.length);
  const predictions = Float64Array.from(test, row =>
    starsOf(vectors, at(userRows, at(ratings.users, row)), at(ratings.items, row)),
  );
  return { ratings, test, predictions, lists: listsOf(vectors, sample, kernel), catalogue: vectors.items.ids.length };
}

function listsOf(vectors: LearntVectors, { ratings, userRows, seen, relevant }: Sample, kernel: Kernel): Lists {
  const { items, scores } = best(vectors, { userRows, seen }, kernel);
  const known = relevant.map(
    (_, user) => new Set(seen.items.subarray(at(seen.starts, user), at(seen.starts, user + 1))),
  );
  const userOf = (place: number): number => Math.floor(place / listLength);
  return {
    users: Int32Array.from(ratings.userIds.keys()),
    items,
    scores,
    hits: Uint8Array.from(items, (item, place) => (relevant[userOf(place)]?.has(item) === true ? 1 : 0)),
    relevant: Uint32Array.from(relevant, ({ size }) => size),
    learnt: Uint32Array.from(userRows, row => at(vectors.users.events, row)),
    seenReturned: items.filter((item, place) => known[userOf(place)]?.has(item) === true).length,
  };
}

/** By the kernel, exact; ties by id. */
function best(
  { settings, users, items }: LearntVectors,
  { userRows, seen }: Pick<Sample, 'userRows' | 'seen'>,
  kernel: Kernel,
): Pick<Lists, 'items' | 'scores'> {
  const k = settings.factors;
  const rowOf = (values: Int16Array, row: number): Int16Array => values.subarray(row * k, (row + 1) * k);
  using x = kernel.matrix(k, userRows.length);
  using y = kernel.matrix(k, items.ids.length);
  for (const [user, row] of userRows.entries()) x.set(user, rowOf(users.factors, row));
  for (const row of items.ids.keys()) y.set(row, rowOf(items.factors, row));
  using lister = kernel.lister({ items: y, ranks: ranksOf(items.ids) });
  const rows = Int32Array.from(userRows.keys());
  const lists = lister.topN({ users: x, rows, seen, n: listLength });
  const unit = 2 ** (settings.gridExponent.users + settings.gridExponent.items);
  return { items: lists.items, scores: Float64Array.from(lists.scores, score => score / unit) };
}

/** Of each id its place among all, ascending by UTF-16 code units as in the model's own lists. */
function ranksOf(ids: readonly string[]): Int32Array {
  const ranks = new Int32Array(ids.length);
  const order = [...ids.keys()].sort((a, b) => ((ids[a] ?? '') < (ids[b] ?? '') ? -1 : 1));
  for (const [rank, row] of order.entries()) ranks[row] = rank;
  return ranks;
}
