/** Whoever meets a code of the API finds it in docs/OPERATIONS.md, with what to do. */
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/results.ts';

const patterns = [
  /readonly code = '([A-Z_]+)'/g,
  /problemOf\(\d+, '([A-Z_]+)'/g,
  /\[\d{3}, '([A-Z_]+)', '/g, // of Fastify's own refusals
];

/** Of the client, for whoever asks: the server never says them. */
const ofTheClient = 'src/recommender/api/client/**';

const codesIn = (text: string): string[] =>
  patterns.flatMap(pattern => [...text.matchAll(pattern)].map(([, code = '']) => code));

test('every code by which the API refuses, or does not start, is in a table of OPERATIONS', async () => {
  const codes = new Set<string>();
  for (const pattern of ['src/recommender/api/**/*.ts', 'src/recommender/published-seen.ts'])
    for await (const path of glob(pattern, { cwd: root, exclude: [ofTheClient] }))
      for (const code of codesIn(await readFile(join(root, path), 'utf8'))) codes.add(code);
  expect(codes).toContain('OTHER_SEEN_POLICY');
  expect(codes).toContain('UNKNOWN_ROUTE');
  const page = await readFile(join(root, 'docs/OPERATIONS.md'), 'utf8');
  const rows = page.split('\n').filter(line => line.startsWith('|'));
  const missing = [...codes].filter(code => !rows.some(row => row.includes(`\`${code}\``)));
  expect(missing).toEqual([]);
});
