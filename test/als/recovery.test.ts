/** Data whose answer is known. */
import { describe, expect, test } from 'vitest';
import { Model, trainGeneration, openKernel, type Interaction } from '../../src/als/index.ts';
import { rated } from './events.ts';

/** Numbers from 0 to 1 that a seed repeats: a linear congruential generator (Numerical Recipes). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 4294967296;
}

type Pair = readonly [user: number, item: number];

const kernel = openKernel();

describe('a matrix of rank k is recovered', () => {
  const [users, items, rank] = [60, 40, 3];
  const next = numbers(7);
  const vectors = (count: number): number[][] =>
    Array.from({ length: count }, () => Array.from({ length: rank }, () => 2 * next() - 1));
  const [x, y] = [vectors(users), vectors(items)];
  const truth = (user: number, item: number): number =>
    3 + (x[user] ?? []).reduce((sum, value, f) => sum + value * (y[item]?.[f] ?? NaN), 0) * 0.6;

  const pairs = Array.from({ length: users * items }, (_, n): Pair => [Math.floor(n / items), n % items]);
  const isHidden = ([user, item]: Pair): boolean => (user * 7 + item * 3) % 5 === 0;

  test('by the star model, in the places that it has not seen, with as many factors and with more', () => {
    for (const factors of [rank, 2 * rank]) {
      const explicit = { factors, regularisation: 1e-4, biasRegularisation: 1e-4, prior: 1 };
      const model = new Model({ factors: 2, explicit, sweeps: 40 }, { kernel });
      model.learn(
        pairs.filter(each => !isHidden(each)).map(([user, item]) => rated(`${user}`, `${item}`, truth(user, item))),
      );
      model.train();
      const hidden = pairs.filter(isHidden);
      const errors = hidden.map(([user, item]) => model.stars(`${user}`, `${item}`) - truth(user, item));
      expect(Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length)).toBeLessThan(0.02);
    }
  });

  test('by the implicit model: who likes one of k disjoint sets is told which, of every item', () => {
    const sets = 5;
    const model = new Model({ factors: sets, regularisation: { strength: 0.01, frequencyExponent: 0 } }, { kernel });
    const likes = ([user, item]: Pair): boolean => user % sets === item % sets;
    const known = pairs.filter(pair => likes(pair) && pair[1] !== pair[0] % items);
    model.learn(known.map(([user, item]) => rated(`${user}`, `${item}`, 5)));
    model.train();
    const scoreOf = ([user, item]: Pair): number => model.score(`${user}`, `${item}`) ?? NaN;
    expect(Math.min(...pairs.filter(likes).map(scoreOf))).toBeGreaterThan(0.6);
    expect(Math.max(...pairs.filter(pair => !likes(pair)).map(pair => Math.abs(scoreOf(pair))))).toBeLessThan(0.1);
  });
});

describe('the smallest and the largest rows', () => {
  test('nothing at all can be trained, described and asked', () => {
    const model = new Model({}, { kernel });
    expect(model.train()).toMatchObject({ users: [], items: [], saturations: 0 });
    expect(model.objective()).toBe(0);
    expect([model.topN('u', { n: 1 }), model.popular(3), model.describe([])]).toMatchObject([
      undefined,
      [],
      { items: [] },
    ]);
    expect(trainGeneration(model.freeze(), { kernel }).users.ids).toEqual([]);
  });

  test.for([
    ['one user with many items', 1, 30],
    ['one item of many users', 30, 1],
    ['one of each', 1, 1],
  ] as const)('%s', ([, users, items]) => {
    const model = new Model({ factors: 8 }, { kernel });
    const events: Interaction[] = [];
    for (let user = 0; user < users; user++)
      for (let item = 0; item < items; item++) events.push(rated(`u${user}`, `i${item}`, 4));
    model.learn(events);
    expect(model.train().saturations).toBe(0);
    expect(model.score('u0', 'i0')).toBeGreaterThan(0.5);
    expect(model.stars('u0', 'i0')).toBeCloseTo(4, 1);
  });

  test('users who all say the same of everything are all alike', () => {
    const model = new Model({ factors: 8 }, { kernel });
    const events: Interaction[] = [];
    for (let user = 0; user < 20; user++)
      for (let item = 0; item < 15; item++) events.push(rated(`u${user}`, `i${item}`, 5));
    model.learn(events);
    model.train();
    for (let user = 1; user < 20; user++) expect(model.user(`u${user}`)?.factors).toEqual(model.user('u0')?.factors);
  });

  test('a user with 100,000 events and an item that everybody rated are learnt, kept up and solved exactly', () => {
    const make = (cache_bytes: number): Model => {
      const model = new Model({ factors: 8, heavy: { events: 4096, cache_bytes }, sweeps: 2 }, { kernel });
      const events: Interaction[] = [];
      for (let item = 0; item < 100_000; item++) events.push(rated('collector', `i${item}`, 1 + (item % 5)));
      for (let user = 0; user < 6_000; user++) {
        events.push(rated(`u${user}`, 'i0', 5), rated(`u${user}`, `i${1 + ((user * 17) % 900)}`, 1 + (user % 5)));
      }
      model.learn(events);
      model.train();
      for (let cut = 0; cut < 3; cut++)
        model.learn([
          rated(`u${cut}`, `i${5 + cut}`, 5, { eventId: `more ${cut}` }),
          rated(`v${cut}`, 'i0', 1, { eventId: `new ${cut}` }),
          rated('collector', `j${cut}`, 5, { eventId: `again ${cut}` }),
        ]);
      return model;
    };
    const [kept, fresh] = [make(64 << 20), make(0)];
    expect(kept.hash()).toBe(fresh.hash());
    expect(kept.user('collector')?.events).toBe(100_003);
    expect(kept.item('i0')?.events).toBe(6_004);
    expect(kept.popular(1)).toEqual([{ itemId: 'i0', score: 6_000 }]);
  });
});
