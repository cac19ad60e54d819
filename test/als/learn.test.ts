import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInteraction, Model, type Interaction, type Vectors } from '../../src/als/index.ts';
import { checkerboard, leftOut, rated, small, someEvents } from './events.ts';

const learnt = (...cuts: (readonly Interaction[])[]): Model => {
  const model = new Model(small);
  for (const cut of cuts) model.learn(cut);
  return model;
};

/** Cuts of a list of events. */
const cutsOf = (events: readonly Interaction[], size: number): Interaction[][] =>
  Array.from({ length: Math.ceil(events.length / size) }, (_, n) => events.slice(n * size, (n + 1) * size));

/** What a model holds of all users and items of the events, as text; nothing of those it has not met. */
function vectorsOf(model: Model, events: readonly Interaction[]): Map<string, string> {
  const vectors = new Map<string, Vectors | undefined>();
  for (const { userId, itemId } of events) {
    vectors.set(`u/${userId}`, model.user(userId));
    vectors.set(`i/${itemId}`, model.item(itemId));
  }
  const told = [...vectors].filter(([, held]) => held !== undefined);
  return new Map(told.map(([key, held]) => [key, JSON.stringify([held?.factors, held?.starFactors, held?.bias])]));
}

describe('one cut', () => {
  test('is learnt the same in any order, with any duplicates, from any partitions', () => {
    fc.assert(
      fc.property(someEvents, someEvents, fc.infiniteStream(fc.nat(99)), (first, second, chance) => {
        const keys = new Map([...first, ...second].map(event => [event, chance.next().value ?? 0]));
        const shuffled = (cut: readonly Interaction[]): Interaction[] =>
          cut.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
        const partitions = Map.groupBy([...second, ...second.slice(0, 5)], ({ userId }) => userId);
        const merged = [...partitions.values()].reverse().flat();
        const later = second.map(event => ({ ...event, eventId: `later ${event.eventId}` }));
        const [tidy, untidy] = [new Model(small), new Model(small)];
        expect([shuffled([...first, ...first]), merged, shuffled(later)].map(cut => untidy.learn(cut))).toEqual(
          [first, second, later].map(cut => tidy.learn(cut)),
        );
        expect(untidy.hash()).toBe(tidy.hash());
      }),
    );
  });

  test('learnt twice has no effect the second time', () => {
    fc.assert(
      fc.property(someEvents, events => {
        const model = learnt(events);
        const before = model.hash();
        expect(model.learn(events)).toMatchObject({ events: 0, users: [], items: [] });
        expect(model.hash()).toBe(before);
      }),
    );
  });

  test('that is empty changes nothing', () => {
    const model = learnt([]);
    expect(model.version).toEqual({ generation: 0, number: 0 });
    expect(model.train(2)).toMatchObject({ users: [], items: [], version: { generation: 1, number: 0 } });
  });

  test('names every id whose vectors changed', () => {
    fc.assert(
      fc.property(someEvents, events => {
        const model = new Model(small);
        const before = new Map<string, string>();
        for (const cut of cutsOf(events, 5)) {
          const { users, items } = model.learn(cut);
          const now = vectorsOf(model, events);
          const changed = [...now.keys()].filter(key => now.get(key) !== before.get(key));
          const told = [...users.map(id => `u/${id}`), ...items.map(id => `i/${id}`)];
          expect(told).toEqual(expect.arrayContaining(changed));
          for (const [key, vectors] of now) before.set(key, vectors);
        }
      }),
    );
  });

  test('with a bad event is refused before anything is learnt', () => {
    const model = learnt(checkerboard(4));
    const before = model.hash();
    const bad = [NaN, Infinity, 0.25, -1, 5.5].map(value => rated('u1', 'i9', value));
    const worse = [
      rated('', 'i', 3),
      rated('u', '', 3),
      rated('u', 'i', 3, { time: NaN }),
      rated('u', 'i', 3, { eventId: '' }),
    ];
    for (const event of [...bad, ...worse])
      expect(() => model.learn([rated('u1', 'i8', 3), event])).toThrow(InvalidInteraction);
    expect(model.hash()).toBe(before);
    expect(model.item('i8')).toBeUndefined();
  });
});

describe('events of one user and item', () => {
  const board = checkerboard(6);
  const own = { userId: 'u0', itemId: 'i0' };
  const after = (...events: Interaction[]): Model => learnt(board, events);

  test('the newest rating wins, whenever it arrives', () => {
    const [older, newer] = [
      rated('u0', 'i0', 1, { time: 2_000, eventId: 'b' }),
      rated('u0', 'i0', 4, { time: 3_000, eventId: 'a' }),
    ];
    const model = learnt(board, [newer], [older]);
    expect(model.hash()).toBe(learnt(board, [newer]).hash());
    expect(model.counts.ratings).toBe(board.length);
  });

  test.for(['a', 'b', 'c', 'd', 'e'])('at the same time one event id wins over the other: %s and z', id => {
    const rival = rated('u0', 'i0', 1, { time: 2_000, eventId: id });
    const other = rated('u0', 'i0', 4, { time: 2_000, eventId: 'z' });
    const hashOf = (...events: Interaction[]): string => {
      const model = learnt(board, ...events.map(event => [event]));
      model.train(1);
      return model.hash();
    };
    const [first, second] = [hashOf(rival, other), hashOf(other, rival)];
    // The number of cuts with news is in the hash: the winner changes nothing once it is in.
    const alone = [rival, other].map(event => hashOf(event));
    expect(second).toBe(first);
    expect(alone).toContain(first);
    expect(alone[0]).not.toBe(alone[1]);
  });

  test('a view does not overwrite a rating', () => {
    const [model, viewed] = [after(), after({ ...own, kind: 'view', value: 1, time: 9_000, eventId: 'view' })];
    for (const each of [model, viewed]) each.train(2);
    expect(viewed.hash()).toBe(model.hash());
  });

  test('a return retracts the order before it, for good, and not the one after it', () => {
    const fresh = { userId: 'u0', itemId: 'new' };
    const order = (time: number): Interaction => ({
      ...fresh,
      kind: 'order',
      value: 1,
      time,
      eventId: `order ${time}`,
    });
    const returned: Interaction = { ...fresh, kind: 'return', value: 1, time: 6_000, eventId: 'return' };
    expect(after(order(5_000)).item('new')?.events).toBe(1);
    expect(after(order(5_000), returned).item('new')?.events).toBe(0);
    expect(learnt(board, [returned], [order(5_000)]).item('new')?.events).toBe(0);
    expect(after(order(5_000), returned, order(7_000)).item('new')?.events).toBe(1);
  });
});

describe('prequential figures', () => {
  test('judge each rating before it is learnt, cold and warm apart', () => {
    const model = new Model(small);
    const first = model.learn([rated('u', 'i', 5), rated('v', 'i', 1)]);
    expect(first.prequential).toEqual({
      warm: { count: 0, squared: 0, absolute: 0 },
      cold: { count: 2, squared: 2.25 ** 2 + 1.75 ** 2, absolute: 4 },
    });
    const estimate = model.stars('u', 'i');
    const again = model.learn([rated('u', 'i', 2, { time: 5_000, eventId: 'again' })]);
    expect(again.prequential.warm).toEqual({
      count: 1,
      squared: (estimate - 2) * (estimate - 2),
      absolute: Math.abs(estimate - 2),
    });
  });
});

describe('the smallest and greatest models', () => {
  test.for([1, 128])('with %d factors learn, train and answer', factors => {
    const model = new Model({ factors });
    model.learn(checkerboard(6));
    model.train(2);
    expect(model.topN('u1', { n: 1 })?.map(({ itemId }) => itemId)).toEqual(['i3']);
  });

  test('one user and one item are a model', () => {
    const model = learnt([rated('u', 'i', 5)]);
    expect(model.train(3).saturations).toBe(0);
    expect(model.score('u', 'i')).toBeGreaterThan(0.3);
    expect(model.topN('u', { n: 3 })).toEqual([]);
  });

  test('a grid that is too fine saturates, says so, and recovers by a generation with a coarser one', () => {
    const model = new Model({
      factors: 1,
      gridExponent: { users: 14, items: 14 },
      regularisation: { strength: 1e-6, frequencyExponent: 0 },
      unobservedWeight: 0,
    });
    expect(model.learn([rated('u', 'i', 5)]).saturations).toBeGreaterThan(0);
    expect(model.train(6).saturations).toBe(0);
    const { users, items } = model.settings.gridExponent;
    expect(Math.min(users, items)).toBeLessThan(14);
    expect(model.learn([rated('v', 'i', 5)]).saturations).toBe(0);
    expect(model.score('u', 'i')).toBeGreaterThan(0.9);
  });
});

test('refresh moves rows that no event touched, and without a budget none', () => {
  const moved = (rowsPerEvent: number): string[] => {
    const model = new Model({ ...small, refresh: { threshold: 1, rowsPerEvent } });
    model.learn(checkerboard(8));
    model.train(1);
    const { users, items } = model.learn([rated('u0', 'i2', 1)]);
    return [...users, ...items];
  };
  expect(moved(0)).toEqual(['u0', 'i2']);
  expect(moved(5)).toHaveLength(7);
});

test('weights fade with event time, and a model that learnt all at once fades alike', () => {
  const order = (userId: string, itemId: string, time: number): Interaction => ({
    userId,
    itemId,
    kind: 'order',
    value: 1,
    time,
    eventId: `${userId}${itemId}`,
  });
  const weights = {
    ageBounds_ms: [1_000],
    rules: [{ kind: 'order', atLeast: 0, preference: 1, confidence: [32, 0] }],
  } as const;
  const [slow, fast] = [new Model({ ...small, weights }), new Model({ ...small, weights })];
  slow.learn([order('u', 'i', 0)]);
  expect(slow.item('i')?.events).toBe(1);
  slow.learn([order('v', 'j', 1_000)]);
  expect(slow.item('i')?.events).toBe(0);
  fast.learn([order('v', 'j', 1_000), order('u', 'i', 0)]);
  for (const model of [slow, fast]) model.train(2);
  expect(slow.hash()).toBe(fast.hash());
});

test('a checkerboard is continued where a square was left out', () => {
  const size = 12;
  const model = new Model({ factors: 4 });
  for (const cut of cutsOf(checkerboard(size), 20)) model.learn(cut);
  for (let user = 0; user < size; user++)
    expect(model.topN(`u${user}`, { n: 1 })?.[0]?.itemId).toBe(`i${leftOut(user, size)}`);
  expect(model.stars('u0', 'i2')).toBeGreaterThan(4);
  model.learn([rated('stranger', 'i0', 5)]);
  expect(model.topN('stranger', { n: 5 })?.map(({ itemId }) => Number(itemId.slice(1)) % 2)).toEqual([0, 0, 0, 0, 0]);
});
