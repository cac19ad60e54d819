/** The code of each guide is run: with its imports led to the sources, and what its comments promise compared. */
import { glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { blocksOf } from '../support/markdown.ts';

const root = resolve(import.meta.dirname, '../..');
const source = (path: string): string => pathToFileURL(join(root, path)).href;
const modules = new Map([
  ['millrace/testing', source('src/testing.ts')],
  ['millrace/log', source('src/log.ts')],
  ['millrace', source('src/index.ts')],
  ['rxjs', import.meta.resolve('rxjs')],
]);

/** `EXPRESSION; // => WHAT` becomes one of the pairs that the page exports. */
const withAnswers = (code: string): string =>
  `export const answers = [];\n${code.replaceAll(/^(\w.*); \/\/ => (.*)$/gm, 'answers.push([$1, $2]);')}`;

const withModules = (code: string): string =>
  code.replaceAll(/from '(.*?)'/g, (_, name: string) => `from '${modules.get(name) ?? name}'`);

/** Pages that show no code: what they say of the engine stands in tables. */
const wordsOnly = new Set(['README.md']);

const guides: string[] = [];
for await (const path of glob('docs/guide/*.md', { cwd: root })) guides.push(basename(path));

describe('a guide', () => {
  test('is there for each concept, and the index names every page', async () => {
    const index = await readFile(join(root, 'docs/guide/README.md'), 'utf8');
    expect(guides.filter(name => name !== 'README.md' && !index.includes(`](${name})`))).toEqual([]);
  });

  test.for(guides.filter(name => !wordsOnly.has(name)).toSorted())('tells what its topologies do: %s', async guide => {
    const page = await readFile(join(root, 'docs/guide', guide), 'utf8');
    const blocks = blocksOf(page).filter(({ language }) => language === 'ts');
    const folder = await mkdtemp(join(tmpdir(), 'millrace-guide-'));
    try {
      const file = join(folder, 'guide.ts');
      await writeFile(file, withModules(withAnswers(blocks.map(({ text }) => text).join('\n'))));
      const { answers = [] }: { answers?: readonly (readonly [unknown, unknown])[] } = await import(
        pathToFileURL(file).href
      );
      expect(answers.length).toBeGreaterThan(0);
      // A promise that is not of the form above would be compared with nothing.
      expect(answers).toHaveLength(page.split('// => ').length - 1);
      for (const [answer, promised] of answers) expect(answer).toEqual(promised);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
