/** Scores that Spark computes from a generation's files, beside the same by hand. */
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { filesOf } from '../../src/recommender/generations/files.ts';
import {
  type GenerationHead,
  generationFormat,
  type GenerationVector,
} from '../../src/recommender/generations/format.ts';
import { toContainer } from '../../src/stream/container.ts';
import { ratings } from '../../topologies/streams.ts';
import { Random } from '../support/random.ts';
import { rating } from '../support/spark/captured-ratings.ts';
import { spark, sparkJson } from '../support/spark/programs.ts';

const random = new Random(Date.now());
const factors = 5;
const n = 4;
/** Ids of which UTF-8 and UTF-16 disagree on the order, too. */
const twins = ['\u{1f600}', '\uff5e'];
const itemIds = [...twins, ...Array.from({ length: 40 }, (_, item) => `i${item}`)];
const userIds = Array.from({ length: 30 }, (_, user) => `u${user}`);

/** Few different factors, so that many scores are equal; some at the very end of the grid. The twins are u0's best. */
const vector = (id: string): GenerationVector => {
  const drawn = Array.from({ length: factors }, () => random.pick([-32_767, -1, 0, 1, 32_767]));
  const steps = id === 'u0' || twins.includes(id) ? drawn.map(() => 32_767) : drawn;
  return { id, factors: steps, starFactors: [0], bias: 0, events: 1 };
};
const byUtf8 = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const users = userIds.toSorted(byUtf8).map(vector);
const items = itemIds.toSorted(byUtf8).map(vector);
const seen = new Map(
  userIds.map(id => [
    id,
    new Set(itemIds.filter(item => !(id === 'u0' && twins.includes(item)) && random.chance(1 / 3))),
  ]),
);
/** Each has rated something more, and taken it back: it is not seen. */
const takenBack = [...seen].flatMap(([user, of]) =>
  itemIds
    .filter(item => !of.has(item))
    .slice(0, 2)
    .flatMap(item => [rating(user, item), rating(user, item, { value: 0 })]),
);
const events = [...[...seen].flatMap(([user, of]) => [...of].map(item => rating(user, item))), ...takenBack];

const head: GenerationHead = {
  format: generationFormat,
  name: 'by-hand',
  generation: 3,
  model: 'implicit',
  settings: '{}',
  factors,
  userExponent: 11,
  itemExponent: 9,
  starFactors: 1,
  starExponent: 10,
  meanStars: 3,
  users: users.length,
  items: items.length,
  base: 0,
  seed: 1,
  trainedAt: 1,
  cause: 'command',
  quality: '{}',
  objective: null,
  engine: 'millrace',
};

/** The n best of all, sorted: what every list has to be. */
function byHand(): string[] {
  return userIds.toSorted().flatMap(id => {
    const own = users.find(user => user.id === id)?.factors ?? [];
    const scored = items
      .filter(item => !(seen.get(id)?.has(item.id) ?? false))
      .map(item => ({
        item: item.id,
        steps: Array.from(own).reduce((sum, x, f) => sum + x * (item.factors[f] ?? NaN), 0),
      }));
    const best = scored.sort((a, b) => b.steps - a.steps || (a.item < b.item ? -1 : 1)).slice(0, n);
    return best.map(({ item, steps }, rank) => `${id},${item},${rank + 1},${steps / 2 ** 20}`);
  });
}

describe.skipIf(inject('noSpark'))(`Spark scores a generation of Millrace's (seed ${random.seed})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-spark-'));
  const generation = join(folder, 'by-hand');
  const out = join(folder, 'scores.csv');
  const history = join(folder, 'history');
  const given = ['--ratings', history, '--generation', generation, '--out', out, '--n', String(n)];

  beforeAll(async () => {
    for (const made of [generation, history]) mkdirSync(made);
    for (const [file, parts] of filesOf({ head, users, items }))
      await pipeline(parts(), createWriteStream(join(generation, `${file}.avro`)));
    await pipeline(toContainer(ratings.schema, events), createWriteStream(join(history, 'ratings.avro')));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('the same items in the same order with the same scores, ties by id, nothing that was seen', async () => {
    const told = await sparkJson('score', ...given);
    expect(told).toMatchObject({ records: events.length, users: users.length, items: items.length });
    const [columns, ...rows] = readFileSync(out, 'utf8').trim().split('\n');
    expect(columns).toBe('userId,itemId,rank,score');
    const asWritten = (line: string): string => line.replace(/[^,]+$/, score => String(Number(score)));
    expect(rows.map(asWritten)).toEqual(byHand());
  });

  test('files that hold something else than generation.avro says are refused', async () => {
    const vectors = join(generation, 'users.avro');
    const whole = readFileSync(vectors);
    writeFileSync(vectors, readFileSync(join(generation, 'items.avro')));
    const { code, stderr } = await spark('score', ...given);
    writeFileSync(vectors, whole);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('generation.avro says 30') });
  });
});
