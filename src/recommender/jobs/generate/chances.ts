import { createHash } from 'node:crypto';

/**
 * Even chances in [0, 1) that a seed repeats; `more` tells one use of the seed from another. Generator: mulberry32 by
 * Tommy Ettinger, 32 bits of state.
 */
export function chancesOf(seed: number, ...more: readonly (string | number)[]): () => number {
  let state = createHash('sha256')
    .update(JSON.stringify([seed, ...more]))
    .digest()
    .readInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
