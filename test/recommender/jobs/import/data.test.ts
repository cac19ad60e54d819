import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { itemSchema, ratingSchema } from '../../../../schemas/types.ts';
import { invalidItem, invalidRating } from '../../../../src/recommender/domain/validate.ts';
import { fromContainer } from '../../../../src/stream/container.ts';
import type { Schema } from '../../../../src/stream/schema.ts';

const data = join(import.meta.dirname, '../../../../data');
const now = Date.UTC(2026, 0, 1);

async function bundled<T>(schema: Schema<T>, name: string): Promise<T[]> {
  const values: T[] = [];
  for await (const value of fromContainer(schema, createReadStream(join(data, name)))) values.push(value);
  return values;
}

test('the bundled ratings are those of MovieLens latest-small, sound, in order of event time, each with an id of its own', async () => {
  const ratings = await bundled(ratingSchema, 'ratings.avro');
  expect(ratings.length).toBe(100_836);
  expect(ratings.map(event => invalidRating(event, now)).filter(problem => problem !== undefined)).toEqual([]);
  expect(ratings.filter(({ time }, n) => time < (ratings[n - 1]?.time ?? -Infinity))).toEqual([]);
  expect(new Set(ratings.map(({ eventId }) => eventId)).size).toBe(100_836);
  expect(new Set(ratings.map(({ userId }) => userId)).size).toBe(610);
  expect(ratings.find(({ userId, itemId }) => userId === '1' && itemId === '1')).toMatchObject({
    kind: 'rating',
    value: 4,
    time: 964_982_703_000,
  });
});

test('the bundled items are its films, sound, in order, with genres and at most 100 tags', async () => {
  const items = await bundled(itemSchema, 'items.avro');
  expect(items.length).toBe(9_742);
  expect(new Set(items.map(({ itemId }) => itemId)).size).toBe(9_742);
  expect(items.map(item => invalidItem(item, now)).filter(problem => problem !== undefined)).toEqual([]);
  expect(items.filter(({ time }, n) => time < (items[n - 1]?.time ?? -Infinity))).toEqual([]);
  expect(Math.max(...items.map(({ tags }) => tags.length))).toBe(100);
  expect(items.find(({ itemId }) => itemId === '1')).toMatchObject({
    title: 'Toy Story (1995)',
    genres: ['Adventure', 'Animation', 'Children', 'Comedy', 'Fantasy'],
    tags: ['pixar', 'fun'],
  });
});

test('every rated film is among the items', async () => {
  const items = new Set((await bundled(itemSchema, 'items.avro')).map(({ itemId }) => itemId));
  const rated = new Set((await bundled(ratingSchema, 'ratings.avro')).map(({ itemId }) => itemId));
  expect([...rated].filter(itemId => !items.has(itemId))).toEqual([]);
});
