/** What `millrace init` makes is a project that passes its own check and tests, and whose README does what it says. */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../scripts/results.ts';
import { json, millrace } from '../support/cli.ts';
import { installSources, outputOf } from '../support/installed.ts';
import { blocksOf } from '../support/markdown.ts';

let folder: string;
let project: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-init-'));
  project = join(folder, 'My Visits');
  await json('init', project);
  await installSources(project);
});
afterAll(() => rm(folder, { recursive: true }));

const testsOf = (text: string): string[] => [...text.matchAll(/^test\('(.*)',/gm)].map(([, name = '']) => name);

describe('a project that init made', () => {
  // With the sources installed the types of our own libraries are looked at too; test/package does without.
  test('type-checks', async () => {
    expect(await outputOf(project, 'npm run -s check -- --skipLibCheck')).toBe('');
  });

  test('passes each of its tests', async () => {
    const names = testsOf(await readFile(join(project, 'test/topologies.test.ts'), 'utf8'));
    expect(names).toHaveLength(3);
    const said = await outputOf(project, 'npm test -- --test-reporter=tap');
    for (const name of names) expect(said).toContain(`ok ${names.indexOf(name) + 1} - ${name}`);
  });

  test('does what its README says', async () => {
    const blocks = blocksOf(await readFile(join(project, 'README.md'), 'utf8'));
    const commands = blocks.flatMap(({ language, text }) => (language === 'sh' ? [text] : []));
    expect(commands).toHaveLength(2);
    const [, running = ''] = commands;
    const said = await outputOf(project, running);
    expect(said).toMatch(/^3 visits sent$/m);
    expect(said).toMatch(/^\/home \d{4}-\d\d-\d\dT\d\d:\d\d [12]$/m);
    expect(said).toMatch(/^\/prices \S+ 1$/m);
    expect(said).toMatch(/count-visits\/\d+ +visits/);
  });
});

test('asks nobody who sits at no terminal, and says what is missing', async () => {
  expect(await millrace('init')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/MISUSE: No folder was named/),
  });
});

test('writes nothing over: a folder that holds something is refused by its name', async () => {
  const used = join(folder, 'used');
  await mkdir(join(used, 'thesis'), { recursive: true });
  const { code, stderr } = await millrace('init', used);
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`${used} is not empty: it holds 'thesis'`),
  });
});

test('its broker is that of the repository', async () => {
  const ours = await readFile(join(root, 'docker-compose.yml'), 'utf8');
  const theirs = await readFile(join(project, 'docker-compose.yml'), 'utf8');
  const broker = (text: string): string | undefined => /^ {2}redpanda:\n( {4}.*\n)+/m.exec(text)?.[0];
  expect(broker(theirs)).toBe(broker(ours));
  expect(theirs).toMatch(/^name: my-visits$/m);
});
