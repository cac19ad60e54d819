/** Spark keeps tenants apart: equal ids are not one user, each is trained by itself, and nobody is listed another's items. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { tenantOf, scoped } from '../../src/recommender/domain/tenant.ts';
import { readGeneration } from '../../src/recommender/generations/files.ts';
import type { GenerationHead, GenerationVector } from '../../src/recommender/generations/format.ts';
import { openDirectorySnapshots } from '../../src/snapshots/directory/snapshots.ts';
import { bodyOf, captureRatings, rating } from '../support/spark/captured-ratings.ts';
import { sparkJson } from '../support/spark/programs.ts';

const numbers = Array.from({ length: 12 }, (_, n) => n);
/** The same ids in both: what an even user likes in the north it dislikes in the south. */
const isLiked = (tenant: string, user: number, item: number): boolean =>
  ((user + item) % 2 === 0) === (tenant === 'north');
const board = ['north', 'south'].flatMap(tenant =>
  numbers.flatMap(user =>
    numbers
      .filter(item => item !== user)
      .map(item => rating(`u${user}`, `i${item}`, { tenant, value: isLiked(tenant, user, item) ? 5 : 1 })),
  ),
);

describe.skipIf(inject('noSpark'))('Spark on the capture of several tenants', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-spark-tenants-'));
  const out = join(folder, 'generations/both');
  let head: GenerationHead;
  let users: Map<string, GenerationVector>;
  let items: Map<string, GenerationVector>;
  let capture: string;
  let told: Record<string, unknown>;

  beforeAll(async () => {
    const invalid = rating('u0', 'i0', { tenant: 'North Sea' });
    capture = await captureRatings(folder, [...board, invalid].map(bodyOf));
    told = await sparkJson('train', '--capture', capture, '--out', out, ...flags);
    const generation = await readGeneration(openDirectorySnapshots({ directory: folder }), 'both');
    head = generation.head;
    [users, items] = [await byId(generation.users), await byId(generation.items)];
  }, 600_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test('each tenant has its users and items by scoped ids, and a taste of its own', () => {
    expect(told).toMatchObject({ accepted: board.length, invalid: { tenant: 1 }, users: 24, items: 24 });
    const score = (tenant: string, user: number, item: number): number => {
      const [x, y] = [users.get(scoped(tenant, `u${user}`)), items.get(scoped(tenant, `i${item}`))];
      return Array.from(x?.factors ?? []).reduce((sum, value, f) => sum + value * (y?.factors[f] ?? NaN), 0);
    };
    for (const tenant of ['north', 'south'])
      for (const user of numbers) {
        const liked = numbers.filter(item => isLiked(tenant, user, item)).map(item => score(tenant, user, item));
        const others = numbers.filter(item => !isLiked(tenant, user, item)).map(item => score(tenant, user, item));
        expect(Math.min(...liked)).toBeGreaterThan(Math.max(...others));
      }
    expect([...users.keys()].map(tenantOf).filter(tenant => tenant === 'north').length).toBe(12);
    expect(head.meanStars).toBeCloseTo(3, 0);
  });

  test('its lists hold items of the own tenant alone', async () => {
    const file = join(folder, 'lists.csv');
    await sparkJson(
      'score',
      '--capture',
      capture,
      '--generation',
      out,
      '--out',
      file,
      '--most-invalid',
      '0.1',
      '--n',
      '20',
    );
    const rows = readFileSync(file, 'utf8').trim().split('\n').slice(1);
    const pairs = rows.map(row =>
      row
        .split(',')
        .slice(0, 2)
        .map(id => tenantOf(id.replaceAll('"', ''))),
    );
    // Everybody has rated all of its own but one.
    expect(pairs.length).toBe(24);
    for (const [user, item] of pairs) expect(item).toBe(user);
  }, 600_000);
});

const flags = [
  '--rank',
  '4',
  '--iterations',
  '5',
  '--star-rank',
  '2',
  '--star-iterations',
  '5',
  '--regularisation',
  '0.02',
].concat(['--star-regularisation', '0.02', '--most-invalid', '0.1', '--user-blocks', '1', '--item-blocks', '1']);

async function byId(vectors: AsyncIterable<GenerationVector>): Promise<Map<string, GenerationVector>> {
  const found = new Map<string, GenerationVector>();
  for await (const vector of vectors) found.set(vector.id, vector);
  return found;
}
