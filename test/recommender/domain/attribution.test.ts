import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Exposure, Rating } from '../../../schemas/types.ts';
import { Attribution } from '../../../src/recommender/domain/attribution.ts';
import { invalidExposure } from '../../../src/recommender/domain/validate.ts';

const at = Date.UTC(2026, 5, 1);
const within = 1_000;

const list = (change: Partial<Exposure> = {}): Exposure => ({
  eventId: 'shown-1',
  tenant: '',
  userId: 'ann',
  sessionId: '',
  listId: 'live~1.2~~mac',
  slot: 'top',
  items: ['a', 'b'],
  policy: 'live',
  propensity: 1,
  propensities: [1, 1],
  generation: 1,
  number: 2,
  time: at,
  ...change,
});
const event = (itemId: string, change: Partial<Rating> = {}): Rating => ({
  eventId: 'e',
  tenant: '',
  userId: 'ann',
  sessionId: '',
  itemId,
  kind: 'rating',
  value: 4,
  time: at + 1,
  ...change,
});

function figures(lists: readonly Exposure[], events: readonly Rating[]) {
  const attribution = new Attribution(within);
  for (const each of lists) attribution.shown(each);
  for (const each of events) attribution.did(each);
  return attribution.figures();
}

describe('what was shown is followed', () => {
  test('by a rating or an order of that user and item, from the moment it was shown to the end of the time', () => {
    const followed = (change: Partial<Rating>): number | undefined =>
      figures([list()], [event('a', change)])[0]?.items.followed;
    expect(followed({ time: at })).toBe(1);
    expect(followed({ time: at + within, kind: 'order' })).toBe(1);
    expect(followed({ time: at - 1 })).toBe(0);
    expect(followed({ time: at + within + 1 })).toBe(0);
    expect(followed({ kind: 'view' })).toBe(0);
    expect(followed({ kind: 'return' })).toBe(0);
    expect(followed({ userId: 'bob' })).toBe(0);
    expect(followed({ itemId: 'c' })).toBe(0);
  });

  test('once, however often list and event come; a list is followed by any of its items, and a user by any list', () => {
    const lists = [
      list(),
      list(),
      list({ eventId: 'shown-2', items: ['b'] }),
      list({ eventId: 'shown-3', userId: 'bob' }),
    ];
    expect(figures(lists, [event('b'), event('b')])).toEqual([
      {
        policy: 'live',
        lists: { shown: 3, followed: 2 },
        items: { shown: 5, followed: 2 },
        users: { shown: 2, followed: 1 },
      },
    ]);
  });

  test('by policy, and for a session as for a user', () => {
    const session = { userId: '', sessionId: 'tab', policy: 'trending', eventId: 's' };
    const found = figures([list(), list(session)], [event('a', { userId: '', sessionId: 'tab' })]);
    expect(found.map(({ policy, lists }) => [policy, lists.followed])).toEqual([
      ['live', 0],
      ['trending', 1],
    ]);
  });

  test('as counting each list, item and event by itself finds', () => {
    const user = fc.constantFrom('ann', 'bob');
    const item = fc.constantFrom('a', 'b', 'c');
    const time = fc.integer({ min: at - 2_000, max: at + 2_000 });
    const lists = fc.uniqueArray(
      fc.record({
        eventId: fc.string(),
        userId: user,
        items: fc.uniqueArray(item),
        time,
        policy: fc.constantFrom('x', 'y'),
      }),
      { selector: ({ eventId }) => eventId },
    );
    fc.assert(
      fc.property(lists, fc.array(fc.record({ userId: user, itemId: item, time })), (shown, done) => {
        const events = done.map(change => event(change.itemId, change));
        const isFollowed = (one: (typeof shown)[number], itemId: string): boolean =>
          events.some(
            e => e.userId === one.userId && e.itemId === itemId && e.time >= one.time && e.time <= one.time + within,
          );
        const expected = [...new Set(shown.map(({ policy }) => policy))].sort().map(policy => {
          const own = shown.filter(one => one.policy === policy);
          const followed = own.filter(one => one.items.some(itemId => isFollowed(one, itemId)));
          const items = own.flatMap(one => one.items.map(itemId => isFollowed(one, itemId)));
          const users = (of: typeof own) => new Set(of.map(({ userId }) => userId)).size;
          return {
            policy,
            lists: { shown: own.length, followed: followed.length },
            items: { shown: items.length, followed: items.filter(Boolean).length },
            users: { shown: users(own), followed: users(followed) },
          };
        });
        expect(figures(shown.map(list), events)).toEqual(expected);
      }),
    );
  });
});

test('a report of what was shown is sound, or its first fault is told', () => {
  expect(invalidExposure(list(), at)).toBeUndefined();
  expect(invalidExposure(list({ userId: '', sessionId: 'tab', propensities: [] }), at)).toBeUndefined();
  for (const [change, problem] of [
    [{ userId: '' }, /sessionId is missing/],
    [{ items: [] }, /0 items are not 1 to 100/],
    [{ items: Array.from({ length: 101 }, (_, n) => `${n}`) }, /101 items/],
    [{ items: ['a', 'b\n'] }, /items holds control characters/],
    [{ propensities: [1] }, /1 propensities are not one for each of 2 items/],
    [{ propensities: [1, 0] }, /propensity 0 is not above 0/],
    [{ propensity: 1.5 }, /propensity 1.5/],
    [{ propensity: Number.NaN }, /propensity NaN/],
    [{ slot: '' }, /slot is empty/],
    [{ listId: 'x'.repeat(501) }, /listId has 501 characters/],
    [{ time: at + 2 * 86_400_000 }, /more than a day after/],
  ] as const)
    expect(invalidExposure(list(change), at)).toMatch(problem);
});
