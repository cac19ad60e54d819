import { describe, expect, test } from 'vitest';
import { explored } from '../../../src/recommender/domain/exploration.ts';

const listed = (count: number, prefix = 'own') =>
  Array.from({ length: count }, (_, at) => ({ itemId: `${prefix}-${String(at).padStart(2, '0')}` }));
const list = listed(12);
const fresh = listed(6, 'new');
const settings = { slots: 2, share: 0.3, newBelow: 5 };
const draw = (n: number) => ({ user: `user-${n}`, day: 20_500 });
const ids = (placed: ReturnType<typeof explored>): unknown[] => placed.map(({ item }) => item);

describe('new items take places', () => {
  test('the last ones of the first ten, the same for the same user and day, others on another day', () => {
    const all = Array.from({ length: 200 }, (_, n) => explored(list, fresh, settings, draw(n)));
    for (const placed of all) {
      expect(placed).toHaveLength(12);
      expect(ids(placed).slice(0, 8)).toEqual(list.slice(0, 8));
      expect(ids(placed).slice(10)).toEqual(list.slice(10));
    }
    expect(Array.from({ length: 200 }, (_, n) => explored(list, fresh.toReversed(), settings, draw(n)))).toEqual(all);
    const tomorrow = all.map((_, n) => explored(list, fresh, settings, { ...draw(n), day: 20_501 }));
    expect(tomorrow).not.toEqual(all);
  });

  test('as often as their propensity says, and so does what stands there otherwise', () => {
    const seen = new Map<string, { count: number; propensity: number }>();
    const draws = 20_000;
    for (let n = 0; n < draws; n++) {
      for (const [at, { item, propensity }] of explored(list, fresh, settings, draw(n)).entries()) {
        const place = `${at} ${item.itemId}`;
        const known = seen.get(place) ?? { count: 0, propensity };
        expect(propensity).toBe(known.propensity);
        seen.set(place, { ...known, count: known.count + 1 });
      }
    }
    for (const [, { count, propensity }] of seen) {
      const deviation = Math.sqrt(draws * propensity * (1 - propensity));
      expect(Math.abs(count - draws * propensity)).toBeLessThanOrEqual(4 * deviation);
    }
    const places = [...seen.keys()].filter(place => place.includes('new'));
    expect(places).toHaveLength(fresh.length); // each item has one place, and every item is drawn
  });

  test('their probabilities and that of what they displace add up to one at each place', () => {
    const chances = new Map<number, Map<string, number>>();
    for (let n = 0; n < 2_000; n++)
      for (const [at, { item, propensity }] of explored(list, fresh, settings, draw(n)).entries())
        chances.set(at, new Map([...(chances.get(at) ?? []), [item.itemId, propensity]]));
    for (const [at, of] of chances) {
      const sum = [...of.values()].reduce((total, each) => total + each, 0);
      expect([at, sum]).toEqual([at, expect.closeTo(1, 12)]);
    }
  });

  test('none where there are none, nobody shares, or there is one place only', () => {
    const certain = list.map(item => ({ item, explored: false, propensity: 1 }));
    expect(explored(list, [], settings, draw(1))).toEqual(certain);
    expect(explored(list, fresh, { ...settings, share: 0 }, draw(1))).toEqual(certain);
    expect(explored(list, fresh, { ...settings, slots: 0 }, draw(1))).toEqual(certain);
    for (let n = 0; n < 50; n++)
      expect(explored(list.slice(0, 1), fresh, { ...settings, share: 1 }, draw(n))).toEqual(certain.slice(0, 1));
  });

  test('always where the share is one', () => {
    for (let n = 0; n < 50; n++) {
      const placed = explored(list, fresh, { ...settings, share: 1 }, draw(n));
      expect(placed.map(({ explored: isNew }) => isNew)).toEqual(list.map((_, at) => at === 8 || at === 9));
    }
  });
});
