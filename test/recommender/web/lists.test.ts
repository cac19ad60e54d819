import { describe, expect, test } from 'vitest';
import type { ListedItem } from '../../../src/recommender/api/client/client.ts';
import { announcement, changesOf } from '../../../src/recommender/web/dashboard/list-changes.ts';
import { provenance, scoreOf, shares } from '../../../src/recommender/web/dashboard/list-words.ts';

const listed = (...ids: string[]): ListedItem[] =>
  ids.map(itemId => ({
    itemId,
    title: `Film ${itemId}`,
    genres: [],
    score: 1,
    reason: 'personal',
    explored: false,
    propensity: 1,
  }));

describe('what changed in a list', () => {
  test('an item that was not there is new, one that stood lower moved up, one that stands still is not named', () => {
    expect([...changesOf(listed('a', 'b', 'c', 'd'), listed('a', 'd', 'x', 'c'))]).toEqual([
      ['d', { kind: 'moved', by: 2 }],
      ['x', { kind: 'new' }],
      ['c', { kind: 'moved', by: -1 }],
    ]);
  });

  test('is told in one sentence: what left, what is new and where, and how many moved', () => {
    expect(announcement(listed('a', 'b', 'c'), listed('b', 'c', 'd'))).toBe(
      'The list changed; left: Film a; new: Film d at 3; moved: 2.',
    );
  });

  test('is told of three items by name, and of the rest by number', () => {
    expect(announcement(listed('a', 'b', 'c', 'd', 'e'), listed('e'))).toBe(
      'The list changed; left: Film a, Film b, Film c and 1 more; moved: 1.',
    );
  });

  test('is nothing where the same items stand in the same order', () => {
    expect(announcement(listed('a', 'b'), listed('a', 'b'))).toBe('');
  });
});

describe('where a list comes from', () => {
  const list = { reason: 'personal', modelVersion: '1.42', generatedAt: null, ageMs: 2_000 } as const;

  test('is its reason, the model and its age, which grows since it was fetched', () => {
    expect(provenance(list, 1_500)).toBe('personal · model 1.42 · 3 s ago');
  });

  test('names no model and no age where there is none', () => {
    expect(provenance({ ...list, reason: 'popular', modelVersion: null, ageMs: null }, 10)).toBe('popular');
  });
});

test('a score that counts is told whole, one that measures with its digits', () => {
  const [item] = listed('a');
  if (item === undefined) throw new Error('no item');
  expect(scoreOf({ ...item, score: 1_234, reason: 'trending' })).toBe('1,234');
  expect(scoreOf({ ...item, score: 0.87654, reason: 'personal' })).toBe('0.877');
});

test('a bar is as long as its share of the greatest, and never shorter than nothing', () => {
  expect(shares([4, 2, 0, -1])).toEqual([1, 0.5, 0, 0]);
  expect(shares([0, 0])).toEqual([0, 0]);
  expect(shares([])).toEqual([]);
});
