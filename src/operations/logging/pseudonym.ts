/** What stands for a user where they may not be named: the same for the same one, and of no use to who has not the key. */
import { createHmac } from 'node:crypto';

/** Digits of it: two of a million users have the same one with a probability of 1 in 36 million. */
const digits = 16;

/** HMAC-SHA-256 (RFC 2104), since ids of users are few enough that a bare hash of each can be tried. */
export const pseudonymOf = (user: string, key: string): string =>
  `u-${createHmac('sha256', key).update(user).digest('hex').slice(0, digits)}`;
