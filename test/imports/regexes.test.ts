/** No pattern of ours takes longer the more cunningly a text is written (ReDoS): none repeats what repeats itself. */
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';
import { expect, test } from 'vitest';
import { starHeight } from './star-height.ts';

const root = join(import.meta.dirname, '../..');

/** Loops within loops that were looked at: an inner one ends where the outer goes on, by a character it cannot hold. */
const lookedAt: ReadonlySet<string> = new Set([String.raw`src/app/blob-config.ts: ^[a-z0-9]+(?:-[a-z0-9]+)*$`]);

function patternsIn(path: string, text: string): string[] {
  const found: string[] = [];
  const visitor = new Visitor({
    Literal: node => {
      if ('regex' in node) found.push(node.regex.pattern);
    },
  });
  visitor.visit(parseSync(path, text).program);
  return found;
}

test('every pattern of the sources and topologies takes a time in proportion to its text', async () => {
  let count = 0;
  const nested: string[] = [];
  for await (const path of glob('{src,topologies}/**/*.{ts,tsx}', { cwd: root }))
    for (const pattern of patternsIn(path, await readFile(join(root, path), 'utf8'))) {
      count++;
      if (starHeight(pattern) > 1) nested.push(`${path.replaceAll('\\', '/')}: ${pattern}`);
    }
  expect(new Set(nested)).toEqual(lookedAt);
  expect(count).toBeGreaterThan(50);
});

test.each([
  ['a+b*c', 1],
  ['(a+)+', 2],
  [String.raw`^(\w*)*x`, 2],
  ['((a+)b)+', 2],
  ['((a+)*)+', 3],
  ['(?:a|b{2,})*', 2],
  ['(?<name>a+)?', 1],
  ['(?<=a+)b+', 1],
  [String.raw`\(a+\)+`, 1],
  ['[(a+)]+', 1],
  [String.raw`[\](a+]+`, 1],
  ['(a{1,9})+', 1],
  ['ab', 0],
])('%s has loops %i deep', (pattern, height) => {
  expect(starHeight(pattern)).toBe(height);
});
