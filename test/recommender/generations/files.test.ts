/** Generations as files: what was written is read, what is not sound is refused, other programs can read and write them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import avro from 'avsc';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  filesOf,
  type GenerationContent,
  listGenerations,
  readGeneration,
  readHead,
  removeGeneration,
  removeLeftovers,
  writeGeneration,
} from '../../../src/recommender/generations/files.ts';
import { type GenerationHead, generationFormat, inOrder } from '../../../src/recommender/generations/format.ts';
import { importGeneration } from '../../../src/recommender/generations/import.ts';
import { memorySnapshots } from '../../../src/testing/memory-snapshots.ts';
import { Random } from '../../support/random.ts';

const head: GenerationHead = {
  format: generationFormat,
  name: 'g1',
  generation: 1,
  model: 'implicit',
  settings: '{}',
  factors: 2,
  userExponent: 10,
  itemExponent: 9,
  starFactors: 1,
  starExponent: 10,
  meanStars: 3.5,
  users: 2,
  items: 1,
  base: 4,
  seed: 7,
  trainedAt: 1_700_000_000_000,
  cause: 'command',
  quality: '{}',
  objective: null,
  engine: 'millrace',
};
const vector = (id: string, factors = [1, -2]) => ({ id, factors, starFactors: [3], bias: -0.5, events: 4 });
const content: GenerationContent = { head, users: [vector('a'), vector('b')], items: [vector('x')] };

const all = async <T>(values: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
};
const plain = <T extends object>(value: T): T => ({ ...value });

test('what is written is read again, and nothing is a generation before its head is there', async () => {
  const snapshots = memorySnapshots();
  const files = [...filesOf(content)];
  for (const [file, parts] of files.slice(0, 2)) await snapshots.put(`generations/g1/${file}.avro`, parts());
  expect(await listGenerations(snapshots)).toEqual([]);
  // The two that a writer left behind when it was killed are those that the next one would write.
  expect(await writeGeneration(snapshots, content)).toBeGreaterThan(500);
  expect(await listGenerations(snapshots)).toEqual(['g1']);
  const read = await readGeneration(snapshots, 'g1');
  expect(plain(read.head)).toEqual(head);
  expect((await all(read.users)).map(plain)).toEqual(content.users);
  expect((await all(read.items)).map(plain)).toEqual(content.items);
});

test('equal generations are equal files', async () => {
  const bytes = async () =>
    Buffer.concat((await Promise.all([...filesOf(content).values()].map(parts => all(parts())))).flat());
  expect((await bytes()).equals(await bytes())).toBe(true);
});

describe('a file is refused', () => {
  test.for([
    ['in another order', { users: [vector('b'), vector('a')] }, /'a' follows 'b'/],
    ['with an id twice', { users: [vector('a'), vector('a')] }, /'a' follows 'a'/],
    ['with fewer vectors than promised', { users: [vector('a')] }, /holds 1 vectors, and generation.avro says 2/],
    ['with a vector of another width', { items: [vector('x', [1])] }, /there are 1, not 2/],
    ['past the grid, where sums would overflow', { items: [vector('x', [0, -32_768])] }, /-32768 is not on the grid/],
    ['between the steps of the grid', { items: [vector('x', [0, 0.5])] }, /0.5 is not on the grid/],
    ['with a bias off the grid', { items: [{ ...vector('x'), bias: 0.0001 }] }, /bias of 'x'/],
    ['of another layout', { head: { ...head, format: 'other' } }, /its format is 'other'/],
    ['with too fine a grid', { head: { ...head, userExponent: 15 } }, /userExponent is 15/],
  ] as const)('%s', async ([, changed, why]) => {
    await expect(writeGeneration(memorySnapshots(), { ...content, ...changed })).rejects.toThrow(why);
  });

  test('also when it is read, since others write them', async () => {
    const snapshots = memorySnapshots();
    await writeGeneration(snapshots, content);
    const lying = memorySnapshots();
    for (const file of ['users', 'items'])
      await lying.put(`generations/g1/${file}.avro`, await all(snapshots.get(`generations/g1/${file}.avro`)));
    const heads = filesOf({ ...content, head: { ...head, items: 3 } }).get('generation');
    await lying.put('generations/g1/generation.avro', heads?.() ?? []);
    await expect(all((await readGeneration(lying, 'g1')).items)).rejects.toMatchObject({ code: 'BROKEN_GENERATION' });
  });
});

test('the order of ids is that of UTF-8 bytes, which Spark sorts by', () => {
  const random = new Random(5);
  const letters = ['a', 'é', '\u{fffd}', '\u{10000}', '\u{1f600}', 'z', ''];
  for (let n = 0; n < 500; n++) {
    const [a = '', b = ''] = [1, 2].map(() => Array.from({ length: 3 }, () => random.pick(letters)).join(''));
    expect([a, b, Math.sign(inOrder(a, b))]).toEqual([a, b, Buffer.compare(Buffer.from(a), Buffer.from(b))]);
  }
});

test('a generation that is removed is none from the first step on, and leftovers go', async () => {
  const snapshots = memorySnapshots();
  await writeGeneration(snapshots, content);
  await snapshots.put('generations/half/users.avro', [Buffer.from('x')]);
  await snapshots.put('generations/now/users.avro', [Buffer.from('x')]);
  await removeLeftovers(snapshots, new Set(['now']));
  expect(await snapshots.list('generations/')).toEqual([
    'generations/g1/generation.avro',
    'generations/g1/items.avro',
    'generations/g1/users.avro',
    'generations/now/users.avro',
  ]);
  await removeGeneration(snapshots, 'g1');
  expect(await listGenerations(snapshots)).toEqual([]);
  await removeGeneration(snapshots, 'g1'); // as who was stopped in the middle would
});

describe('a folder of another program', () => {
  const container = (type: avro.Type, values: readonly object[]): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const parts: Buffer[] = [];
      const encoder = new avro.streams.BlockEncoder(type, { codec: 'deflate' });
      encoder.on('data', (part: Buffer) => parts.push(part)).on('end', () => resolve(Buffer.concat(parts)));
      encoder.on('error', reject);
      for (const value of values) encoder.write(value);
      encoder.end();
    });
  const realVector = avro.Type.forSchema(
    {
      type: 'record',
      name: 'topLevelRecord', // what Spark calls it
      fields: [
        { name: 'id', type: 'string' },
        { name: 'factors', type: { type: 'array', items: 'float' } },
        { name: 'starFactors', type: [{ type: 'array', items: ['float', 'null'] }, 'null'] }, // a column that may be null
      ],
    },
    { wrapUnions: 'never' },
  );
  const sparkHead = avro.Type.forSchema({
    type: 'record',
    name: 'topLevelRecord',
    fields: [
      ...['format', 'model', 'engine', 'settings'].map(name => ({ name, type: 'string' })),
      ...['factors', 'starFactors'].map(name => ({ name, type: 'int' })),
      ...['users', 'items'].map(name => ({ name, type: 'long' })),
    ],
  });
  const spark = {
    format: generationFormat,
    model: 'implicit',
    engine: 'spark',
    factors: 2,
    starFactors: 1,
    users: 3,
    items: 1,
  };

  async function folderOf(users: readonly (readonly object[])[]): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'millrace-generation-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    await mkdir(join(directory, 'users.avro'));
    for (const [n, part] of users.entries())
      await writeFile(join(directory, 'users.avro', `part-0000${n}.avro`), await container(realVector, part));
    await writeFile(
      join(directory, 'items.avro'),
      await container(realVector, [{ id: 'x', factors: [1.5, -0.25], starFactors: [2] }]),
    );
    const settings = JSON.stringify({ regularisation: { strength: 0.7, frequencyExponent: 1 } });
    await writeFile(join(directory, 'generation.avro'), await container(sparkHead, [{ ...spark, settings }]));
    return directory;
  }
  const users = [
    [{ id: 'a', factors: [0.5, 0.125], starFactors: [1] }],
    [
      { id: 'b', factors: [-12.25, 0], starFactors: [0] },
      { id: 'c', factors: [0, 0], starFactors: [0.25] },
    ],
  ];

  test('is put on a grid that holds its numbers, parts in order, and keeps the settings it names', async () => {
    const snapshots = memorySnapshots();
    const options = { snapshots, directory: await folderOf(users), model: { factors: 5, sweeps: 3 }, now: 99 };
    const { head: imported } = await importGeneration(options);
    const { userExponent, itemExponent } = imported;
    expect(12.25 * 2 ** userExponent).toBeLessThanOrEqual(32_767);
    expect(imported).toMatchObject({ engine: 'spark', cause: 'import', trainedAt: 99, factors: 2, generation: 0 });
    expect(JSON.parse(imported.settings)).toMatchObject({
      factors: 2,
      sweeps: 3,
      regularisation: { strength: 0.7, frequencyExponent: 1 },
      explicit: { factors: 1 },
      gridExponent: { users: userExponent, items: itemExponent },
    });
    const read = await readGeneration(snapshots, imported.name);
    const [a, b] = await all(read.users);
    const [x] = await all(read.items);
    const score = (user = a) =>
      [0, 1].reduce((sum, f) => sum + (user?.factors[f] ?? NaN) * (x?.factors[f] ?? NaN), 0) /
      2 ** (userExponent + itemExponent);
    expect(score()).toBe(0.5 * 1.5 - 0.125 * 0.25);
    expect(score(b)).toBe(-12.25 * 1.5);
    expect([...(a?.starFactors ?? [])]).toEqual([1_024]);
    expect(await readHead(snapshots, imported.name)).toMatchObject({ name: imported.name });
    // Again is the same, under the same name.
    expect((await importGeneration(options)).head.name).toBe(imported.name);
  });

  test('is refused where no grid holds it, and nothing is kept', async () => {
    const snapshots = memorySnapshots();
    const directory = await folderOf([[{ id: 'a', factors: [1e5, 0], starFactors: [1] }], ...users.slice(1)]);
    const importing = importGeneration({ snapshots, directory, model: {}, now: 0 });
    await expect(importing).rejects.toMatchObject({ code: 'NO_GRID' });
    expect(await listGenerations(snapshots)).toEqual([]);
  });
});
