/** Each page is small: everything that it loads, together, as it goes over the wire. */
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { root } from '../../scripts/results.ts';

const limit_bytes = 60 * 1024;

test.each([
  ['the dashboard', 'dist/web', 'shop/**'],
  ['the shop', 'dist/web/shop', ''],
])('scripts, styles and page of %s are at most 60 KB gzipped', async (_, page, without) => {
  const folder = join(root, page);
  const sizes = new Map<string, number>();
  for await (const path of glob('**/*.{html,js,css}', { cwd: folder, exclude: without === '' ? [] : [without] }))
    sizes.set(path, gzipSync(await readFile(join(folder, path))).length);
  const kinds = new Set([...sizes.keys()].map(path => path.split('.').at(-1)));
  expect(kinds).toEqual(new Set(['html', 'js', 'css']));
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  expect(total).toBeLessThanOrEqual(limit_bytes);
});
