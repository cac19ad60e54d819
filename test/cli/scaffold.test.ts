import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { root } from '../../scripts/results.ts';
import { scaffold } from '../../src/cli/scaffold.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-scaffold-'));
});
afterEach(() => rm(folder, { recursive: true }));

const Manifest = z.object({
  name: z.string(),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});
const manifestIn = async (project: string) =>
  Manifest.parse(JSON.parse(await readFile(join(project, 'package.json'), 'utf8')));

test('writes a topology, its test, a broker and what npm and git need', async () => {
  const made = await scaffold({ folder: join(folder, 'new', 'visits') });
  expect(made).toEqual({
    name: 'visits',
    folder: join(folder, 'new/visits'),
    files: [
      '.gitignore',
      'README.md',
      'docker-compose.yml',
      'package.json',
      'src/client.ts',
      'src/send.ts',
      'src/show.ts',
      'src/streams.ts',
      'src/topologies.ts',
      'test/topologies.test.ts',
      'tsconfig.json',
    ],
  });
  const texts = await Promise.all(made.files.map(path => readFile(join(made.folder, path), 'utf8')));
  expect(made.files.filter((_, at) => texts[at]?.includes('__name__'))).toEqual([]);
});

test('depends on this Millrace and on what it is made with, or on the Millrace that it is told', async () => {
  const own = z
    .object({
      version: z.string(),
      dependencies: z.record(z.string(), z.string()),
      devDependencies: z.record(z.string(), z.string()),
    })
    .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const made = await scaffold({ folder: join(folder, 'a') });
  const { dependencies, devDependencies } = await manifestIn(made.folder);
  expect(dependencies).toEqual({ millrace: `^${own.version}`, rxjs: own.dependencies['rxjs'] });
  const others = ['@types/node', 'typescript'].map(name => [name, own.devDependencies[name]]);
  expect(devDependencies).toEqual(Object.fromEntries(others));
  const other = await scaffold({ folder: join(folder, 'b'), millrace: 'file:../millrace.tgz' });
  expect((await manifestIn(other.folder)).dependencies['millrace']).toBe('file:../millrace.tgz');
});

test.for([
  ['My Visits', 'my-visits'],
  ['_visits!', 'visits'],
  ['visits.v2', 'visits.v2'],
] as const)("is named after its folder as npm allows it: '%s' is %s", async ([own, name]) => {
  const made = await scaffold({ folder: join(folder, own) });
  expect(made.name).toBe(name);
  expect((await manifestIn(made.folder)).name).toBe(name);
});

test('takes another name, if npm would', async () => {
  expect((await scaffold({ folder: join(folder, 'x'), name: 'page-counts' })).name).toBe('page-counts');
  await expect(scaffold({ folder: join(folder, 'y'), name: 'Page Counts' })).rejects.toThrow(
    /'Page Counts' cannot name/,
  );
  await expect(scaffold({ folder: join(folder, '---') })).rejects.toThrow(/--name/);
  expect(await readdir(folder)).toEqual(['x']);
});

test('goes into a folder that is empty, or that only git has begun', async () => {
  await mkdir(join(folder, '.git'));
  expect((await scaffold({ folder, name: 'here' })).files).toContain('package.json');
});

test('writes nothing into a folder that holds anything, and says what it holds', async () => {
  await writeFile(join(folder, 'thesis.tex'), 'mine');
  await writeFile(join(folder, 'z'), '');
  await expect(scaffold({ folder })).rejects.toThrow(
    `The folder ${folder} is not empty: it holds 'thesis.tex' and 1 more`,
  );
  expect(await readdir(folder)).toEqual(['thesis.tex', 'z']);
  await expect(scaffold({ folder: join(folder, 'z') })).rejects.toThrow(/z is a file, not a folder/);
});
