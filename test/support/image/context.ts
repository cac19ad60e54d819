/** What a build of the image sees of a checkout: all of it but what .dockerignore names. */
import { readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join, matchesGlob } from 'node:path';
import { copyCheckout } from '../../../scripts/checkout.ts';

/** Copies a checkout as a build sees it: what git ignores is not there either, which no build needs. */
export async function copyContext(checkout: string, to: string): Promise<void> {
  await copyCheckout(checkout, to);
  const patterns = readFileSync(join(checkout, '.dockerignore'), 'utf8')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'));
  const paths = await readdir(to, { recursive: true });
  for (const path of paths.filter(each => patterns.some(pattern => matchesGlob(each, pattern))))
    await rm(join(to, path), { recursive: true, force: true });
}
