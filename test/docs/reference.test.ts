/** The reference has whatever can be imported; whether it says what the docstrings say, `npm run check` compares. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/results.ts';
import * as millrace from '../../src/index.ts';
import * as log from '../../src/log.ts';
import * as testing from '../../src/testing.ts';
import { logNames, publicNames, testingNames } from '../package/consumer.ts';

const headingsOf = (page: string): string[] =>
  [...page.matchAll(/^### (?:`abstract` )?(\w+)/gm)].map(([, name = '']) => name);

test.for([
  ['index', millrace, publicNames],
  ['testing', testing, testingNames],
  ['log', log, logNames],
] as const)('every value of %s is pinned, and has its place in the reference', async ([page, module, pinned]) => {
  const names = Object.keys(module).toSorted();
  expect(names).toEqual(pinned);
  const headings = headingsOf(await readFile(join(root, `docs/reference/${page}.md`), 'utf8'));
  expect(names.filter(name => !headings.includes(name))).toEqual([]);
});
