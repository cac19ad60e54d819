import { expect, test } from 'vitest';
import { ListIds } from '../../../src/recommender/api/list-ids.ts';
import { maxListIdLength } from '../../../src/recommender/domain/validate.ts';

const ids = new ListIds('a key of sixteen or more');
const origin = { policy: 'live', generation: 3, number: 41, propensities: [1, 0.9, 1, 0.1 / 3, 5e-7] };
const content = { user: 'ann', items: ['a', 'b', 'c', 'd', 'e'] };

test('an id tells exactly what the list was made of, and is the same for the same list', () => {
  const id = ids.idOf(origin, content);
  expect(ids.idOf(origin, content)).toBe(id);
  expect(ids.originOf(id, content)).toEqual(origin);
  expect(new ListIds('a key of sixteen or more').originOf(id, content)).toEqual(origin);
});

test('one that was not answered so by a server with this key says nothing', () => {
  const id = ids.idOf(origin, content);
  const others = [
    ['another key', new ListIds('another key').originOf(id, content)],
    ['another user', ids.originOf(id, { ...content, user: 'bob' })],
    ['other items', ids.originOf(id, { ...content, items: ['a', 'b', 'c', 'd', 'x'] })],
    ['another order', ids.originOf(id, { ...content, items: content.items.toReversed() })],
    ['another policy', ids.originOf(id.replace('live', 'candidate'), content)],
    ['another propensity', ids.originOf(id.replace('1:0.9', '1:0.8'), content)],
    ['a proof too short', ids.originOf(id.slice(0, -1), content)],
    ['no id', ids.originOf('list', content)],
    ['nothing', ids.originOf('', content)],
  ];
  expect(others.filter(([, found]) => found !== undefined)).toEqual([]);
});

test('one that was answered under a former key is still known, and new ones are signed with the new key', () => {
  const former = ids.idOf(origin, content);
  const changed = new ListIds('the key that came after', ['a key of sixteen or more']);
  expect(changed.originOf(former, content)).toEqual(origin);
  expect(ids.originOf(changed.idOf(origin, content), content)).toBeUndefined();
  expect(new ListIds('the key that came after').originOf(former, content)).toBeUndefined();
});

test('the longest fits: a hundred items, nine explored places, large numbers', () => {
  const propensities = Array.from({ length: 100 }, (_, at) => (at > 0 && at < 10 ? 0.123 / 48_613 : 1));
  const long = { policy: 'candidate', generation: 2 ** 30 - 1, number: 999_999_999_999_999, propensities };
  const items = propensities.map((_, at) => `item-${at}`);
  const id = ids.idOf(long, { user: 'ann', items });
  expect(id.length).toBeLessThanOrEqual(maxListIdLength);
  expect(ids.originOf(id, { user: 'ann', items })).toEqual(long);
});
