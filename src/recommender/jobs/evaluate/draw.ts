import { hash } from 'node:crypto';

/** An integer of 48 bits that depends on the seed and what it is drawn for, and on nothing else. */
export const drawn = (seed: number, ...what: readonly (string | number)[]): number =>
  Number.parseInt(hash('sha256', JSON.stringify([seed, ...what])).slice(0, 12), 16);
