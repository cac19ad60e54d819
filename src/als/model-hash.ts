import { createHash } from 'node:crypto';
import type { ModelState } from './state.ts';

/**
 * SHA-256 of a version: generation and number, then for users and for items their name, how many they are, and the
 * digests of their 256 buckets of rows (`RowDigests`). Free of row numbers, clocks and the byte order of the machine: two
 * models that answer alike hash alike. Only what has changed since the last hash is read again.
 */
export function modelHash({ generation, number, users, items }: ModelState): string {
  const hash = createHash('sha256').update(`${generation} ${number}`);
  for (const side of [users, items]) hash.update(`\n${side.name} ${side.size}\n`).update(side.digests.all());
  return hash.digest('hex');
}
