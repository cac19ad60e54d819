import { drawn } from '../evaluate/draw.ts';
import { at, type Ratings } from '../evaluate/ratings.ts';
import type { Split } from '../evaluate/split.ts';

/** How many times as many users the next rung has, and the trials the one before. */
export const eta = 3;
/** With fewer users a rung tells settings apart by luck alone. */
const leastUsers = 2_000;

/**
 * Shares of the users that trials are judged on, one after the other: all trials on few of them, the best third on three
 * times as many, up to all. Source: K. Jamieson, A. Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter
 * Optimization", AISTATS 2016 (successive halving).
 */
export function sharesOf(users: number, trials: number): number[] {
  const shares = [1];
  for (let share = 1 / eta, left = trials / eta; left >= 2 && share * users >= leastUsers; share /= eta, left /= eta)
    shares.unshift(share);
  return shares;
}

/** A split that only some users take part in: the same ones with the same seed, and with a greater share others, too. */
export function ofUsers(split: Split, share: number, seed: number): Split {
  if (share === 1) return split;
  const takesPart = chosen(split.ratings, share, seed);
  const isOf = (row: number): boolean => takesPart[at(split.ratings.users, row)] === 1;
  return { ...split, train: split.train.filter(isOf), test: split.test.filter(isOf) };
}

const chosen = ({ userIds }: Ratings, share: number, seed: number): Uint8Array =>
  Uint8Array.from(userIds, userId => Number(drawn(seed, 'rung', userId) < share * 2 ** 48));
