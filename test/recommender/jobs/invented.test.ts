/** Films and ratings where there are none: sound, repeatable, and such that a model has something to find. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openKernel } from '../../../src/als/index.ts';
import { invalidItem, invalidRating } from '../../../src/recommender/domain/validate.ts';
import { evaluate } from '../../../src/recommender/jobs/evaluate/index.ts';
import { inventedIds, inventedItems, inventedRatings } from '../../../src/recommender/jobs/generate/index.ts';

const now = Date.UTC(2026, 0, 1);
const items = inventedItems({ seed: 7, now });
const ratings = inventedRatings({ seed: 7, now });

test('invented films and ratings are sound, in event-time order, and each pair is there once', () => {
  for (const item of items) expect(invalidItem(item, now)).toBeUndefined();
  for (const rating of ratings) expect(invalidRating(rating, now)).toBeUndefined();
  expect(new Set(items.map(({ title }) => title)).size).toBe(items.length);
  expect(new Set(ratings.map(({ userId, itemId }) => `${userId} ${itemId}`)).size).toBe(ratings.length);
  expect(new Set(ratings.map(({ eventId }) => eventId)).size).toBe(ratings.length);
  const times = ratings.map(({ time }) => time);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const catalogue = new Set(items.map(({ itemId }) => itemId));
  expect(ratings.every(({ itemId }) => catalogue.has(itemId))).toBe(true);
});

test('a seed repeats what it invents, later too; another one invents something else', () => {
  const said = (some: typeof ratings): string =>
    some.map(({ eventId, userId, itemId, value }) => [eventId, userId, itemId, value].join()).join(' ');
  expect(said(inventedRatings({ seed: 7, now: now + 1e9 })) === said(ratings)).toBe(true);
  expect(said(inventedRatings({ seed: 8, now })) === said(ratings)).toBe(false);
  expect(inventedIds(7)).toEqual(inventedIds(7));
  expect(inventedItems({ seed: 8, now }).map(({ title }) => title)).not.toEqual(items.map(({ title }) => title));
});

test('every genre is a cluster: users rate far more of their favourite genre than all of them together do', () => {
  const genreOf = new Map(items.map(({ itemId, genres }) => [itemId, genres[0] ?? '']));
  const shares = (some: typeof ratings): Map<string, number> =>
    new Map(
      [...Map.groupBy(some, ({ itemId }) => genreOf.get(itemId) ?? '')].map(([genre, own]) => [
        genre,
        own.length / some.length,
      ]),
    );
  const overall = shares(ratings);
  const active = [...Map.groupBy(ratings, ({ userId }) => userId).values()].filter(own => own.length >= 40);
  const ratios = active.map(own =>
    Math.max(...[...shares(own)].map(([genre, share]) => share / (overall.get(genre) ?? NaN))),
  );
  expect(ratios.length).toBeGreaterThan(50);
  expect(ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)]).toBeGreaterThan(1.5);
});

test('a model that learns them ranks what was held out better than popularity does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-invented-'));
  try {
    const file = join(folder, 'ratings.csv');
    const lines = ratings.map(({ userId, itemId, value, time }) => `${userId},${itemId},${value},${time / 1_000}`);
    await writeFile(file, ['userId,itemId,rating,timestamp', ...lines, ''].join('\n'));
    const source = { protocol: 'stratified', ratings: file } as const;
    const { models } = await evaluate({
      kernel: openKernel(),
      source,
      seed: 1,
      settings: { factors: 8, sweeps: 4 },
      now: () => 0,
    });
    expect(models.retrain.ndcg10).toBeGreaterThan((models.popularity.ndcg10 ?? NaN) * 1.2);
  } finally {
    await rm(folder, { recursive: true });
  }
});
