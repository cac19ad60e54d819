import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/results.ts';
import { thorough } from '../thorough.ts';

test('every file of the project `thorough` is there: one that was moved would be back among the quick ones', () => {
  expect(thorough.filter(path => !existsSync(join(root, path)))).toEqual([]);
});
