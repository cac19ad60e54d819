/** OPERATIONS and the drills say the same: each drill has its line, and what it types to recover stands there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/results.ts';
import { drills } from './drills.ts';

const page = readFileSync(join(root, 'docs/OPERATIONS.md'), 'utf8');
const section = page.slice(page.indexOf('## Disaster recovery'), page.indexOf('## Lists for everybody'));

test.for(drills.map(({ name }) => name))('the page has a line for the drill %s', name => {
  expect(section).toMatch(new RegExp(`^\\|.*\\| \`${name}\` +\\|$`, 'm'));
});

test('the page names no drill that there is not', () => {
  const named = [...section.matchAll(/^\|.*\| `([a-z]+)` +\|$/gm)].map(([, name]) => name);
  expect(new Set(named)).toEqual(new Set(drills.map(({ name }) => name)));
});
