/**
 * Notices when the contract of v1 is edited: whoever does has to come here too, and say in the commit who agreed. The
 * digests are of the files as they were frozen on 2026-11-26.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test.for([
  ['frozen.test.ts', '1df973dcad16f8434c6af73e59ef69523781c570decc10305d376fe9df3c9e5d'],
  ['expected.json', '0a7a778204b156288ca5fdbe3f6a3b77b9345120bf58e5d77ff00c844cfd9b13'],
] as const)('%s is as it was frozen', async ([name, digest]) => {
  const text = await readFile(join(import.meta.dirname, name), 'utf8');
  expect(createHash('sha256').update(text).digest('hex')).toBe(digest);
});
