import { createHash, type Hash } from 'node:crypto';
import type { Side } from './side.ts';
import type { ModelState } from './state.ts';

/**
 * SHA-256 over generation, number and all vectors sorted by id. Free of row numbers, clocks and the byte order of the
 * machine: two models that answer alike hash alike.
 */
export function modelHash({ generation, number, users, items }: ModelState): string {
  const hash = createHash('sha256').update(`${generation} ${number}`);
  for (const side of [users, items]) addSide(hash, side);
  return hash.digest('hex');
}

function addSide(hash: Hash, side: Side): void {
  hash.update(`\n${side.name} ${side.size}\n`);
  for (const id of side.vectors.ids.toSorted()) {
    hash.update(`${JSON.stringify(id)} `);
    for (const matrix of [side.vectors, side.starVectors])
      hash.update(littleEndian(matrix.get(id) ?? new Int16Array()));
  }
}

export function littleEndian(values: Int16Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 2));
  for (const [at, value] of values.entries()) view.setInt16(2 * at, value, true);
  return new Uint8Array(view.buffer);
}
