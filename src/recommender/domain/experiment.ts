/** Who sees which of two generations while one is tried out beside the other. */
import { hash, mixed } from './hash.ts';

const hashes = 2 ** 32;

/**
 * Whether a user is in the arm of the candidate: the same answer wherever it is asked, and another draw of users for
 * each generation that is tried out. `share` is the part of all users in that arm, from 0 to 1.
 */
export const inCandidate = (user: string, generation: number, share: number): boolean =>
  mixed(hash(`${generation} ${user}`)) / hashes < share;
