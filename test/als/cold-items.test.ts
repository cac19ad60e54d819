import { describe, expect, test } from 'vitest';
import { deletedRating, Model } from '../../src/als/index.ts';
import { checkerboard, rated, small } from './events.ts';

const told = (): Model => {
  const model = new Model({ factors: 4, refresh: { threshold: 8, rowsPerEvent: 0 } });
  model.describe([
    ...[0, 2, 4].map(n => ({ itemId: `i${n}`, groups: ['genre:even', 'tag:old'] })),
    ...[1, 3, 5].map(n => ({ itemId: `i${n}`, groups: ['genre:odd', 'tag:old'] })),
  ]);
  model.learn(checkerboard(8));
  model.train(4);
  return model;
};

const factorsOf = (model: Model, id: string): number[] => [...(model.item(id)?.factors ?? [])];

/** Half to even, as all rounding of the model. */
const rounded = (value: number): number => {
  const down = Math.floor(value);
  return (value - down === 0.5 ? down + (Math.abs(down) % 2) : Math.round(value)) + 0;
};

describe('an item that nobody has met', () => {
  test('stands at the mean of the items that share its groups, each counting once for each of them', () => {
    const model = told();
    const { items } = model.describe([{ itemId: 'new', groups: ['tag:old', 'genre:even', 'genre:none'] }]);
    expect(items).toEqual(['new']);
    const shares = ['i0', 'i2', 'i4', 'i0', 'i1', 'i2', 'i3', 'i4', 'i5'].map(id => factorsOf(model, id));
    const mean = [0, 1, 2, 3].map(f => rounded(shares.reduce((sum, y) => sum + (y[f] ?? NaN), 0) / shares.length));
    expect(factorsOf(model, 'new')).toEqual(mean);
    expect(model.item('new')?.events).toBe(0);
  });

  test('is recommended to those who like its groups', () => {
    const model = told();
    model.describe([
      { itemId: 'even', groups: ['genre:even'] },
      { itemId: 'odd', groups: ['genre:odd'] },
    ]);
    const placeOf = (userId: string, itemId: string): number =>
      model.topN(userId, { n: 99 })?.findIndex(entry => entry.itemId === itemId) ?? -1;
    expect(placeOf('u0', 'even')).toBeLessThan(placeOf('u0', 'odd'));
    expect(placeOf('u1', 'odd')).toBeLessThan(placeOf('u1', 'even'));
    expect(model.stars('u0', 'even')).toBeGreaterThan(model.stars('u0', 'odd') + 1);
  });

  test('is most like the items that share its groups, and they are like it', () => {
    const model = told();
    model.describe([
      { itemId: 'even', groups: ['genre:even'] },
      { itemId: 'odd', groups: ['genre:odd'] },
    ]);
    const likeness = (itemId: string) => model.similar(itemId, 7)?.map(each => each.itemId) ?? [];
    // Of all eight items every other one is of either kind.
    expect(likeness('even').slice(0, 4).toSorted()).toEqual(['i0', 'i2', 'i4', 'i6']);
    expect(likeness('odd').slice(0, 4).toSorted()).toEqual(['i1', 'i3', 'i5', 'i7']);
    expect(likeness('i0')).toContain('even');
    expect(likeness('i0').slice(0, 4)).not.toContain('odd');
  });

  test('weighs nothing: all other vectors are as if it were not there', () => {
    const [model, without] = [told(), told()];
    model.describe([{ itemId: 'new', groups: ['genre:even'] }]);
    for (const each of [model, without]) each.learn([rated('u9', 'i0', 5), rated('u9', 'i1', 1)]);
    for (const id of ['u0', 'u9']) expect(model.user(id)).toEqual(without.user(id));
    for (const each of [model, without]) each.train(2);
    for (const id of ['u0', 'u9']) expect(model.user(id)).toEqual(without.user(id));
  });

  test('is solved once events come, as an item of which nothing was said', () => {
    const [model, without] = [told(), told()];
    model.describe([{ itemId: 'new', groups: ['genre:even'] }]);
    for (const each of [model, without]) each.learn([rated('u0', 'new', 5)]);
    expect(model.hash()).not.toBe(told().hash());
    expect(model.item('new')).toEqual(without.item('new'));
  });

  test('is back at the mean of its groups when what was known of it is returned', () => {
    const order = { userId: 'u0', itemId: 'new', value: 1, time: 5_000 };
    const model = told();
    model.describe([{ itemId: 'new', groups: ['genre:even'] }]);
    const cold = factorsOf(model, 'new');
    model.learn([{ ...order, kind: 'order', eventId: 'order' }]);
    expect(factorsOf(model, 'new')).not.toEqual(cold);
    const evens = ['i0', 'i2', 'i4'];
    model.learn([{ ...order, kind: 'return', eventId: 'return' }]);
    const mean = [0, 1, 2, 3].map(f =>
      rounded(evens.reduce((sum, id) => sum + (factorsOf(model, id)[f] ?? NaN), 0) / 3),
    );
    expect(factorsOf(model, 'new')).toEqual(mean);
  });

  test('follows its groups: while they grow from nothing, and with each generation', () => {
    const model = new Model({ ...small, refresh: { threshold: 8, rowsPerEvent: 0 } });
    model.describe([{ itemId: 'new', groups: ['genre:even'] }]);
    expect(factorsOf(model, 'new')).toEqual([0, 0, 0]);
    model.describe([{ itemId: 'i0', groups: ['genre:even'] }]);
    model.learn(checkerboard(4));
    expect(factorsOf(model, 'new')).toEqual(factorsOf(model, 'i0'));
    model.train(2);
    expect(factorsOf(model, 'new')).toEqual(factorsOf(model, 'i0'));
    expect(factorsOf(model, 'new')).not.toEqual([0, 0, 0]);
  });

  test('is trained with what came of it before the training, as an item of which nothing was said', () => {
    const [model, without] = [told(), told()];
    model.describe([{ itemId: 'new', groups: ['genre:even'] }]);
    for (const each of [model, without]) {
      each.note([rated('u0', 'new', 5), rated('u2', 'new', 4)]);
      each.train(2);
    }
    for (const id of ['u0', 'u1', 'u2', 'u3']) expect(model.user(id)).toEqual(without.user(id));
    expect(model.item('new')).toEqual(without.item('new'));
    expect(model.item('i1')).toEqual(without.item('i1'));
  });

  test('counts as cold when it is judged, but is estimated by its groups', () => {
    const model = told();
    model.describe([{ itemId: 'new', groups: ['genre:even'] }]);
    const estimate = model.stars('u0', 'new');
    const { cold, warm } = model.learn([rated('u0', 'new', 4)]).prequential;
    expect(warm.count).toBe(0);
    expect(cold.absolute).toBeCloseTo(Math.abs(estimate - 4), 12);
  });
});

test('an item whose users are all gone weighs nothing, also after a restart, and is new to whoever meets it next', () => {
  const [model, without] = [told(), told()];
  model.learn([rated('gone', 'theirs', 5)]);
  model.forget(['gone']);
  const restarted = new Model({ factors: 4, refresh: { threshold: 8, rowsPerEvent: 0 } });
  for (const { key, write } of model.rows()) restarted.restoreRow(key, write());
  restarted.finishRestore();
  const leftOver = model.item('theirs');
  expect(leftOver).toMatchObject({ events: 0, factors: new Int16Array(4) });
  const steps: ((each: Model) => unknown)[] = [
    each => each.train(2),
    // A rating that was deleted says nothing, so nothing is solved by it.
    each => each.learn([rated('u1', 'theirs', deletedRating)]),
    each => each.learn([rated('u1', 'i0', 2, { eventId: 'other' })]),
    each => each.learn([rated('u2', 'theirs', 5)]),
  ];
  for (const step of steps) {
    for (const each of [model, restarted, without]) step(each);
    for (const each of [model, restarted])
      for (const id of ['u0', 'u1', 'u2']) expect(each.user(id)).toEqual(without.user(id));
    const known = without.item('theirs') ?? leftOver;
    expect([model.item('theirs'), restarted.item('theirs')]).toEqual([known, known]);
  }
});

test('what is said again is no news, and what is taken back leaves nothing', () => {
  const model = told();
  const before = model.version;
  expect(model.describe([{ itemId: 'i0', groups: ['tag:old', 'genre:even', 'tag:old'] }]).items).toEqual([]);
  expect(model.version).toEqual(before);
  model.describe([{ itemId: 'new', groups: ['genre:even'] }]);
  model.describe([{ itemId: 'new', groups: [] }]);
  expect(factorsOf(model, 'new')).toEqual([0, 0, 0, 0]);
  model.clean();
  expect([...model.dirty()]).toEqual([]);
});
