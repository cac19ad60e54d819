/** A shadow's figures, beside those of somebody who asks two models one by one, before and after. */
import { describe, expect, test } from 'vitest';
import { type Interaction, type Kind, liveObjective, Model, openKernel } from '../../../../src/als/index.ts';
import {
  type Compared,
  hasDrifted,
  type ShadowFigures,
} from '../../../../src/recommender/generations/shadow/figures.ts';
import { figuresOf, trainShadow } from '../../../../src/recommender/generations/shadow/measured.ts';
import { Observation } from '../../../../src/recommender/generations/shadow/observed.ts';
import { Random } from '../../../support/random.ts';

const settings = { factors: 6, sweeps: 4, refresh: { threshold: 8, rowsPerEvent: 0 } };

/** What happens in a shop: mostly ratings, and views and orders beside them. */
function happenings(random: Random, count: number, from: number): Interaction[] {
  return Array.from({ length: count }, (_, n) => {
    const kind: Kind = random.pick(['rating', 'rating', 'rating', 'view', 'order', 'return'] as const);
    return {
      userId: `u${random.below(46)}`,
      itemId: `i${random.below(64)}`,
      kind,
      value: kind === 'rating' ? random.between(1, 5) : 1,
      time: from + n,
      eventId: `e${from + n}`,
    };
  });
}

/** Known are the users and items below 40 and 60: what comes later has newcomers on both sides. */
function setUp(seed: number) {
  const random = new Random(seed);
  const known = happenings(random, 700, 0).filter(
    ({ userId, itemId }) => Number(userId.slice(1)) < 40 && Number(itemId.slice(1)) < 60,
  );
  const model = new Model(settings);
  for (let at = 0; at < known.length; at += 50) model.learn(known.slice(at, at + 50));
  return { model, next: happenings(random, 300, 1_000) };
}

const round = (value: number | null): number => Math.round((value ?? NaN) * 1e9) / 1e9;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** One user and one event after the other, by what a model answers itself. */
function naive(model: Model, next: readonly Interaction[]) {
  const [errors, gains, hits]: [number[], number[], number[]] = [[], [], []];
  const lists = new Map<string, string[]>();
  const isKnown = ({ userId, itemId }: Interaction): boolean =>
    model.user(userId) !== undefined && model.item(itemId) !== undefined;
  for (const user of new Set(next.map(({ userId }) => userId))) {
    const list = model.topN(user, { n: 10 })?.map(({ itemId }) => itemId);
    if (list === undefined) continue;
    lists.set(user, list);
    const own = next.filter(event => event.userId === user && isKnown(event));
    const rated = new Set(model.history(user).flatMap(({ kind, itemId }) => (kind === 'rating' ? [itemId] : [])));
    for (const { itemId, kind, value } of own) {
      if (kind !== 'rating' || rated.has(itemId)) continue;
      rated.add(itemId);
      errors.push((model.stars(user, itemId) - value) ** 2);
    }
    const seen = new Set(model.seen(user));
    const liked = new Set(own.filter(isLiked).flatMap(({ itemId }) => (seen.has(itemId) ? [] : [itemId])));
    if (liked.size === 0) continue;
    const gain = list.reduce((sum, item, at) => sum + (liked.has(item) ? 1 / Math.log2(at + 2) : 0), 0);
    const ideal = Array.from({ length: Math.min(10, liked.size) }, (_, at) => 1 / Math.log2(at + 2));
    gains.push(gain / ideal.reduce((sum, each) => sum + each, 0));
    hits.push(list.some(item => liked.has(item)) ? 1 : 0);
  }
  const figures = { rmse: Math.sqrt(mean(errors)), ndcg10: mean(gains), hr10: mean(hits) };
  return { lists, ratings: errors.length, judged: gains.length, figures };
}

/** By the default weights: an order, a view, and from 3.5 stars on a rating. */
const isLiked = ({ kind, value }: Interaction): boolean =>
  kind === 'order' || kind === 'view' || (kind === 'rating' && value >= likedFrom);
const likedFrom = new Model().settings.weights.rules.reduce(
  (least, { kind, preference, atLeast }) => (kind === 'rating' && preference === 1 ? Math.min(least, atLeast) : least),
  Infinity,
);

test.for([1, 2, 3])('both models are judged as each of them answers itself (seed %i)', seed => {
  const { model, next } = setUp(seed);
  using kernel = openKernel();
  const observation = new Observation(model, 280);
  const input = model.freeze(model.settings);
  const objective = model.objective();
  const live = naive(model, next.slice(0, 280));
  for (let at = 0; at < next.length; at += 40) {
    observation.meet(next.slice(at, at + 40)); // before they are learnt, and once more after: as an epoch done over
    model.learn(next.slice(at, at + 40));
    observation.meet(next.slice(at, at + 20));
  }
  const figures = figuresOf(trainShadow(input, kernel), observation.observed, kernel);

  const again = setUp(seed).model;
  again.train();
  const retrain = naive(again, next.slice(0, 280));
  let [shared, places] = [0, 0];
  for (const [user, list] of live.lists)
    for (const item of list) {
      places++;
      if (retrain.lists.get(user)?.includes(item) === true) shared++;
    }
  expect(figures).toMatchObject({ events: 280, ratings: live.ratings, lists: live.judged });
  expect(figures.unknown).toBe(
    next.slice(0, 280).filter(({ userId, itemId }) => Number(userId.slice(1)) >= 40 || Number(itemId.slice(1)) >= 60)
      .length,
  );
  for (const measure of ['rmse', 'ndcg10', 'hr10'] as const) {
    const { live: ours, retrain: theirs, gap, low, high } = figures[measure];
    expect(round(ours)).toBe(round(live.figures[measure]));
    expect(round(theirs)).toBe(round(retrain.figures[measure]));
    const better = measure === 'rmse' ? -1 : 1;
    const expected = (better * (live.figures[measure] - retrain.figures[measure])) / retrain.figures[measure];
    expect(round(gap)).toBe(round(expected));
    expect(low).toBeLessThanOrEqual(gap ?? NaN);
    expect(high).toBeGreaterThanOrEqual(gap ?? NaN);
  }
  expect(round(figures.overlap10)).toBe(round(shared / places));
  expect(figures.objective.live).toBe(objective);
  expect(figures.objective.retrain).toBe(again.objective());
  expect(figures.objective.excess).toBe(objective / again.objective() - 1);
});

test('the loss of frozen vectors is that of the model, bit for bit', () => {
  const { model } = setUp(4);
  using kernel = openKernel();
  expect(liveObjective(model.freeze(model.settings), kernel)).toBe(model.objective());
});

test('nobody who is known and nothing that is known: no figure, and no failure', () => {
  const { model } = setUp(5);
  using kernel = openKernel();
  const observation = new Observation(model, 2);
  const input = model.freeze(model.settings);
  const stranger = { userId: 'new', itemId: 'i1', kind: 'rating', value: 5, time: 9_000, eventId: 'n1' } as const;
  observation.meet([stranger, { ...stranger, userId: 'u1', itemId: 'new', eventId: 'n2' }]);
  expect(figuresOf(trainShadow(input, kernel), observation.observed, kernel)).toMatchObject({
    events: 2,
    unknown: 2,
    ratings: 0,
    lists: 0,
    rmse: { live: null, retrain: null, gap: null, low: null, high: null },
    ndcg10: { live: null, gap: null },
  });
});

describe('a live model has drifted', () => {
  const nothing: Compared = { live: 1, retrain: 1, gap: 0, low: -0.001, high: 0.001 };
  const calm: ShadowFigures = {
    events: 1_000,
    unknown: 0,
    ratings: 900,
    raters: 200,
    lists: 150,
    rmse: nothing,
    ndcg10: nothing,
    hr10: nothing,
    overlap10: 0.9,
    objective: { live: 1, retrain: 1, excess: 0 },
  };
  const worse: Compared = { live: 0.9, retrain: 1, gap: -0.1, low: -0.15, high: -0.05 };
  test.for([
    ['not where both are as good', {}, false],
    ['by the error of its stars', { rmse: worse }, true],
    ['by its lists', { ndcg10: worse }, true],
    ['not where chance may have done it', { ndcg10: { ...worse, high: 0.002 } }, false],
    ['not where too few judged', { ndcg10: worse, lists: 29 }, false],
    ['not by a little', { rmse: { ...worse, gap: -0.009 } }, false],
    ['not where it is better', { rmse: { live: 1, retrain: 1, gap: 0.1, low: 0.05, high: 0.15 } }, false],
    ['not where there is no figure', { rmse: { live: 1, retrain: 0, gap: null, low: null, high: null } }, false],
  ] as const)('%s', ([, change, expected]) => {
    expect(hasDrifted({ ...calm, ...change }, 0.01)).toBe(expected);
  });
});
