/** A generation that Spark trains on what Event Hubs Capture has written. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Rating } from '../../schemas/types.ts';
import { defaultWeights, Model } from '../../src/als/index.ts';
import { asInteraction } from '../../src/recommender/domain/interaction.ts';
import { readGeneration } from '../../src/recommender/generations/files.ts';
import type { GenerationHead, GenerationVector } from '../../src/recommender/generations/format.ts';
import { openDirectorySnapshots } from '../../src/snapshots/directory/snapshots.ts';
import { at, bodyOf, captureRatings, rating } from '../support/spark/captured-ratings.ts';
import { spark, sparkJson } from '../support/spark/programs.ts';

const people = Array.from({ length: 12 }, (_, n) => n);

/** A checkerboard: who has an even number likes even items and dislikes odd ones; nobody has rated its own number. */
const board = people.flatMap(user =>
  people.flatMap(item => {
    if (item === user) return [];
    return [rating(`u${user}`, `i${item}`, { value: (user + item) % 2 === 0 ? 5 : 1 })];
  }),
);

/** What has to be folded away: `u0` first hated `i2`, `u1` gave back `i0` and saw `i2`, the session is `u2`'s, `u4` took a rating back, `gone` has left. */
const history: readonly Rating[] = [
  rating('u0', 'i2', { value: 1, time: at - 5 }),
  rating('u1', 'new', { kind: 'order', value: 1, time: at - 9 }),
  rating('u1', 'new', { kind: 'return', value: 1, time: at - 8 }),
  rating('u3', 'new', { kind: 'view', value: 1 }),
  rating('', 'new', { kind: 'order', value: 2, sessionId: 's' }),
  rating('u2', '', { kind: 'alias', value: 0, sessionId: 's' }),
  rating('u4', 'new', { value: 5, time: at - 3 }),
  rating('u4', 'new', { value: 0, time: at - 2 }),
  rating('gone', 'i0', { time: at - 1 }),
  rating('gone', '', { kind: 'erase', value: 0 }),
];

/** Each of them is refused, by the field after its name. */
const invalid: readonly Rating[] = [
  rating('u0', 'i1', { value: 5.25 }),
  rating('u0', '', {}),
  rating('', 'i0', {}),
  rating('u0', 'i1', { time: Date.UTC(2030, 0, 1) }),
  rating('u0', 'i1', { eventId: 'a\u0000b' }),
  rating('u0', 'i1', { kind: 'order', value: 0 }),
];

describe.skipIf(inject('noSpark'))('Spark trains on the capture of ratings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-spark-'));
  const out = join(folder, 'generations/by-spark');
  let told: Record<string, unknown>;
  let head: GenerationHead;
  let users: Map<string, GenerationVector>;
  let items: Map<string, GenerationVector>;

  beforeAll(async () => {
    const duplicates = board.slice(0, 20);
    const bodies = [...board, ...history, ...duplicates, ...invalid].map(bodyOf);
    const unreadable = [
      Buffer.alloc(0),
      Buffer.from('c301ffffffffffffffff00', 'hex'),
      bodyOf(rating('u', 'i')).subarray(0, 14),
    ];
    const capture = await captureRatings(folder, [...bodies, ...unreadable]);
    told = await sparkJson('train', '--capture', capture, '--out', out, ...flags);
    const generation = await readGeneration(openDirectorySnapshots({ directory: folder }), 'by-spark');
    head = generation.head;
    users = await byId(generation.users);
    items = await byId(generation.items);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('what Millrace would not take is left out, and counted by what is wrong with it', () => {
    const wrong = { eventId: 1, itemId: 1, record: 1, schema: 2, time: 1, userId: 1, value: 2 };
    expect(told).toMatchObject({ accepted: board.length + history.length + 20, invalid: wrong });
  });

  test('its rows and their events are those that Millrace folds out of the same history', () => {
    const model = new Model();
    const kept = [...board, ...history].filter(({ userId, kind }) => userId !== 'gone' && kind !== 'alias');
    model.learn(
      kept.flatMap(event => asInteraction({ ...event, userId: event.userId === '' ? 'u2' : event.userId }) ?? []),
    );
    for (const [id, { events }] of users) expect({ id, events }).toEqual({ id, events: model.user(id)?.events });
    for (const [id, { events }] of items) expect({ id, events }).toEqual({ id, events: model.item(id)?.events });
    expect([users.size, items.size]).toEqual([model.counts.users, model.counts.items]);
    expect(head.meanStars).toBeCloseTo(model.mean, 2);
  });

  test('its lists and estimates know the checkerboard, also where nobody has rated', () => {
    for (const user of people) {
      const judged = people.map(item => {
        const [x, y] = [users.get(`u${user}`), items.get(`i${item}`)];
        return { isLiked: (user + item) % 2 === 0, score: score(x, y), stars: stars(x, y) };
      });
      const [liked, disliked] = [judged.filter(({ isLiked }) => isLiked), judged.filter(({ isLiked }) => !isLiked)];
      expect(Math.min(...liked.map(one => one.score))).toBeGreaterThan(Math.max(...disliked.map(one => one.score)));
      for (const { isLiked, stars: estimate } of judged)
        expect(Math.abs(estimate - (isLiked ? 5 : 1))).toBeLessThan(1.5);
    }
  });

  test('the folder holds its three files and nothing else, and the settings to go on with', () => {
    expect(readdirSync(out).sort()).toEqual(['generation.avro', 'items.avro', 'users.avro']);
    expect(JSON.parse(head.settings)).toMatchObject({ weights: defaultWeights, factors: 4, unobservedWeight: 0.5 });
    expect(head).toMatchObject({ name: 'by-spark', engine: 'spark', factors: 4, starFactors: 2, users: 12, items: 13 });
  });

  test('a generation that is there is not written over, and a folder without ratings makes none', async () => {
    const again = await spark('train', '--capture', join(folder, 'shop-events/ratings'), '--out', out, ...flags);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('is there already') });
    const misused = await spark('train', '--out', out, '--rank', '0');
    expect(misused).toMatchObject({ code: 2, stderr: expect.stringContaining('0 is not from 1 to 128') });
  });

  const score = (x?: GenerationVector, y?: GenerationVector): number =>
    dot(x?.factors, y?.factors) / 2 ** (head.userExponent + head.itemExponent);
  const stars = (x?: GenerationVector, y?: GenerationVector): number =>
    head.meanStars + (x?.bias ?? NaN) + (y?.bias ?? NaN) + dot(x?.starFactors, y?.starFactors) / 4 ** head.starExponent;
});

const small = ['--rank', '4', '--iterations', '5', '--star-rank', '2', '--star-iterations', '5'];
const flags = [
  ...small,
  '--regularisation',
  '0.02',
  '--star-regularisation',
  '0.02',
  '--most-invalid',
  '0.1',
  '--user-blocks',
  '1',
  '--item-blocks',
  '1',
];

async function byId(vectors: AsyncIterable<GenerationVector>): Promise<Map<string, GenerationVector>> {
  const found = new Map<string, GenerationVector>();
  for await (const vector of vectors) found.set(vector.id, vector);
  return found;
}

const dot = (a: ArrayLike<number> = [], b: ArrayLike<number> = []): number =>
  Array.from(a).reduce((sum, value, f) => sum + value * (b[f] ?? NaN), 0);
