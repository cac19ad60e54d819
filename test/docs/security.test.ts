/** The threats that docs/SECURITY.md names, and what it says shows that each is stopped. */
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const page = join(root, 'docs/SECURITY.md');

interface Threat {
  readonly what: string;
  readonly stoppedBy: string;
  readonly evidence: readonly { readonly words: string; readonly file: string }[];
}

/** Rows of the tables of four columns below "Threats", without their heads. */
async function threats(): Promise<Threat[]> {
  const text = await readFile(page, 'utf8');
  const [, below = ''] = text.split('\n## Threats\n');
  const [tables = ''] = below.split('\n## ');
  const rows = tables.split('\n').filter(line => line.startsWith('|') && !/^\| *(threat|-+) *\|/.test(line));
  return rows.map(row => {
    const [, what = '', stoppedBy = '', shownBy = ''] = row.split(/(?<!\\)\|/).map(cell => cell.trim());
    const links = shownBy.matchAll(/\[((?:[^[\]]|\[[^\]]*\])+)\]\(([^)\s]+)\)/g);
    const evidence = [...links].map(([, words = '', file = '']) => ({
      words: words.replaceAll('\\', ''),
      file: relative(root, resolve(dirname(page), file)),
    }));
    return { what, stoppedBy, evidence };
  });
}

const sections = [
  'Spoofing',
  'Tampering',
  'Repudiation',
  'Information disclosure',
  'Denial of service',
  'Elevation of privilege',
];

test('the page has threats of all six kinds, each with what stops it and what shows that', async () => {
  const text = await readFile(page, 'utf8');
  expect(sections.filter(name => !text.includes(`\n### ${name}`))).toEqual([]);
  const all = await threats();
  expect(all.length).toBeGreaterThanOrEqual(40);
  expect(
    all.filter(({ stoppedBy, evidence }) => stoppedBy === '' || evidence.length === 0).map(({ what }) => what),
  ).toEqual([]);
});

/** Texts that are the first thing a call is given: of a file of tests their titles. */
const titlesIn = (text: string): string[] =>
  [...text.matchAll(/\(\s*(['"`])((?:(?!\1).)+)\1,/g)].map(([, , title = '']) => title);

const says = (text: string, { words, file }: Threat['evidence'][number]): boolean =>
  file.startsWith('test/') ? titlesIn(text).some(title => title.includes(words)) : text.includes(words);

test('what shows that a threat is stopped is there: tests by their titles, other files by their words', async () => {
  const missing: string[] = [];
  for (const { evidence } of await threats())
    for (const one of evidence) {
      const text = await readFile(join(root, one.file), 'utf8').catch(() => '');
      if (!says(text, one)) missing.push(`${one.file}: ${one.words}`);
    }
  expect(missing).toEqual([]);
});
