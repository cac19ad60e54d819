import { createHash } from 'node:crypto';
import type { Parts } from './parts.ts';
import type { ModelState } from './state.ts';
import type { ModelVersion } from './types.ts';

/**
 * SHA-256 of a version: generation and number, then for users and for items their name, how many they are, and the
 * digests of their 256 buckets of rows (`RowDigests`). Free of row numbers, clocks and the byte order of the machine: two
 * models that answer alike hash alike. Only what has changed since the last hash is read again. Of several parts: generation
 * and number, and of each part that has any rows its name and hash, by name.
 */
export function partsHash(parts: Parts, { generation, number }: ModelVersion): string {
  const { known } = parts;
  if (known.length === 1) return modelHash(parts.first, number);
  const hash = createHash('sha256').update(`${generation} ${number}`);
  for (const [part, state] of known) hash.update(`\n${part} ${modelHash(state)}`);
  return hash.digest('hex');
}

function modelHash({ generation, number: own, users, items }: ModelState, number = own): string {
  const hash = createHash('sha256').update(`${generation} ${number}`);
  for (const side of [users, items]) hash.update(`\n${side.name} ${side.size}\n`).update(side.digests.all());
  return hash.digest('hex');
}
