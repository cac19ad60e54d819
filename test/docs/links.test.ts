/** What the pages name is there: files, headings, scripts, decisions. */
import { existsSync } from 'node:fs';
import { glob, readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../..');
const decisions = join(root, 'docs/decisions');
const Manifest = z.object({ scripts: z.record(z.string(), z.string()) });

/** Every page of the repository by its path, without what was installed, built or run. */
async function pages(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const foreign = new Set(['node_modules', 'dist', 'coverage']);
  const exclude = (path: string): boolean => path.split('/').some(part => foreign.has(part));
  for await (const path of glob('{*.md,{docs,examples,data,schemas,bench,test}/**/*.md}', { cwd: root, exclude }))
    found.set(path, await readFile(join(root, path), 'utf8'));
  return found;
}

const withoutBlocks = (page: string): string => page.replaceAll(/^ *```.*?^ *```$/gms, '');
const withoutCode = (page: string): string => withoutBlocks(page).replaceAll(/`[^`]*`/g, '');

/** Targets of links that lead to no page elsewhere. */
const linksIn = (page: string): string[] =>
  [...withoutCode(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => to).filter(to => !/^[a-z]+:/.test(to));

/** Names of files that stand between backticks; `NAME` stands for any. */
const filesIn = (page: string): string[] =>
  [
    ...withoutBlocks(page).matchAll(
      /`((?:src|test|docs|bench|scripts|schemas|topologies|examples|lint|bin)\/[^`\s]*)`/g,
    ),
  ]
    .map(([, path = '']) => path)
    .filter(path => /\.\w+$/.test(path) && !/\bNAME\b|[*{<]/.test(path));

const scriptsIn = (page: string): string[] =>
  [...page.matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g)].map(([, name = '']) => name);

/** The anchors of a page's headings, as GitHub makes them: a heading that is there already has its number behind it. */
function anchorsIn(page: string): string[] {
  const times = new Map<string, number>();
  return [...withoutBlocks(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const before = times.get(anchor) ?? 0;
    times.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

/** What the page at `path` names although it is not there, each as it stands on the page. */
async function missingIn(path: string, page: string, scripts: ReadonlySet<string>): Promise<string[]> {
  const missing = filesIn(page).filter(file => !existsSync(join(root, file)));
  missing.push(...scriptsIn(page).filter(name => !scripts.has(name)));
  for (const link of linksIn(page)) {
    const [to = '', anchor] = link.split('#');
    const target = resolve(root, dirname(path), to);
    const isThere = to === '' || (existsSync(target) && !relative(root, target).startsWith('..'));
    if (!isThere) missing.push(link);
    else if (anchor !== undefined) {
      const text = to === '' ? page : await readFile(target, 'utf8');
      if (!anchorsIn(text).includes(anchor)) missing.push(link);
    }
  }
  return missing;
}

const scripts = new Set(
  Object.keys(Manifest.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))).scripts),
);

describe('every file, heading and script that is named is there', async () => {
  const all = await pages();

  test('on the pages that a reader begins with', () => {
    expect([...all.keys()]).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md', 'docs/ARCHITECTURE.md']));
  });
  test.for([...all])('in %s', async ([path, page]) => {
    expect(await missingIn(path, page, scripts)).toEqual([]);
  });
});

test.for([
  ['a link to a file', '[it](docs/NOWHERE.md)', 'docs/NOWHERE.md'],
  ['a link out of the repository', '[it](../../etc)', '../../etc'],
  ['a link to a heading of the page', '# Here\n\n[it](#there)', '#there'],
  ['a link to a heading of another page', '[it](CONTRIBUTING.md#no-such-heading)', 'CONTRIBUTING.md#no-such-heading'],
  ['a file between backticks', 'see `src/engine/nowhere.ts`', 'src/engine/nowhere.ts'],
  ['a script in a block', '```\nnpm run nothing\n```', 'nothing'],
] as const)('%s that leads nowhere is found', async ([, page, named]) => {
  expect(await missingIn('PAGE.md', page, scripts)).toEqual([named]);
});

test.for([
  ['a page elsewhere', '[it](https://example.org/nowhere)'],
  ['a link in code', '`[it](nowhere.md)`'],
  ['a heading that is there', '# Here, too\n\n[it](#here-too)'],
  ['the second heading of a name', '# Here\n\n# Here\n\n[it](#here-1)'],
  ['a pattern of files', 'see `test/mutants/NAME.patch`'],
] as const)('%s is left alone', async ([, page]) => {
  expect(await missingIn('PAGE.md', page, scripts)).toEqual([]);
});

describe('decisions', async () => {
  const files = (await readdir(decisions)).sort();

  // Several are written at once, each under a number of its own, so there may be holes.
  test('have numbers of their own, in name and title', async () => {
    const numbers = files.map(file => Number(/^(\d{4})-/.exec(file)?.[1]));
    expect(numbers).toEqual([...new Set(numbers)]);
    for (const [at, file] of files.entries())
      expect(await readFile(join(decisions, file), 'utf8')).toMatch(new RegExp(`^# ${numbers[at]}\\. `));
  });

  test.for(files)('say context, choice and consequences: %s', async file => {
    const page = await readFile(join(decisions, file), 'utf8');
    expect([...page.matchAll(/^\*\*(\w+)\.\*\* /gm)].map(([, part]) => part)).toEqual([
      'Context',
      'Choice',
      'Consequences',
    ]);
  });
});
