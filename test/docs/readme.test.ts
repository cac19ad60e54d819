/** The code of the README is run: with its imports led to the sources, and its last line's promise kept. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { blocksOf } from '../support/markdown.ts';

const root = resolve(import.meta.dirname, '../..');
const source = (path: string): string => pathToFileURL(join(root, path)).href;
const modules = new Map([
  ['millrace/testing', source('src/testing.ts')],
  ['millrace', source('src/index.ts')],
  ['rxjs', import.meta.resolve('rxjs')],
]);

/** What the comment behind the last statement says it answers is exported, beside what it does answer. */
const withAnswer = (code: string): string =>
  code.replace(/^(run\.output.*); \/\/ (.*)$/m, 'export const answer = $1;\nexport const promised = $2;');

const withModules = (code: string): string =>
  code.replaceAll(/from '(.*?)'/g, (_, name: string) => `from '${modules.get(name) ?? name}'`);

test('the topology of the README does what its test says', async () => {
  const all = blocksOf(await readFile(join(root, 'README.md'), 'utf8'));
  const blocks = all.flatMap(({ language, text }) => (language === 'ts' ? [text] : []));
  expect(blocks).toHaveLength(2);
  const folder = await mkdtemp(join(tmpdir(), 'millrace-readme-'));
  try {
    const file = join(folder, 'readme.ts');
    await writeFile(file, withModules(withAnswer(blocks.join('\n'))));
    const { answer, promised }: { answer?: unknown; promised?: unknown } = await import(pathToFileURL(file).href);
    expect(promised).toMatchObject({ sensor: 'roof' });
    expect(answer).toEqual(promised);
  } finally {
    await rm(folder, { recursive: true });
  }
});
