import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dot, ItemMatrix, Model, topNOf } from '../../src/als/index.ts';
import { checkerboard, rated, small, someEvents } from './events.ts';

const factors = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 2, maxLength: 2 });
const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 });

describe('a top-N list', () => {
  test('is the head of all items sorted by score, then id, without the excluded', () => {
    fc.assert(
      fc.property(ids, fc.array(factors, { minLength: 12, maxLength: 12 }), factors, fc.nat(6), (names, rows, x, n) => {
        const user = Int16Array.from(x);
        const matrix = new ItemMatrix(2);
        for (const [at, id] of names.entries()) matrix.set(id, Int16Array.from(rows[at] ?? []));
        const exclude = new Set(names.slice(0, 2));
        const naive = names
          .map((itemId, at) => ({ itemId, score: dot(user, Int16Array.from(rows[at] ?? [])) }))
          .filter(({ itemId }) => !exclude.has(itemId))
          .sort((a, b) => b.score - a.score || (a.itemId < b.itemId ? -1 : 1));
        expect(topNOf(user, matrix, { n, exclude })).toEqual(naive.slice(0, n));
      }),
    );
  });

  test('follows an item whose factors are replaced in place', () => {
    const matrix = new ItemMatrix(1);
    for (const id of ['a', 'b']) matrix.set(id, Int16Array.of(1));
    matrix.set('b', Int16Array.of(5));
    expect(topNOf(Int16Array.of(2), matrix, { n: 9 })).toEqual([
      { itemId: 'b', score: 10 },
      { itemId: 'a', score: 2 },
    ]);
    expect(() => matrix.set('c', Int16Array.of(1, 2))).toThrow(RangeError);
  });

  test('never holds an item that the user has rated, ordered or returned, nor one the caller excludes', () => {
    fc.assert(
      fc.property(someEvents, events => {
        const model = new Model(small);
        model.learn(events);
        for (const userId of new Set(events.map(event => event.userId))) {
          const own = events.filter(
            event => event.userId === userId && ['rating', 'order', 'return'].includes(event.kind),
          );
          const seen = new Set(own.map(({ itemId }) => itemId));
          expect(model.seen(userId)).toEqual([...seen].sort());
          const others = new Set(events.map(({ itemId }) => itemId).filter(id => id !== 'item 1' && !seen.has(id)));
          const listed = model.topN(userId, { n: 99, exclude: new Set(['item 1']) })?.map(({ itemId }) => itemId);
          expect(new Set(listed)).toEqual(others);
        }
      }),
    );
  });

  test('returns an item once seen only where the policy says so', () => {
    const model = new Model({ ...small, seen: ['order'] });
    model.learn(checkerboard(4));
    expect(model.topN('u1', { n: 9 })).toHaveLength(4);
  });
});

describe('who and what is unknown', () => {
  test('has no vectors, score or lists, but an estimate', () => {
    const model = new Model(small);
    model.learn(checkerboard(4));
    expect([model.user('?'), model.item('?'), model.score('?', 'i1'), model.score('u1', '?')]).toEqual(
      Array(4).fill(undefined),
    );
    expect([model.topN('?', { n: 3 }), model.similar('?', 3)]).toEqual([undefined, undefined]);
    expect(model.seen('?')).toEqual([]);
    expect(model.stars('?', '?')).toBeCloseTo(model.mean);
    expect(new Model(small).stars('?', '?')).toBe(2.75);
  });
});

test('similar items share the taste of the same users, and never hold the item itself', () => {
  const model = new Model({ factors: 4 });
  model.learn(checkerboard(8));
  model.train(4);
  expect(
    model
      .similar('i0', 3)
      ?.map(({ itemId }) => itemId)
      .sort(),
  ).toEqual(['i2', 'i4', 'i6']);
});

test('popular items are those that most users like, ties by id', () => {
  const model = new Model(small);
  model.learn([rated('a', 'x', 5), rated('b', 'x', 4), rated('a', 'z', 5), rated('a', 'y', 5), rated('b', 'w', 1)]);
  expect(model.popular(3)).toEqual([
    { itemId: 'x', score: 2 },
    { itemId: 'y', score: 1 },
    { itemId: 'z', score: 1 },
  ]);
});

test('star estimates stay on the scale', () => {
  const model = new Model(small);
  model.learn(Array.from({ length: 40 }, (_, n) => rated(`u${n % 5}`, `i${n % 8}`, n % 5 === 0 ? 5 : 0.5)));
  model.train(3);
  for (let user = 0; user < 5; user++)
    for (let item = 0; item < 8; item++) {
      expect(model.stars(`u${user}`, `i${item}`)).toBeGreaterThanOrEqual(0.5);
      expect(model.stars(`u${user}`, `i${item}`)).toBeLessThanOrEqual(5);
    }
});
