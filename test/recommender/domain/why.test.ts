import { expect, test } from 'vitest';
import { defaultSettings, type Interaction, Model } from '../../../src/als/index.ts';
import { GrammedItems } from '../../../src/recommender/domain/grammed-items.ts';
import type { Done, HistoryItem } from '../../../src/recommender/domain/history.ts';
import { Shelves } from '../../../src/recommender/domain/shelf.ts';
import { why, type WhyModel } from '../../../src/recommender/domain/why.ts';
import { rating } from '../../topologies/events.ts';
import { Random } from '../../support/random.ts';

const kinds = ['rating', 'rating', 'rating', 'order', 'view', 'return'] as const;
const users = Array.from({ length: 20 }, (_, n) => `u${n}`);
const items = Array.from({ length: 30 }, (_, n) => `i${n}`);

/** A model, what its users did, and its items as they are published. */
function learnt(seed: number) {
  const random = new Random(seed);
  const settings = { ...defaultSettings, factors: 8, seed };
  const model = new Model(settings);
  const shelves = new Shelves();
  const events = Array.from({ length: 400 }, (_, n): Interaction => {
    const kind = random.pick(kinds);
    const value = kind === 'rating' ? 1 + random.below(5) : 1;
    return { eventId: `e${n}`, userId: random.pick(users), itemId: random.pick(items), kind, value, time: 1e12 + n };
  });
  model.learn(events);
  for (const event of events) shelves.next(rating(event));
  const published = new GrammedItems(settings.factors);
  for (const id of items)
    published.set(id, model.item(id)?.factors ?? new Int16Array(settings.factors), model.item(id)?.events ?? 0);
  return { model, shelves, about: { settings, items: published, time: 1e12 + 399 } satisfies WhyModel };
}

test('what each thing adds comes to the score that the textbook gives to a user who did all of it', () => {
  for (const seed of [1, 2, 3]) {
    const { model, shelves, about } = learnt(seed);
    for (const user of users) {
      const scoreOf = solvedAgain(model, shelves, user, about);
      for (const item of items) expect(why(shelves.history(user), item, about)?.score).toBeCloseTo(scoreOf(item), 9);
    }
  }
});

test('what the user did not want adds nothing, what has no weight is not named, and the greatest comes first', () => {
  const { shelves, about } = learnt(4);
  for (const user of users) {
    const { contributions = [] } = why(shelves.history(user), 'i0', about) ?? {};
    expect(contributions.filter(({ confidence }) => confidence === 0)).toEqual([]);
    expect(contributions.filter(({ preference, contribution }) => preference === 0 && contribution !== 0)).toEqual([]);
    const sorted = contributions.map(({ contribution }) => contribution);
    expect(sorted).toEqual(sorted.toSorted((a, b) => b - a));
  }
});

test('an item without a vector has no why; a user of whom nothing is known has an empty one', () => {
  const { about } = learnt(5);
  expect(why([], 'unheard of', about)).toBeUndefined();
  expect(why([], 'i0', about)).toEqual({ score: 0, contributions: [] });
});

test('a Gram matrix that follows its items is that of the items as they are', () => {
  const random = new Random(6);
  const factors = () => Int16Array.from({ length: 4 }, () => random.between(-32767, 32767));
  const followed = new GrammedItems(4);
  const events = new Map<string, number>();
  for (let n = 0; n < 300; n++) {
    const id = `i${random.below(20)}`;
    events.set(id, random.below(3));
    followed.set(id, factors(), events.get(id) ?? 0);
  }
  const anew = new GrammedItems(4);
  for (const [id, count] of events) if (count > 0) anew.set(id, followed.matrix.get(id)?.slice() ?? factors(), count);
  expect(followed.gram).toEqual(anew.gram);
  expect(followed.learnt).toBe(anew.matrix.size);
});

test('items that nobody has met change no score and no contribution', () => {
  const { model, shelves, about } = learnt(7);
  const before = users.map(user => why(shelves.history(user), 'i0', about));
  const placed = new Int16Array(about.items.matrix.k).fill(700);
  for (let n = 0; n < 50; n++) about.items.set(`cold${n}`, placed, 0);
  expect(users.map(user => why(shelves.history(user), 'i0', about))).toEqual(before);
  expect(why(shelves.history(users[0] ?? ''), 'cold0', about)?.score).toBeDefined();
  expect(model.counts.items).toBe(items.length);
});

/** The score by the textbook: the user's vector first, by elimination, then its product with the item. */
function solvedAgain(model: Model, shelves: Shelves, user: string, { settings }: WhyModel): (item: string) => number {
  const { regularisation, unobservedWeight, gridExponent } = settings;
  const unit = 2 ** gridExponent.items;
  const rowOf = (id: string) => Array.from(model.item(id)?.factors ?? [], factor => factor / unit);
  const width = rowOf('i0').length;
  const system = Array.from({ length: width }, () => Array.from({ length: width + 1 }, () => 0));
  for (const id of items) addTo(system, rowOf(id), unobservedWeight, 0);
  const weighed = shelves.history(user).filter(({ done }) => weightOf(done).weight > 0);
  for (const { itemId, done } of weighed) {
    const { weight, wanted } = weightOf(done);
    addTo(system, rowOf(itemId), weight, wanted ? weight : 0);
  }
  const held = regularisation.strength * Math.sqrt(weighed.length + unobservedWeight * items.length);
  for (const [a, row] of system.entries()) row[a] = (row[a] ?? 0) + held;
  const x = eliminated(system);
  return item => rowOf(item).reduce((sum, y, f) => sum + y * (x[f] ?? 0), 0);
}

/** The default table, written out: stars speak before an order, that before a view; a return takes back the latter. */
function weightOf({ rating: rated, order, view, return: returned }: HistoryItem['done']) {
  if (rated !== undefined) return { weight: [0, 2, 2, 1.5, 2, 3][rated.value] ?? 0, wanted: rated.value >= 3 };
  const stands = (done: Done | undefined) => done !== undefined && done.time > (returned?.time ?? -1);
  return { weight: stands(order) ? 2 : stands(view) ? 0.5 : 0, wanted: true };
}

function addTo(system: readonly number[][], y: readonly number[], weight: number, wanted: number): void {
  for (const [a, row] of system.entries()) {
    const own = y[a] ?? 0;
    for (const [b, other] of y.entries()) row[b] = (row[b] ?? 0) + weight * own * other;
    row[y.length] = (row[y.length] ?? 0) + wanted * own;
  }
}

/** Gauss and Jordan, without pivoting: the system is positive definite. */
function eliminated(system: number[][]): number[] {
  for (const [t, pivot] of system.entries()) {
    const divisor = pivot[t] ?? NaN;
    pivot.forEach((value, b) => (pivot[b] = value / divisor));
    for (const row of system.filter(other => other !== pivot)) subtract(row, pivot, row[t] ?? NaN);
  }
  return system.map(row => row.at(-1) ?? NaN);
}

const subtract = (row: number[], pivot: readonly number[], factor: number): void =>
  row.forEach((value, b) => (row[b] = value - factor * (pivot[b] ?? NaN)));
