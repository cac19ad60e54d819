/** The code of each guide is run: with its imports led to the sources, and what its comments promise compared. */
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

/** `EXPRESSION; // => WHAT` becomes one of the pairs that the page exports. */
const withAnswers = (code: string): string =>
  `export const answers = [];\n${code.replaceAll(/^(\w.*); \/\/ => (.*)$/gm, 'answers.push([$1, $2]);')}`;

const withModules = (code: string): string =>
  code.replaceAll(/from '(.*?)'/g, (_, name: string) => `from '${modules.get(name) ?? name}'`);

test.each([
  ['joins', 4],
  ['windows', 2],
])('the topologies of the guide to %s tell what it says', async (guide, promises) => {
  const blocks = blocksOf(await readFile(join(root, `docs/guide/${guide}.md`), 'utf8')).filter(
    ({ language }) => language === 'ts',
  );
  const folder = await mkdtemp(join(tmpdir(), 'millrace-guide-'));
  try {
    const file = join(folder, 'guide.ts');
    await writeFile(file, withModules(withAnswers(blocks.map(({ text }) => text).join('\n'))));
    const { answers = [] }: { answers?: readonly (readonly [unknown, unknown])[] } = await import(
      pathToFileURL(file).href
    );
    expect(answers).toHaveLength(promises);
    for (const [answer, promised] of answers) expect(answer).toEqual(promised);
  } finally {
    await rm(folder, { recursive: true });
  }
});
